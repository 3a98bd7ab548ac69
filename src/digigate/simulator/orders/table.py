"""A table of orders: what each takes, and how a wrong one is refused."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

Json = Any


class Arguments(BaseModel):
    """Arguments of one command; a misspelt one is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class OfSlave(Arguments):
    """Which slave: address, NET ID as 0x…, serial, name or #place in the plant file."""

    slave: Annotated[str, Field(validation_alias=AliasChoices("slave", "address"))]


Entry = tuple[type[Arguments], Callable[[Any], Json | Awaitable[Json]]]
Entries = Mapping[str, Entry]


class Table:
    """Commands by name."""

    def __init__(self, *groups: Entries) -> None:
        self._entries = {name: entry for group in groups for name, entry in group.items()}

    async def execute(self, command: str, arguments: Mapping[str, Json]) -> Json:
        """The result of one command.

        Raises:
            ValueError: it is unknown or its arguments are wrong; the text says what is allowed.
        """
        if command not in self._entries:
            allowed = ", ".join(self._entries)
            raise ValueError(f"no command {command!r}; write one of {allowed}")
        kind, act = self._entries[command]
        try:
            asked = kind.model_validate(dict(arguments))
        except ValidationError as error:
            raise ValueError(_explain(command, kind, error)) from error
        result = act(asked)
        return await result if inspect.isawaitable(result) else result


def _explain(command: str, kind: type[Arguments], error: ValidationError) -> str:
    errors = error.errors()
    first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
    where = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(kind.model_fields) or "nothing"
        return f"{command}: no argument {where!r}; it takes {allowed}"
    return f"{command}: {where}: {first['msg'][:1].lower()}{first['msg'][1:]}"
