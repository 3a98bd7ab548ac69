"""What is wrong with a value and what to write instead, in the words of the section's own form."""

import json
from difflib import get_close_matches
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from digigate.errors import SettingsError
from digigate.settings.form import FieldKind, Step, dotted, field_at, section_at
from digigate.settings.sections import Section

S = TypeVar("S", bound=Section)


def told(section: type[Section], detail: ErrorDetails) -> str:
    """One fault that pydantic found in a section."""
    where = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return _unknown(section, where)
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    field = field_at(section, where)
    if field is not None and field.kind is FieldKind.SECRET:
        return f"this is not allowed here; write {field.allowed()}"
    allowed = field.allowed() if field else _group(section_at(section, where))
    if detail["type"] == "missing":
        return f"is missing; write {allowed}"
    if field is not None and field.kind is FieldKind.TEXT and detail["type"] == "string_type":
        allowed += ' in quotes ("…")'
    return f"{_given(detail['input'])} is not allowed; write {allowed}"


def made(section: type[S], data: object) -> S:
    """A section of these values.

    Raises:
        SettingsError: one line per fault, each with its field and what to write.
    """
    try:
        return section.model_validate(data)
    except ValidationError as error:
        lines = (_line(dotted(d["loc"]), told(section, d)) for d in error.errors())
        raise SettingsError("\n".join(lines)) from error


def _line(name: str, text: str) -> str:
    return f"{name}: {text}" if name else text


def _unknown(section: type[Section], where: tuple[Step, ...]) -> str:
    around = section_at(section, where[:-1]) or section
    names = list(around.model_fields)
    near = get_close_matches(str(where[-1]), names, n=1)
    question = f"did you mean {near[0]}? " if near else ""
    return f"unknown field; {question}known here: {', '.join(names)}"


def _group(section: type[Section] | None) -> str:
    return f"fields such as {', '.join(list(section.model_fields)[:3])}" if section else "a value"


def _given(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
