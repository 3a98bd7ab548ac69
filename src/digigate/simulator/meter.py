"""One simulated device: its loads, its registers, its own clock."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from digigate.catalogue import Composite, Model, Point, RegisterType, Statistic, Value
from digigate.catalogue.models import Form
from digigate.simulator.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.circuit import LEADING, Circuit, Rating
from digigate.simulator.feeder import Feeder
from digigate.simulator.image import Image, Source
from digigate.simulator.ledger import INDICES, NAIVE_EPOCH, Ledger
from digigate.simulator.nameplate import SETTINGS, SETTINGS_STRIDE, constants
from digigate.simulator.plant import LoadPlan, Network, SlavePlan
from digigate.simulator.supply import Grid
from digigate.simulator.timing import PlantClock
from digigate.simulator.wiring import LOAD_TYPES

CLOCK = range(57600, 57606)  # day, month, year, hour, minute, second (facts §5)
EXTREMES = (Statistic.MAX, Statistic.MIN, Statistic.AVERAGE_MAX, Statistic.AVERAGE_MIN)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all devices of a plant share."""

    clock: PlantClock
    grid: Grid
    network: Network
    period: int  # s
    utc_offset: float  # h
    seed: int


class Meter:
    """A device on a line."""

    def __init__(self, plan: SlavePlan, model: Model, around: Surroundings) -> None:
        self.plan = plan
        self.model = model
        self.on = True
        self._around = around
        self._drift = timedelta(hours=around.utc_offset)
        self._loads = {load.number: load for load in plan.loads}
        self._constants = constants(plan, model, around.network)
        self._ledgers: dict[int, Ledger] = {}
        self._dated = {c.time.name: c for c in model.composites if c.time is not None}
        self._parts = {
            part.name: composite
            for composite in model.composites
            for part in composite.parts
            if len(composite.parts) > 1 or composite.form is Form.MAGNITUDE
        }
        self._image = Image(model, self._source)

    @property
    def registers(self) -> "Meter":
        """Itself: what a line answers from."""
        return self

    def read(self, start: int, count: int) -> bytes:
        """Words as they are now.

        Raises:
            Illegal: 02, not within one declared block.
        """
        return self._image.read(start, count, self._now())

    def write(self, start: int, data: bytes) -> None:
        """Take words from a client; names, load types and the clock take effect at once.

        Raises:
            Illegal: 02, not writable; 03, a value that cannot be.
        """
        count = len(data) // 2
        self._image.check_writable(start, count)
        if start in CLOCK:
            self._set_clock(start, data)
            return
        rewired = self._rewired(start, data)
        self._image.overlay(start, data)
        for number, load in rewired.items():
            self._loads[number] = load
            self._ledgers.pop(number, None)
            self._image.refill()

    def truth(self, load: int) -> Mapping[str, float | str]:
        """Quantity -> its value now; `quantity@statistic` for all but the natural statistic."""
        t = self._now()
        ledger = self._ledger(load)
        if ledger is None:
            raise ValueError(f"slave {self.plan.address} has no load {load}")
        found: dict[str, float | str] = dict(ledger.at(t))
        found |= {f"{key}@{Statistic.AVERAGE}": value for key, value in ledger.mean(t).items()}
        for point in self.model.points:
            if point.quantity and point.load == load and point.quantity not in found:
                value = ledger.figure(point.quantity, point.statistic, t)
                if value is not None:
                    found[point.quantity] = value
        return found | {"time": self._local(t).isoformat()}

    def describe(self) -> Mapping[str, object]:
        """What `status` tells."""
        plan = self.plan
        return {
            "bus": plan.bus,
            "model": plan.model,
            "name": plan.name,
            "serial": plan.serial,
            "net_id": plan.net_id,
            "loads": len(self._loads),
        }

    def _now(self) -> float:
        """Whole seconds of the device's own local time since the epoch."""
        local = self._around.clock.now().replace(tzinfo=None) + self._drift
        return float(math.floor((local - NAIVE_EPOCH).total_seconds()))

    @staticmethod
    def _local(t: float) -> datetime:
        return NAIVE_EPOCH + timedelta(seconds=t)

    def _set_clock(self, start: int, data: bytes) -> None:
        now = self._local(self._now())
        words = [now.day, now.month, now.year, now.hour, now.minute, now.second]
        for index in range(len(data) // 2):
            word = int.from_bytes(data[2 * index : 2 * index + 2], "big")
            words[start - CLOCK.start + index] = word
        day, month, year, hour, minute, second = words
        try:
            meant = datetime(year + 2000 if year < 100 else year, month, day, hour, minute, second)  # noqa: DTZ001
        except ValueError as error:
            raise Illegal(ILLEGAL_VALUE) from error
        self._drift += meant - now

    def _rewired(self, start: int, data: bytes) -> dict[int, LoadPlan]:
        """The loads whose type or nominal current this write changes."""
        changed: dict[int, LoadPlan] = {}
        words = {
            start + k: int.from_bytes(data[2 * k : 2 * k + 2], "big") for k in range(len(data) // 2)
        }
        for number, load in self._loads.items():
            base = SETTINGS + SETTINGS_STRIDE * (number - 1)
            update: dict[str, object] = {}
            if base + 1 in words:
                code = words[base + 1]
                if not 1 <= code <= len(LOAD_TYPES):
                    raise Illegal(ILLEGAL_VALUE)
                update["type"] = LOAD_TYPES[code - 1]
            if base + 2 in words:
                if not words[base + 2]:
                    raise Illegal(ILLEGAL_VALUE)
                update["nominal"] = float(words[base + 2])
            if update:
                changed[number] = load.model_copy(update=update)
        return changed

    def _ledger(self, load: int) -> Ledger | None:
        if load in self._ledgers:
            return self._ledgers[load]
        ledger = self._opened(load)
        if ledger:
            self._ledgers[load] = ledger
        return ledger

    def _opened(self, load: int) -> Ledger | None:
        around, key = self._around, (self._around.seed, self.plan.address, load)
        if load == 0:
            return Ledger(Feeder(around.grid), around.period, *key)
        plan = self._loads.get(load)
        if plan is None:
            return None
        rating = Rating(plan.type, plan.nominal, plan.phase, plan.usage)
        circuit = Circuit(rating, around.grid, around.network.voltage, *key)
        return Ledger(circuit, around.period, *key)

    def _source(self, point: Point) -> Source | None:
        """Who gives this point's value."""
        if point.address in self._constants:
            constant = self._constants[point.address]
            return lambda _: constant
        if point.address in CLOCK:
            return self._clock_source(point.address - CLOCK.start)
        if point.name in self._dated:
            return self._date_source(self._dated[point.name])
        if point.quantity or point.name in self._parts:
            return self._figure_source(point)
        return self._bookkeeping(point)

    @staticmethod
    def _clock_source(field: int) -> Source:
        def source(t: float) -> Value:
            now = NAIVE_EPOCH + timedelta(seconds=t)
            return (now.day, now.month, now.year, now.hour, now.minute, now.second)[field]

        return source

    def _date_source(self, of: Composite) -> Source | None:
        ledger = self._ledger(of.load)
        if ledger is None:
            return lambda _: None

        def source(t: float) -> Value | None:
            found = ledger.extreme(of.quantity, of.statistic, t)
            return self._local(found[1]) if found else None

        return source

    def _figure_source(self, point: Point) -> Source:
        ledger = self._ledger(point.load)
        if ledger is None:
            return lambda _: None
        composite = self._parts.get(point.name)
        figure = partial(ledger.figure, point.quantity or "", point.statistic)
        if composite is None:
            return _floored(figure, point.scale) if point.quantity in INDICES else figure
        figure = partial(ledger.figure, composite.quantity, composite.statistic)
        if composite.form is Form.SUM:
            return _shared(figure, composite, composite.parts.index(point))
        kind = composite.quantity.replace("factor.", "factor_type.")
        return _directed(figure, partial(ledger.figure, kind, composite.statistic))

    def _bookkeeping(self, point: Point) -> Source | None:
        leaf = point.name
        if point.type in (RegisterType.DATETIME, RegisterType.DATETIME_MS):
            return self._local
        if "load_status" in leaf:
            status = int(point.load in self._loads)
            return lambda _: status
        return None


def _floored(source: Source, scale: float) -> Source:
    def floored(t: float) -> Value | None:
        value = source(t)
        return None if not isinstance(value, int | float) else math.floor(value / scale) * scale

    return floored


def _shared(source: Source, whole: Composite, index: int) -> Source:
    """What one part of a sum holds: whole kWh, or the residual."""

    def share(t: float) -> Value | None:
        value = source(t)
        return whole.split(value)[index] if isinstance(value, int | float) else None

    return share


def _directed(factor: Source, kind: Source) -> Source:
    """A power factor whose sign says leading (facts §2, older meters)."""

    def directed(t: float) -> Value | None:
        value = factor(t)
        if not isinstance(value, int | float):
            return None
        return -abs(value) if kind(t) == LEADING else abs(value)

    return directed
