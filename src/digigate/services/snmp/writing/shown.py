"""Waiting until the gateway itself has read what was written, so that a GET tells it."""

import asyncio
from contextlib import suppress

from digigate.bus.roster import Roster
from digigate.catalogue import Point
from digigate.store import SlaveImage, Span, Store

PATIENCE = 3.0
"""Seconds; the slave has confirmed it already."""


class Reread:
    """Waits for the outputs of a slave to be read anew."""

    def __init__(self, store: Store, roster: Roster) -> None:
        self._store = store
        self._roster = roster

    async def __call__(self, address: int) -> None:
        """Return as soon as they are, or when it takes too long; at once where nobody reads it."""
        point = self._state(address)
        if point is None or self._store.image(address) is None or self._has(address, point):
            return
        read = asyncio.Event()

        def look(image: SlaveImage, _: Span) -> None:
            if image.unit == address and self._has(address, point):
                read.set()

        with self._store.watch(look), suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await read.wait()

    def _state(self, address: int) -> Point | None:
        model = self._roster.model(address)
        point = model.named.get(model.outputs.state) if model and model.outputs else None
        return point if isinstance(point, Point) else None

    def _has(self, address: int, point: Point) -> bool:
        return self._store.raw(address, point.address, point.words) is not None
