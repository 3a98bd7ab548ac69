"""SET requests wait here for their turn: each is carried out before it is answered, and once."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digigate.commands import Caller
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.tree import ErrorStatus, Outcome, Writer

WAITING = 16
"""Requests that may wait; more are dropped, and their managers ask again."""
REMEMBERED = 10.0
"""Seconds in which a request that comes again is answered, not carried out again."""
Key = tuple[object, ...]

OLD = {
    **dict.fromkeys(
        (
            ErrorStatus.NO_ACCESS,
            ErrorStatus.NOT_WRITABLE,
            ErrorStatus.NO_CREATION,
            ErrorStatus.INCONSISTENT_NAME,
            ErrorStatus.AUTHORIZATION_ERROR,
        ),
        ErrorStatus.NO_SUCH_NAME,
    ),
    **dict.fromkeys(
        (
            ErrorStatus.WRONG_TYPE,
            ErrorStatus.WRONG_LENGTH,
            ErrorStatus.WRONG_ENCODING,
            ErrorStatus.WRONG_VALUE,
            ErrorStatus.INCONSISTENT_VALUE,
        ),
        ErrorStatus.BAD_VALUE,
    ),
    **dict.fromkeys(
        (
            ErrorStatus.RESOURCE_UNAVAILABLE,
            ErrorStatus.COMMIT_FAILED,
            ErrorStatus.UNDO_FAILED,
        ),
        ErrorStatus.GEN_ERR,
    ),
}
"""What version 1 calls the others (RFC 3584 §4.4)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One request, who asks for it, and where its answer goes."""

    wanted: Sequence[tuple[Oid, bytes]]
    who: Caller
    key: Key
    """The same for a request that its manager sends again."""
    reply: Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a request, and until when that is remembered."""

    outcome: Outcome
    until: float


class Turns:
    """One after another, so that none sees half of what another does."""

    def __init__(self, writer: Writer, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._writer = writer
        self._monotonic = monotonic
        self._queue: asyncio.Queue[Setting] = asyncio.Queue(WAITING)
        self._known: OrderedDict[Key, Done | None] = OrderedDict()

    def take(self, setting: Setting) -> Outcome | None:
        """Let it wait; where it was carried out just now, what came of it.

        Raises:
            asyncio.QueueFull: too many wait.
        """
        self._forget()
        if setting.key not in self._known:
            self._queue.put_nowait(setting)
            self._known[setting.key] = None
            return None
        done = self._known[setting.key]
        return None if done is None else done.outcome

    async def work(self) -> None:
        """Carry them out until cancelled."""
        while True:
            setting = await self._queue.get()
            outcome = await self._writer.write(setting.wanted, setting.who)
            self._known[setting.key] = Done(outcome, self._monotonic() + REMEMBERED)
            setting.reply(outcome)

    def _forget(self) -> None:
        now = self._monotonic()
        while self._known:
            key, done = next(iter(self._known.items()))
            if done is None or done.until > now:
                return
            del self._known[key]


def old_status(status: ErrorStatus) -> ErrorStatus:
    """What version 1 calls it."""
    return OLD.get(status, status)
