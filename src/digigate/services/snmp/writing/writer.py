"""One SET after the other: everything judged first, then done, and undone where a part fails."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from digigate.commands import Caller, Commands
from digigate.errors import AccessError, DigigateError
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.tree import ErrorStatus, Outcome
from digigate.services.snmp.writing.deeds import Deed, Order
from digigate.services.snmp.writing.objects import Judge
from digigate.services.snmp.writing.refusal import Refusal

log = logging.getLogger(__name__)

Wanted = Sequence[tuple[Oid, bytes]]
DONE = Outcome(ErrorStatus.NO_ERROR)
REFUSED = (DigigateError, ValueError)
"""What an order raises."""


class SnmpWriter:
    """Carries SETs out by orders: one that has begun comes to its end, whoever leaves meanwhile."""

    def __init__(self, commands: Commands, objects: Mapping[Oid, Judge]) -> None:
        self._commands = commands
        self._objects = objects
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[Outcome]] = set()

    async def write(self, wanted: Wanted, who: Caller) -> Outcome:
        """Set all of these or none; answered once it is done."""
        if who.reads_only:
            return Outcome(ErrorStatus.NO_ACCESS, 1)
        setting = asyncio.create_task(self._alone(wanted, who))
        self._under_way.add(setting)
        setting.add_done_callback(self._under_way.discard)
        return await asyncio.shield(setting)

    async def _alone(self, wanted: Wanted, who: Caller) -> Outcome:
        async with self._turn:
            deeds: list[tuple[int, Deed]] = []
            for index, (oid, value) in enumerate(wanted, 1):
                try:
                    deed = self._judged(oid, value)
                    _assert_once(oid, value, wanted[: index - 1])
                except Refusal as refusal:
                    return Outcome(refusal.status, index)
                if deed is not None:
                    deeds.append((index, deed))
            return await _carried_out(deeds, self._order(who))

    def _judged(self, oid: Oid, value: bytes) -> Deed | None:
        for length in range(len(oid) - 1, 0, -1):
            judge = self._objects.get(oid[:length])
            if judge is not None:
                return judge(oid[length:], value)
        raise Refusal(ErrorStatus.NOT_WRITABLE)

    def _order(self, who: Caller) -> Order:
        async def order(name: str, arguments: Mapping[str, object]) -> Any:  # noqa: ANN401 -- JSON
            return await self._commands.execute(name, arguments, who)

        return order


async def _carried_out(deeds: Sequence[tuple[int, Deed]], order: Order) -> Outcome:
    """What cannot be undone comes last."""
    done: list[Deed] = []
    for index, deed in sorted(deeds, key=_lasting):
        done.append(deed)
        try:
            await deed.do(order)
        except REFUSED as error:
            denied = isinstance(error, AccessError)
            status = ErrorStatus.NO_ACCESS if denied else ErrorStatus.COMMIT_FAILED
            log.warning("a SET failed", extra={"varbind": index, "reason": str(error)})
            return Outcome(status, index) if await _undone(done, order) else UNDO_FAILED
    return DONE


UNDO_FAILED = Outcome(ErrorStatus.UNDO_FAILED)
"""Which varbind is at fault is not told then (RFC 3416 §4.2.5)."""


async def _undone(done: Sequence[Deed], order: Order) -> bool:
    whole = True
    for deed in reversed(done):
        try:
            await deed.undo(order)
        except REFUSED as error:
            log.warning("a SET was not undone", extra={"reason": str(error)})
            whole = False
    return whole


def _lasting(numbered: tuple[int, Deed]) -> bool:
    return numbered[1].lasting


def _assert_once(oid: Oid, value: bytes, before: Wanted) -> None:
    """The same variable may not be two things at once."""
    if any(other == oid and wanted != value for other, wanted in before):
        raise Refusal(ErrorStatus.INCONSISTENT_VALUE)
