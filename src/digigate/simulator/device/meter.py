"""One simulated device: its loads, its registers, its own clock."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digigate.catalogue import Model, Statistic
from digigate.simulator.device.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.device.image import Image
from digigate.simulator.device.ledger import NAIVE_EPOCH, Ledger
from digigate.simulator.device.nameplate import SETTINGS, SETTINGS_STRIDE, constants, leaves
from digigate.simulator.device.sources import CLOCK, Sources, local_time
from digigate.simulator.physics.circuit import Circuit, Rating
from digigate.simulator.physics.feeder import Feeder
from digigate.simulator.physics.supply import Grid
from digigate.simulator.physics.wiring import LOAD_TYPES
from digigate.simulator.plant import BusPlan, LoadPlan, Network, SlavePlan
from digigate.simulator.timing import PlantClock

NATURAL = (Statistic.INSTANT, Statistic.TOTAL)


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

    def __init__(self, plan: SlavePlan, model: Model, bus: BusPlan, around: Surroundings) -> None:
        self.plan = plan
        self.model = model
        self.on = True
        self._around = around
        self._drift = timedelta(hours=around.utc_offset)
        self._loads = {load.number: load for load in plan.loads}
        self._ledgers: dict[int, Ledger] = {}
        sources = Sources(
            model, constants(plan, model, around.network), leaves(plan, bus), self._ledger
        )
        self._image = Image(model, sources.of)

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
        for measured in self.model.measurements(load):
            quantity = measured.quantity or ""
            value = ledger.figure(quantity, measured.statistic, t)
            natural = measured.statistic in NATURAL
            if value is not None and not (natural and quantity in found):
                found[quantity if natural else f"{quantity}@{measured.statistic}"] = value
        return found | {"time": local_time(t).isoformat()}

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

    def _set_clock(self, start: int, data: bytes) -> None:
        now = local_time(self._now())
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
