"""Two clients that download a slave's log at once must not tear each other's sequences.

A log is read by writing where to begin into its command block, then reading its header and data
blocks (facts §3). Whoever has written the command has that slave for itself, polling apart, until
it leaves the log alone for a moment.
"""

import asyncio
from collections.abc import Callable, Hashable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from digigate.bus import Ask, Priority, Requests
from digigate.catalogue import Model
from digigate.services.modbus.pdu import WRITES

IDLE = 2.0  # seconds without a request to the log after which others may have the slave
COMMAND, PARTS = "-command", ("-header", "-data")


class Sessions(Requests, Protocol):
    """What is needed of the bus."""

    def session(self, unit: int, client: Hashable) -> AbstractAsyncContextManager[Ask]:
        """No other client's request reaches the slave while the block runs."""


@dataclass(slots=True, eq=False)
class _Hold:
    """Who has a slave, and for which log."""

    client: Hashable
    log: str
    touched: asyncio.Event = field(default_factory=asyncio.Event)


class Sequences:
    """Implements `Requests` over the bus; `model(unit)` tells which logs a slave has."""

    def __init__(self, bus: Sessions, model: Callable[[int], Model | None]) -> None:
        self._bus = bus
        self._model = model
        self._holds: dict[int, _Hold] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        """As `Requests.request`; a write to a log's command waits until nobody else reads one."""
        log, begins = self._log_of(unit, pdu)
        hold = self._holds.get(unit)
        if hold is not None and (hold.client, hold.log) == (client, log):
            hold.touched.set()
        elif begins:
            await self._begin(unit, _Hold(client, log))
        return await self._bus.request(unit, pdu, priority, client)

    def _log_of(self, unit: int, pdu: bytes) -> tuple[str, bool]:
        """The log that a request concerns, and whether it begins to read it."""
        model = self._model(unit)
        if model is None or len(pdu) < 3:
            return "", False
        log, is_command = _logs(model).get(int.from_bytes(pdu[1:3], "big"), ("", False))
        return log, is_command and pdu[0] in WRITES

    async def _begin(self, unit: int, hold: _Hold) -> None:
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._keep(unit, hold, begun))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await begun
        except asyncio.CancelledError:
            task.cancel()
            raise

    async def _keep(self, unit: int, hold: _Hold, begun: asyncio.Future[None]) -> None:
        try:
            async with self._bus.session(unit, hold.client):
                self._holds[unit] = hold
                begun.set_result(None)
                await self._until_left(hold)
        except KeyError as error:  # the slave has left the topology
            if not begun.done():
                begun.set_exception(error)
        finally:
            if self._holds.get(unit) is hold:
                del self._holds[unit]

    async def _until_left(self, hold: _Hold) -> None:
        while True:
            hold.touched.clear()
            try:
                async with asyncio.timeout(IDLE):
                    await hold.touched.wait()
            except TimeoutError:
                return


@cache
def _logs(model: Model) -> dict[int, tuple[str, bool]]:
    """By each register of a log's blocks: the log's name, and whether it is its command."""
    blocks = {block.name: block for block in model.blocks}
    found = {}
    for name in blocks:
        log = name.removesuffix(COMMAND)
        if log == name or log + PARTS[0] not in blocks:
            continue
        for part in (COMMAND, *PARTS):
            block = blocks.get(log + part)
            for address in range(block.start, block.start + block.count) if block else ():
                found[address] = log, part == COMMAND
    return found
