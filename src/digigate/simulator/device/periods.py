"""A device's integration periods, and the registers that set them."""

from collections.abc import Callable
from dataclasses import dataclass

from digigate.catalogue import Model, Point, Value
from digigate.simulator.device.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.device.deeds import Words

MINUTES, SECONDS = 60, 1
SETTINGS = {
    "avg_integration": ("average",),
    "load_curve_period": ("curve",),
    "demand_period": ("average", "curve"),
}
"""Register -> the periods that it sets: meters with one register have one period."""


@dataclass(slots=True)
class Periods:
    """In seconds; a curve period of 0 = the device keeps no load curve."""

    average: int
    curve: int


class PeriodSettings:
    """The registers over the periods of one device; they count at once."""

    def __init__(self, model: Model, periods: Periods, changed: Callable[[], None]) -> None:
        self._periods = periods
        self._changed = changed
        self._fields = {
            point.address: (leaf, MINUTES if point.unit == "min" else SECONDS)
            for leaf in SETTINGS
            for point in model.registers(leaf)
        }
        self.registers = frozenset(self._fields)

    def source(self, point: Point) -> Callable[[float], Value] | None:
        """What the registers read."""
        field = self._fields.get(point.address)
        return self._shown(*field) if field else None

    def prepare(self, words: Words) -> Callable[[], None]:
        """Take other periods.

        Raises:
            Illegal: 03, averages over no time at all.
        """
        told = {
            name: unit * word
            for address, word in words.items()
            for leaf, unit in (self._fields[address],)
            for name in SETTINGS[leaf]
        }
        if told.get("average", 1) == 0:
            raise Illegal(ILLEGAL_VALUE)

        def act() -> None:
            for name, period in told.items():
                setattr(self._periods, name, period)
            self._changed()

        return act

    def _shown(self, leaf: str, unit: int) -> Callable[[float], Value]:
        name = SETTINGS[leaf][-1]
        return lambda _: int(getattr(self._periods, name)) // unit
