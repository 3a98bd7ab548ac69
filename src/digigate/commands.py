"""What can be ordered of the gateway: one table, so rights, checks and audit are decided once."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from digigate.errors import Denied, DigigateError, SettingsError
from digigate.settings.profiles import Profile

audit = logging.getLogger("digigate.audit")

Json = dict[str, Any] | list[Any] | str | int | float | bool | None


class Arguments(BaseModel):
    """Base of a command's arguments; the empty set by itself.

    A secret among them is a `SecretStr`, so that audit lines show dots.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who orders: a profile from somewhere, or the owner at the local control socket."""

    name: str
    profile: Profile | None = None
    client: str = ""
    """The address that the order came from; empty for the owner."""
    program: bool = False
    """It came with an API token, which makes no further ones."""
    reads_only: bool = False
    """It may order nothing that is written down."""

    @property
    def owner(self) -> bool:
        """The owner has access to the state directory and so every right."""
        return self.profile is None


@dataclass(frozen=True, slots=True)
class ForCaller(Generic[A]):
    """An effect that depends on who orders: one's own session, one's own address."""

    effect: Callable[[A, Caller], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Command(Generic[A]):
    """One entry: its name, what it takes, who may order it and what it does."""

    name: str
    arguments: type[A]
    effect: Callable[[A], Awaitable[Json]] | ForCaller[A]
    profiles: frozenset[Profile] = field(default=frozenset())
    audited: bool = True
    rights: Callable[[A], frozenset[Profile]] | None = None
    """Who of the profiles may order it with these arguments; None = all of them."""


@dataclass(frozen=True, slots=True)
class Stream(Generic[A]):
    """An entry that tells events until it ends or the caller leaves: progress, a frame trace."""

    name: str
    arguments: type[A]
    events: Callable[[A], AsyncGenerator[Json, None]]
    profiles: frozenset[Profile] = field(default=frozenset())
    audited: bool = True


class Note(Protocol):
    """Who writes down what was ordered, and what came of it."""

    def __call__(
        self, who: str, client: str, what: str, outcome: str, facts: Mapping[str, Any]
    ) -> None:
        """One line of the audit log."""


class Commands:
    """The table itself."""

    def __init__(self, note: Note = lambda who, client, what, outcome, facts: None) -> None:  # noqa: ARG005
        self._note = note
        self._table: dict[str, Command[Any] | Stream[Any]] = {}

    def add(self, command: Command[Any] | Stream[Any]) -> None:
        """Enter a command; each name once."""
        if command.name in self._table:
            raise ValueError(f"command {command.name!r} is entered twice")
        self._table[command.name] = command

    @property
    def entries(self) -> tuple[Command[Any] | Stream[Any], ...]:
        """All entries in alphabetical order."""
        return tuple(self._table[name] for name in self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """All names in alphabetical order."""
        return tuple(sorted(self._table))

    async def execute(self, name: str, arguments: Mapping[str, object], who: Caller) -> Json:
        """Check the caller's right and the arguments, then carry the command out.

        Raises:
            SettingsError: no such command, or an argument is wrong; the text says what is allowed.
            Denied: the caller's profile lacks the right.
        """
        command = self._entry(name, who)
        if not isinstance(command, Command):
            raise SettingsError(f"{name} tells events; it has no single answer")
        asked = self._checked(command, arguments, who)
        try:
            if isinstance(command.effect, ForCaller):
                answer = await command.effect.effect(asked, who)
            else:
                answer = await command.effect(asked)
        except (DigigateError, ValueError) as error:
            self._noted(command, who, asked, str(error))
            raise
        self._noted(command, who, asked, "done", answer)
        return answer

    def is_stream(self, name: str) -> bool:
        """Whether this entry tells events instead of one answer."""
        return isinstance(self._table.get(name), Stream)

    def stream(
        self, name: str, arguments: Mapping[str, object], who: Caller
    ) -> AsyncGenerator[Json, None]:
        """As `execute`, for an entry that tells events; closing the iterator ends it."""
        command = self._entry(name, who)
        if not isinstance(command, Stream):
            raise SettingsError(f"{name} has one answer; it tells no events")
        asked = self._checked(command, arguments, who)
        self._noted(command, who, asked, "begun")
        return command.events(asked)

    def _entry(self, name: str, who: Caller) -> Command[Any] | Stream[Any]:
        command = self._table.get(name)
        if command is None:
            raise SettingsError(f"unknown command {name!r}; known: {', '.join(self.names)}")
        if not who.owner and who.profile not in command.profiles:
            self._note(who.name, who.client, name, "denied", {})
            raise Denied(f"{who.name} may not order {name}")
        if who.reads_only and command.audited:
            self._note(who.name, who.client, name, "denied", {})
            raise Denied(f"{who.name} may only look; {name} is more")
        return command

    def _checked(
        self, command: Command[A] | Stream[A], arguments: Mapping[str, object], who: Caller
    ) -> A:
        checked = _validated(command, arguments)
        if not who.owner and who.profile not in _entitled(command, checked):
            self._note(who.name, who.client, command.name, "denied", _dumped(checked))
            raise Denied(f"{who.name} may not order {command.name} with these arguments")
        if command.audited:
            facts = {"command": command.name, "who": who.name, "client": who.client}
            audit.info("command ordered", extra={**facts, "arguments": _dumped(checked)})
        return checked

    def _noted(
        self,
        command: Command[A] | Stream[A],
        who: Caller,
        asked: A,
        outcome: str,
        answer: Json = None,
    ) -> None:
        """Write an order down; where its answer tells what changed, that too."""
        if not command.audited:
            return
        facts: dict[str, Any] = {"arguments": _dumped(asked)}
        if isinstance(answer, dict) and "changes" in answer:
            facts["changes"] = answer["changes"]
        self._note(who.name, who.client, command.name, outcome, facts)


def _dumped(asked: Arguments) -> dict[str, Any]:
    """The arguments as they are written down: secrets are dots."""
    return asked.model_dump(mode="json")


def _entitled(command: Command[A] | Stream[A], asked: A) -> frozenset[Profile]:
    rights = command.rights if isinstance(command, Command) else None
    return command.profiles if rights is None else rights(asked)


def _validated(command: Command[A] | Stream[A], arguments: Mapping[str, object]) -> A:
    try:
        return command.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        allowed = ", ".join(command.arguments.model_fields) or "none"
        raise SettingsError(
            f"{command.name}: {'; '.join(faults)} (arguments: {allowed})"
        ) from error
