"""What the agent shows: tables of objects, and the one view that joins them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from digigate.commands import Caller
from digigate.services.snmp.ber import Oid


class Table(Protocol):
    """Objects times instances: a conceptual table, or scalars with the one instance `.0`."""

    @property
    def columns(self) -> Sequence[Oid]:
        """Object types in rising order, each whole from 1.3 on; they never change."""

    def rows(self) -> Sequence[Oid]:
        """What follows the column, in rising order; the same object until something changes."""

    def value(self, column: int, row: int) -> bytes | None:
        """The whole element for these positions; None where there is no instance just now."""


class View(Protocol):
    """All tables as one tree; object identifiers are content octets, values whole elements."""

    def get(self, oid: bytes) -> bytes:
        """The value, or `NO_SUCH_OBJECT`, or `NO_SUCH_INSTANCE`."""

    def after(self, oid: bytes) -> tuple[bytes, bytes] | None:
        """What `walk` gives first; None at the end."""

    def walk(self, oid: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Everything after `oid` in order, with its value; what has none now is passed over."""


class ErrorStatus(IntEnum):
    """Error-status of a response (RFC 3416 §3)."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    BAD_VALUE = 3
    READ_ONLY = 4
    GEN_ERR = 5
    NO_ACCESS = 6
    WRONG_TYPE = 7
    WRONG_LENGTH = 8
    WRONG_ENCODING = 9
    WRONG_VALUE = 10
    NO_CREATION = 11
    INCONSISTENT_VALUE = 12
    RESOURCE_UNAVAILABLE = 13
    COMMIT_FAILED = 14
    UNDO_FAILED = 15
    AUTHORIZATION_ERROR = 16
    NOT_WRITABLE = 17
    INCONSISTENT_NAME = 18


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a SET: error-status, and which varbind is at fault (1..; 0 = none)."""

    status: ErrorStatus
    index: int = 0


class Writer(Protocol):
    """Who carries a SET out."""

    async def write(self, wanted: Sequence[tuple[Oid, bytes]], who: Caller) -> Outcome:
        """Set all of these (value = the whole element) or none; answered once it is done."""


@dataclass(frozen=True, slots=True)
class Notification:
    """What is told to managers: its OID, and its varbinds (value = the whole element)."""

    oid: Oid
    varbinds: tuple[tuple[Oid, bytes], ...] = ()


class Notices(Protocol):
    """Who sends notifications."""

    def send(self, notification: Notification) -> None:
        """Queue it for every target; returns at once."""
