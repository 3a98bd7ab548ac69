"""Orders that pull a bus's adapter and put it back."""

from collections.abc import Mapping
from typing import Annotated, Protocol

from pydantic import Field

from digigate.simulator.orders.table import Arguments, Entries, Json


class OfBus(Arguments):
    """Which bus."""

    bus: Annotated[str, Field(min_length=1)]


class Plugged(Protocol):
    """A bus as these orders know it."""

    async def plug(self) -> None:
        """Offer its channels."""
        ...

    async def pull(self) -> None:
        """Take them away."""
        ...

    def describe(self) -> Mapping[str, Json]:
        """What `status` tells of it."""
        ...


class PlugOrders:
    """What can be done to the channels of a plant's buses."""

    def __init__(self, buses: Mapping[str, Plugged]) -> None:
        self._buses = buses
        self.entries: Entries = {"plug": (OfBus, self._plug), "unplug": (OfBus, self._unplug)}

    async def _plug(self, asked: OfBus) -> Json:
        bus = self._find(asked)
        await bus.plug()
        return {"bus": asked.bus, **bus.describe()}

    async def _unplug(self, asked: OfBus) -> Json:
        bus = self._find(asked)
        await bus.pull()
        return {"bus": asked.bus, **bus.describe()}

    def _find(self, asked: OfBus) -> Plugged:
        if asked.bus not in self._buses:
            raise ValueError(f"no bus {asked.bus}; there are {', '.join(self._buses)}")
        return self._buses[asked.bus]
