"""The way down to the slaves, played by a table of registers."""

import asyncio
from collections.abc import Hashable

from digigate.bus.requests import Priority
from digigate.errors import LineDown, SlaveException, SlaveTimeout
from digigate.store import Store


class FakeLine:
    """Implements `Requests`; one request at a time, each takes `turns` rounds of the loop."""

    def __init__(self, store: Store, words: dict[int, dict[int, int]]) -> None:
        self._store = store
        self._wire = asyncio.Lock()
        self.words = words  # unit -> address -> register
        self.silent: set[int] = set()
        self.down = False
        self.turns = 1
        self.open = asyncio.Event()
        self.open.set()
        self.asked: list[tuple[int, bytes, Priority, Hashable]] = []
        self.begun: list[tuple[int, bytes]] = []
        self.cancelled: list[tuple[int, bytes]] = []

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        """As `Requests.request`; waits while `open` is not set."""
        self.asked.append((unit, pdu, priority, client))
        try:
            async with self._wire:
                self.begun.append((unit, pdu))
                await self.open.wait()
                for _ in range(self.turns):
                    await asyncio.sleep(0)
                return self._answer(unit, pdu)
        except asyncio.CancelledError:
            self.cancelled.append((unit, pdu))
            raise

    def _answer(self, unit: int, pdu: bytes) -> bytes:
        if self.down:
            raise LineDown("the wire is cut")
        if unit in self.silent:
            raise SlaveTimeout("no answer")
        words = self.words[unit]
        start = int.from_bytes(pdu[1:3], "big")
        count = 1 if pdu[0] == 6 else int.from_bytes(pdu[3:5], "big")
        if any(address not in words for address in range(start, start + count)):
            raise SlaveException(2)
        if pdu[0] == 3:
            data = b"".join(words[start + i].to_bytes(2, "big") for i in range(count))
            return bytes((3, len(data))) + data
        body = pdu[3:] if pdu[0] == 6 else pdu[6:]
        for i in range(count):
            words[start + i] = int.from_bytes(body[2 * i : 2 * i + 2], "big")
        image = self._store.image(unit)
        if image is not None:
            image.invalidate()
        return pdu[:5]
