"""Fields of the settings by their dotted path, as people name them: `buses.rs485.baudrate`."""

from difflib import get_close_matches
from typing import Any

from digigate.errors import SettingsError
from digigate.settings.form import FieldKind, FormField, fields
from digigate.settings.profiles import Profile
from digigate.settings.sections import Settings
from digigate.settings.strict_yaml import YamlError, parse

Where = tuple[str, ...]

DOTS = "•" * 8


def where_of(path: str) -> Where:
    """The steps of a path."""
    return tuple(path.split("."))


def field_named(path: str) -> FormField:
    """The field at a path.

    Raises:
        SettingsError: there is none; the text names what is near or inside.
    """
    known = {field.path: field for field in fields()}
    if path in known:
        return known[path]
    inside = [each for each in known if each.startswith(f"{path}.")]
    if inside:
        raise SettingsError(f"{path} is a section; name one of its fields: {', '.join(inside)}")
    near = get_close_matches(path, known, n=3, cutoff=0.5)
    question = f"did you mean {' or '.join(near)}? " if near else ""
    raise SettingsError(
        f"there is no setting {path!r}; {question}`digigate settings show` tells all"
    )


def fields_under(path: str = "") -> tuple[FormField, ...]:
    """The fields of a section, or the one of this path, or all; raises as `field_named`."""
    if not path:
        return fields()
    inside = tuple(field for field in fields() if field.path.startswith(f"{path}."))
    return inside or (field_named(path),)


def value_at(settings: Settings, path: str) -> Any:  # noqa: ANN401 -- as it stands in JSON
    """What a field holds."""
    value = settings.model_dump(mode="json")
    for step in where_of(path):
        value = value[step]
    return value


def shown_at(settings: Settings, field: FormField) -> Any:  # noqa: ANN401 -- as it stands in JSON
    """What a field holds, for anybody's eyes: of a secret only whether there is one."""
    value = value_at(settings, field.path)
    if field.kind is FieldKind.SECRET:
        return DOTS if value else ""
    return value


def is_secret(path: str) -> bool:
    """Whether the field at this path is a secret."""
    return any(f.path == path and f.kind is FieldKind.SECRET for f in fields())


def value_for(field: FormField, given: object) -> object:
    """What is meant by a value that may have been typed as text; not yet checked."""
    if not isinstance(given, str):
        return given
    if field.optional and given == "null":
        return None
    if field.kind in {FieldKind.TEXT, FieldKind.SECRET}:
        return given
    if field.kind is FieldKind.CHOICE:
        return next((choice for choice in field.choices if str(choice) == given), given)
    value = _read(given)
    if field.kind is FieldKind.LIST and isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return [] if field.kind is FieldKind.LIST and value is None else value


def changers(field: FormField) -> frozenset[Profile]:
    """The profiles that may change a field: the one it names and those above."""
    least = field.access.change
    return frozenset() if least is None else least.and_above


def reboot_fields() -> tuple[str, ...]:
    """The paths of what acts only after a restart of the gateway."""
    return tuple(field.path for field in fields() if field.access.reboot)


def _read(text: str) -> object:
    try:
        value: object = parse(text).data
    except YamlError:
        return text
    return value
