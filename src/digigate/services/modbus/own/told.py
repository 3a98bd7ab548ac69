"""A register's meaning: what it tells of a moment, and the words for the register document."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from digigate.catalogue import Value
from digigate.services.modbus.own.sight import Moment

Tell = Callable[[Moment, int], Value | None]
"""`tell(moment, k)`: the value of the k-th item (1..), None where it is not available."""


@dataclass(frozen=True, slots=True)
class Told:
    """`help` says in English what the value means; codes are listed."""

    tell: Tell
    help: str


def constant(value: Value | None, help_: str) -> Told:
    """Always the same."""
    return Told(lambda _, __: value, help_)


def command(help_: str) -> Told:
    """A register that is written to order something; it reads as 0."""
    return constant(0, help_)


def codes(kind: type[Enum], first: int = 0) -> str:
    """The numbers of an enumeration in its order: `0 unknown, 1 online`."""
    return ", ".join(f"{number} {member.value}" for number, member in enumerate(kind, first))


def code(member: Enum, first: int = 0) -> int:
    """The number of one member."""
    return list(type(member)).index(member) + first
