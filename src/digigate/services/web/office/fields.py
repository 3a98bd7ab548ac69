"""Settings as inputs of a form: label, help, unit, limits and choices from their description."""

from collections.abc import Mapping

from pydantic import ValidationError

from digigate.services.web.markup import Html, Part, element, single
from digigate.services.web.office.parts import tick
from digigate.services.web.plain import Talk
from digigate.settings.by_path import DOTS, value_for
from digigate.settings.form import FieldKind, FormField
from digigate.settings.sections import Section

GONE = "_none"
"""Ends the name of the box that removes a secret."""
LONG = 300  # characters from which a text gets several lines


def name_of(field: FormField) -> str:
    """What its input is called: the last step of its path."""
    return field.path.rpartition(".")[2]


def control(said: Talk, field: FormField, value: object, fault: str = "") -> Html:
    """The input that asks for a setting, with what is wrong with it where it stands."""
    if field.kind is FieldKind.BOOLEAN:
        help_ = said(f"{field.label}.help")
        return tick(said(field.label), name_of(field), help_, ticked=bool(value))
    name = name_of(field)
    if field.kind is FieldKind.SECRET:
        return _secret(said, field, fault, there=bool(value))
    inside: list[Part] = [element("label", said(field.label), for_=name)]
    inside.append(_measured(said, field, _entry(said, field, value, fault)))
    if fault:
        inside.append(element("strong", fault, class_="fault", role="alert"))
    inside.append(element("small", _hint(said, field), id=f"{name}-help"))
    return element("div", *inside, class_="field")


def allowed(said: Talk, field: FormField) -> str:
    """What may be written, in the reader's language; some settings have words of their own."""
    return said.words.get(f"{field.label}.form") or _allowed(said, field)


def _allowed(said: Talk, field: FormField) -> str:
    match field.kind:
        case FieldKind.CHOICE:
            return said("office.allowed.choice", those=", ".join(map(str, field.choices)))
        case FieldKind.SECRET if limits := field.secret:
            return said("office.allowed.lengths", least=limits.shortest, most=limits.longest)
        case FieldKind.TEXT if field.length:
            return said("office.allowed.length", most=field.length)
        case FieldKind.INTEGER if field.low is not None and field.high is not None:
            return said("office.allowed.whole", low=f"{field.low:g}", high=f"{field.high:.15g}")
        case FieldKind.NUMBER if field.low is not None and field.high is not None:
            return said("office.allowed.number", low=f"{field.low:g}", high=f"{field.high:.15g}")
    return field.form


def write_instead(said: Talk, field: FormField) -> str:
    """What to say at a field that is filled in wrongly."""
    return said("office.write", allowed=allowed(said, field))


def given(field: FormField, form: Mapping[str, str]) -> object:
    """What a sent form says of a setting; a box that is not ticked is not sent."""
    text = form.get(name_of(field))
    if field.kind is FieldKind.BOOLEAN:
        return text is not None
    return value_for(field, (text or "").strip().replace("\r\n", "\n"))


def wrong(section: type[Section], values: Mapping[str, object]) -> frozenset[str]:
    """The names of the values that the section does not take."""
    try:
        section.model_validate(dict(values))
    except ValidationError as error:
        return frozenset(str(fault["loc"][0]) for fault in error.errors() if fault["loc"])
    return frozenset()


def secret_given(field: FormField, form: Mapping[str, str]) -> str | None:
    """The secret that a sent form sets; empty = it is to be removed, None = it stays."""
    name = name_of(field)
    return "" if f"{name}{GONE}" in form else form.get(name) or None


def fits(field: FormField, secret: str) -> bool:
    """Whether a secret is as long as the field wants it, or none."""
    limits = field.secret
    return not secret or limits is None or limits.shortest <= len(secret) <= limits.longest


def _secret(said: Talk, field: FormField, fault: str, *, there: bool) -> Html:
    """An input that never tells what is kept, and a box to remove it."""
    name = name_of(field)
    bad: dict[str, str | bool] = {"aria_invalid": "true"} if fault else {}
    entry = single(
        "input",
        type="password",
        id=name,
        name=name,
        autocomplete="new-password",
        placeholder=DOTS if there else False,
        aria_describedby=f"{name}-help",
        **bad,
    )
    inside: list[Part] = [element("label", said(field.label), for_=name), entry]
    if fault:
        inside.append(element("strong", fault, class_="fault", role="alert"))
    kept = said("office.secret.kept" if there else "office.secret.none")
    help_ = f"{_hint(said, field)} {kept}"
    inside.append(element("small", help_, id=f"{name}-help"))
    if there:
        inside.append(tick(said("office.secret.remove"), f"{name}{GONE}"))
    return element("div", *inside, class_="field")


def _hint(said: Talk, field: FormField) -> str:
    return " ".join(part for part in (said(f"{field.label}.help"), _limits(said, field)) if part)


def _limits(said: Talk, field: FormField) -> str:
    if field.low is not None and field.high is not None:
        return said("office.limits.range", low=f"{field.low:g}", high=f"{field.high:.15g}")
    if limits := field.secret:
        return said("office.limits.lengths", least=limits.shortest, most=limits.longest)
    return said("office.limits.length", most=field.length) if field.length else ""


def _entry(said: Talk, field: FormField, value: object, fault: str) -> Html:
    name = name_of(field)
    common: dict[str, str | bool] = {"id": name, "name": name, "aria_describedby": f"{name}-help"}
    if fault:
        common |= {"aria_invalid": "true"}
    text = _written(value)
    if field.kind is FieldKind.CHOICE:
        options = (
            element("option", _choice(said, field, each), value=each, selected=each == text)
            for each in map(str, field.choices)
        )
        return element("select", *options, **common)
    if field.kind is FieldKind.TEXT and (field.length or 0) > LONG:
        return element("textarea", text, maxlength=str(field.length), **common)
    return single("input", value=text, **_kind(field), **common)


def _kind(field: FormField) -> dict[str, str | bool]:
    if field.kind not in {FieldKind.INTEGER, FieldKind.NUMBER}:
        return {"type": "text", "maxlength": str(field.length) if field.length else False}
    limits = {"min": field.low, "max": field.high}
    return {
        "type": "number",
        "step": "1" if field.kind is FieldKind.INTEGER else "any",
        "required": not field.optional,
        **{name: f"{limit:.15g}" for name, limit in limits.items() if limit is not None},
    }


def _choice(said: Talk, field: FormField, value: str) -> str:
    """The words of a choice; a number or a name that needs none stands for itself."""
    return said.words.get(f"{field.label}.{value}", value)


def _measured(said: Talk, field: FormField, entry: Html) -> Html:
    if not field.unit:
        return entry
    unit = said.words.get(f"office.unit.{field.unit}", field.unit)
    return element("span", entry, element("span", unit, class_="unit"), class_="measured")


def _written(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
