"""A device's own clock: local time, drifting, set through its registers."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

from digigate.catalogue import Model, Point, Value
from digigate.simulator.device.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.device.deeds import Words
from digigate.simulator.device.ledger import NAIVE_EPOCH
from digigate.simulator.timing import PlantClock

FIELDS = ("day", "month", "year", "hour", "minute", "second")
BY_SIZE = ("year", "month", "day", "hour", "minute", "second")
MILLISECOND = "millisecond"
PREFIXES = ("", "extended_")  # of the registers' names


def local_time(t: float) -> datetime:
    """A device's own seconds since the epoch as a date."""
    return NAIVE_EPOCH + timedelta(seconds=t)


class DeviceClock:
    """The plant's time plus an offset that grows by the drift (s a day) and that clients set."""

    def __init__(
        self,
        model: Model,
        plant: PlantClock,
        offset: float,
        drift: float,
        was_set: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._plant = plant
        self._was_set = was_set
        self._pace = drift / 86400
        self._base = plant.now()
        self._offset = timedelta(seconds=offset)
        self._fields = clock_registers(model)
        self.registers = frozenset(self._fields)

    def now(self) -> float:
        """Whole seconds of its local time since the epoch."""
        return float(math.floor((self._local() - NAIVE_EPOCH).total_seconds()))

    def shift(self, seconds: float) -> None:
        """Go wrong by so much."""
        self._offset += timedelta(seconds=seconds)

    def source(self, point: Point) -> Callable[[float], Value] | None:
        """What its registers read."""
        leaf = self._fields.get(point.address)
        return _field(leaf) if leaf else None

    def prepare(self, words: Words) -> Callable[[], None]:
        """Set it; fields that are not written stay.

        Raises:
            Illegal: 03, no such date.
        """
        now = local_time(self.now())
        told = {leaf: getattr(now, leaf) for leaf in FIELDS}
        told |= {self._fields[address]: word for address, word in words.items()}
        if told["year"] < 100:
            told["year"] += 2000
        try:
            meant = datetime(*(told[leaf] for leaf in BY_SIZE))  # noqa: DTZ001
        except ValueError as error:
            raise Illegal(ILLEGAL_VALUE) from error
        meant += timedelta(milliseconds=told.get(MILLISECOND, 0))

        def act() -> None:
            step = meant - self._local()
            self._offset += step
            self._was_set(step.total_seconds())

        return act

    def _local(self) -> datetime:
        moment = self._plant.now()
        gone = (moment - self._base).total_seconds()
        return moment.replace(tzinfo=None) + self._offset + timedelta(seconds=gone * self._pace)


def clock_registers(model: Model) -> dict[int, str]:
    """Register -> the part of the date that it holds, of every block that holds a whole one."""
    found: dict[str, dict[int, str]] = {}
    for leaf, prefix in product((*FIELDS, MILLISECOND), PREFIXES):
        for point in model.registers(prefix + leaf):
            found.setdefault(point.block, {})[point.address] = leaf
    whole = (part for part in found.values() if set(part.values()) >= set(FIELDS))
    return {address: leaf for part in whole for address, leaf in part.items()}


def _field(leaf: str) -> Callable[[float], Value]:
    if leaf == MILLISECOND:
        return lambda _: 0
    return lambda t: int(getattr(local_time(t), leaf))
