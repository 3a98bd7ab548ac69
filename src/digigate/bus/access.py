"""Who may ask the slaves of one line now: polling and clients, one client alone, or one who seized.

It stands before the line's queue and outlives the line when its settings change.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager

from digigate.bus.requests import Priority, Requests
from digigate.errors import LineSeized


class Access:
    """Implements `Requests` for the poller and for clients; `line` is where they go."""

    def __init__(self) -> None:
        self.line: Requests
        self._seized = ""  # by what, in words
        self._under_way = 0
        self._asking: Counter[int] = Counter()  # clients' requests under way, by unit
        self._sessions: dict[int, Hashable] = {}
        self._waiting: list[asyncio.Future[None]] = []

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        """As `Requests.request`; another client's session with the slave is waited for.

        Raises:
            LineSeized: somebody has the whole line for himself.
            ValueError: the PDU is none.
        """
        if priority is Priority.POLL:
            return await self._ask(unit, pdu, priority, client)
        await self._until(lambda: self._sessions.get(unit, client) == client)
        self._asking[unit] += 1
        try:
            return await self._ask(unit, pdu, priority, client)
        finally:
            self._asking[unit] -= 1
            self._wake()

    async def broadcast(self, pdu: bytes) -> None:
        """Say something to all slaves of the line; none answers.

        Raises:
            LineSeized: somebody has the whole line for himself.
            LineDown: the port is closed or was lost.
        """
        await self._ask(0, pdu, Priority.CLIENT, None)

    async def free(self) -> None:
        """Return as soon as nobody has the line for himself."""
        await self._until(lambda: not self._seized)

    @asynccontextmanager
    async def session(self, unit: int, client: Hashable) -> AsyncGenerator[None, None]:
        """No other client's request reaches this slave while the block runs; polling goes on."""
        await self._until(lambda: unit not in self._sessions)
        self._sessions[unit] = client
        try:
            await self._until(lambda: not self._asking[unit])
            yield
        finally:
            del self._sessions[unit]
            self._wake()

    @asynccontextmanager
    async def seize(self, reason: str) -> AsyncGenerator[None, None]:
        """Nobody else asks anything while the block runs; `reason` is what they are told.

        Raises:
            LineSeized: somebody has the line already.
        """
        self._refuse()
        self._seized = reason
        try:
            await self._until(lambda: self._under_way == 0)
            yield
        finally:
            self._seized = ""
            self._wake()

    def _refuse(self) -> None:
        if self._seized:
            raise LineSeized(self._seized)

    async def _ask(self, unit: int, pdu: bytes, priority: Priority, client: Hashable) -> bytes:
        self._refuse()
        self._under_way += 1
        try:
            return await self.line.request(unit, pdu, priority, client)
        finally:
            self._under_way -= 1
            if self._waiting:
                self._wake()

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)
