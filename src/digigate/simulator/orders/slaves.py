"""Orders about single slaves: supply, button, LEDs, the truth."""

from collections.abc import Callable, Mapping
from typing import Annotated, Protocol

from pydantic import Field

from digigate.catalogue.addressing import HOLD
from digigate.simulator.naming import Named, Roll
from digigate.simulator.orders.table import Arguments, Entries, Json, OfSlave


class OfLoad(OfSlave):
    """Which slave, and which of its loads; 0 = the device itself."""

    load: Annotated[int, Field(ge=0, le=12)] = 0


class OfPress(OfSlave):
    """Which slave's front button, and for how long."""

    seconds: Annotated[float, Field(gt=0, le=60)] = HOLD


class Device(Named, Protocol):
    """A slave as these orders know it."""

    on: bool

    def truth(self, load: int) -> Mapping[str, float | str]:
        """Quantity (or `quantity@statistic`) -> what the plant knows it to be, now."""
        ...

    def describe(self) -> Mapping[str, Json]:
        """What `status` tells of it."""
        ...

    def press(self, seconds: float) -> bool:
        """Its button was held so long; returns whether that counts."""
        ...

    def lights(self) -> Mapping[str, Json]:
        """What `leds` tells of it."""
        ...


class SlaveOrders:
    """What can be done to the slaves of a plant."""

    def __init__(self, roll: Roll[Device], plant: Callable[[], Mapping[str, Json]]) -> None:
        self._roll = roll
        self._plant = plant
        self.entries: Entries = {
            "status": (Arguments, self._status),
            "truth": (OfLoad, self._truth),
            "leds": (Arguments, self._lights),
            "press": (OfPress, self._press),
            "slave.on": (OfSlave, lambda asked: self._switch(asked, on=True)),
            "slave.off": (OfSlave, lambda asked: self._switch(asked, on=False)),
        }

    def _status(self, _: Arguments) -> Json:
        slaves = {self._roll.name(device): device.describe() for device in self._roll}
        return {**self._plant(), "slaves": slaves}

    def _truth(self, asked: OfLoad) -> Json:
        return dict(self._roll.find(asked.slave).truth(asked.load))

    def _lights(self, _: Arguments) -> Json:
        return {self._roll.name(device): device.lights() for device in self._roll}

    def _press(self, asked: OfPress) -> Json:
        device = self._roll.find(asked.slave)
        return {"slave": self._roll.name(device), "counts": device.press(asked.seconds)}

    def _switch(self, asked: OfSlave, *, on: bool) -> Json:
        device = self._roll.find(asked.slave)
        device.on = on
        return {"address": device.address, "on": on}
