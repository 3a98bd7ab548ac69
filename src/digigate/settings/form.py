"""Sections -> form fields: the one description that forms, documents and error texts come from."""

import inspect
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from digigate.settings.profiles import Access
from digigate.settings.sections import Form, Secret, Section, Settings, Unit

Step = str | int
Choice = str | int


class FieldKind(StrEnum):
    """How a form asks for it."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 -- goes into the vault; is never shown
    LIST = "list"  # of texts, or of groups of fields


KINDS = {
    str: FieldKind.TEXT,
    int: FieldKind.INTEGER,
    float: FieldKind.NUMBER,
    bool: FieldKind.BOOLEAN,
    tuple: FieldKind.LIST,
}


@dataclass(frozen=True, slots=True)
class FormField:
    """One setting; `label` and `label + ".help"` are keys of the translations."""

    path: str  # `buses.digiware.baudrate`
    label: str  # `setting.line.baudrate`
    kind: FieldKind
    required: bool
    default: Any  # as it stands in JSON
    optional: bool  # may be null
    low: float | None
    high: float | None
    choices: tuple[Choice, ...]
    length: int | None
    secret: Secret | None  # how long it may be
    form: str  # in English, where the type alone says too little: `11 digits`
    unit: str
    access: Access

    def allowed(self) -> str:
        """What may be written, in English: `a whole number, 0 .. 65535`."""
        text = self._allowed() + (f" ({self.unit})" if self.unit else "")
        return f"{text}, or null" if self.optional else text

    def _allowed(self) -> str:
        if self.form:
            return self.form
        match self.kind:
            case FieldKind.CHOICE:
                return " | ".join(map(str, self.choices))
            case FieldKind.BOOLEAN:
                return "true | false"
            case FieldKind.LIST:
                return "a list"
            case FieldKind.TEXT | FieldKind.SECRET:
                return f"a text of at most {self.length} characters" if self.length else "a text"
            case FieldKind.INTEGER | FieldKind.NUMBER:
                word = "a whole number" if self.kind is FieldKind.INTEGER else "a number"
                bounded = self.low is not None and self.high is not None
                return f"{word}, {self.low:g} .. {self.high:.15g}" if bounded else word


@cache
def fields(section: type[Section] = Settings, path: str = "") -> tuple[FormField, ...]:
    """Every setting of a section and of the sections inside it, in order."""
    return tuple(_walk(section, path))


def field_at(section: type[Section], where: tuple[Step, ...]) -> FormField | None:
    """The field at a place such as `("buses", "digiware", "port")`; None for a section or none."""
    current: type[Section] | None = section
    field = None
    for step in where:
        if isinstance(step, int):
            continue
        if current is None or step not in current.model_fields:
            return None
        info = current.model_fields[step]
        field = _field(current, step, info, dotted(where))
        current = inner_section(info)
    listed = field is not None and field.kind is FieldKind.LIST and isinstance(where[-1], str)
    return field if current is None or listed else None


def section_at(section: type[Section], where: tuple[Step, ...]) -> type[Section] | None:
    """The section at a place; None where there is a plain field or nothing."""
    current: type[Section] | None = section
    for step in where:
        if isinstance(step, str):
            info = current.model_fields.get(step) if current else None
            current = inner_section(info) if info else None
    return current


def inner_section(info: FieldInfo) -> type[Section] | None:
    """The section that a field holds, one or a list of them."""
    inner = info.annotation
    if get_origin(inner) is tuple:
        inner = get_args(inner)[0]
    return inner if isinstance(inner, type) and issubclass(inner, Section) else None


def dotted(where: tuple[Step, ...]) -> str:
    """`("devices", 3, "address")` as people write it: `devices[3].address`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return text.removeprefix(".")


def label_of(section: type[Section]) -> str:
    """The key of a section's own words: `setting.modbus_tcp`."""
    return f"setting.{_snake(section.__name__)}"


def _declaring(section: type[Section], name: str) -> type[Section]:
    """The section, or the one that it inherits the field from."""
    return next(c for c in section.__mro__ if name in inspect.get_annotations(c))


def _walk(section: type[Section], path: str) -> Iterator[FormField]:
    for name, info in section.model_fields.items():
        here = f"{path}.{name}" if path else name
        inner = inner_section(info)
        if inner is not None and get_origin(info.annotation) is not tuple:
            yield from _walk(inner, here)
        elif here != "version":
            yield _field(section, name, info, here)


def _field(section: type[Section], name: str, info: FieldInfo, path: str) -> FormField:
    marks = list(info.metadata)
    kind, optional = _plain(info.annotation, marks)
    return FormField(
        path=path,
        label=f"{label_of(_declaring(section, name))}.{name}",
        kind=_kind(kind, marks),
        required=info.is_required(),
        default=None if info.is_required() else _json(info.get_default()),
        optional=optional,
        low=_mark(marks, "ge"),
        high=_mark(marks, "le"),
        choices=_choices(kind),
        length=_mark(marks, "max_length"),
        secret=next((mark for mark in marks if isinstance(mark, Secret)), None),
        form=next((mark.text for mark in marks if isinstance(mark, Form)), ""),
        unit=next((mark.symbol for mark in marks if isinstance(mark, Unit)), ""),
        access=next((mark for mark in marks if isinstance(mark, Access)), Access()),
    )


def _kind(kind: Any, marks: list[Any]) -> FieldKind:  # noqa: ANN401 -- an annotation
    if any(isinstance(mark, Secret) for mark in marks):
        return FieldKind.SECRET
    return KINDS.get(get_origin(kind) or kind, FieldKind.CHOICE)


def _plain(kind: Any, marks: list[Any]) -> tuple[Any, bool]:  # noqa: ANN401 -- an annotation
    """Strip `None` and `Annotated` from an annotation; adds what was annotated to the marks."""
    optional = get_origin(kind) in {Union, types.UnionType}
    if optional:
        kind = next(part for part in get_args(kind) if part is not types.NoneType)
    if get_origin(kind) is Annotated:
        kind, *inner = get_args(kind)
        for mark in inner:
            marks.extend(mark.metadata if isinstance(mark, FieldInfo) else [mark])
    return kind, optional


def _choices(kind: Any) -> tuple[Choice, ...]:  # noqa: ANN401 -- an annotation
    if get_origin(kind) is Literal:
        return get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(member.value for member in kind)
    return ()


def _mark(marks: list[Any], name: str) -> Any:  # noqa: ANN401 -- a limit of any type
    return next((found for m in marks if (found := getattr(m, name, None)) is not None), None)


def _json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
