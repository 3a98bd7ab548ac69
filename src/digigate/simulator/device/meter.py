"""One simulated device: its loads, its registers, its own clock."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digigate.catalogue import Model, Statistic
from digigate.simulator.device.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.device.circuits import Circuits
from digigate.simulator.device.clock import DeviceClock, local_time
from digigate.simulator.device.deeds import Deed, Words
from digigate.simulator.device.image import Image
from digigate.simulator.device.ledger import Ledger
from digigate.simulator.device.lock import FACTORY, FACTORY_A10, REBOOT, SAVE, Action, Lock
from digigate.simulator.device.nameplate import constants, leaves
from digigate.simulator.device.seat import Seat
from digigate.simulator.device.sources import Sources
from digigate.simulator.physics.circuit import Circuit, Rating
from digigate.simulator.physics.feeder import Feeder
from digigate.simulator.physics.supply import Grid
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
    monotonic: Callable[[], float] = time.monotonic


class Meter:
    """A device on a line."""

    def __init__(self, plan: SlavePlan, model: Model, bus: BusPlan, around: Surroundings) -> None:
        self.plan = plan
        self.model = model
        self.seat = Seat(model, plan.address, plan.baudrate or bus.baudrate)
        self.clock = DeviceClock(model, around.clock, 3600 * around.utc_offset, plan.drift)
        self._around = around
        self._circuits = Circuits({load.number: load for load in plan.loads}, model.loads.count)
        self._ledgers: dict[int, Ledger] = {}
        self._lock = Lock(around.monotonic)
        self._deeds = self._doers()
        self._hidden = Lock.registers | Action.registers
        known = constants(plan, model, around.network)
        shown = self.clock.shown()
        named = {**leaves(bus), **self.seat.shown()}
        self._image = Image(model, Sources(model, known, shown, named, self._ledger).of)

    def read(self, start: int, count: int) -> bytes:
        """Words as they are now.

        Raises:
            Illegal: 02, not within one declared block.
        """
        return self._image.read(start, count, self.clock.now())

    def write(self, start: int, data: bytes) -> None:
        """Take words from a client; all of them, or none where one is wrong.

        Raises:
            Illegal: 02, not writable; 03, a value that cannot be, or a setting that is locked.
        """
        words = {
            start + k: int.from_bytes(data[2 * k : 2 * k + 2], "big") for k in range(len(data) // 2)
        }
        if not words.keys() <= self._hidden:
            self._image.check_writable(start, len(words))
            self._check_lock(words)
        self._circuits.check(words)
        acts = [deed.prepare(own) for deed in self._deeds if (own := _own(deed, words))]
        owned = {address for deed in self._deeds for address in deed.registers}
        self._image.keep({a: word for a, word in words.items() if a not in owned})
        self._rewire()
        for act in acts:
            act()

    def restart(self) -> None:
        """Come back from a loss of supply: what was not saved is forgotten."""
        self._lock.close()
        self.seat.restart()
        self._image.restart()
        self._rewire()

    def truth(self, load: int) -> Mapping[str, float | str]:
        """Quantity -> its value now; `quantity@statistic` for all but the natural statistic.

        Raises:
            ValueError: no such load.
        """
        t = self.clock.now()
        ledger = self._ledger(load)
        if ledger is None:
            raise ValueError(f"slave {self.seat.address} has no load {load}")
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
            "loads": len(self._circuits.loads),
        }

    def _doers(self) -> tuple[Deed, ...]:
        action = Action(
            {
                SAVE: self._save,
                REBOOT: self.restart,
                FACTORY: self._forget,
                FACTORY_A10: self._forget,
            }
        )
        return (self._lock, action, self.seat, self.clock)

    def _save(self) -> None:
        self.seat.save()
        self._image.save()

    def _forget(self) -> None:
        self._image.factory()
        self.restart()

    def _check_lock(self, words: Words) -> None:
        if not self._lock.open and any(point.locked for point in self._image.touched(words)):
            raise Illegal(ILLEGAL_VALUE)

    def _rewire(self) -> None:
        changed = self._circuits.refresh(self._image.kept)
        for number in changed:
            self._ledgers.pop(number, None)
        if changed:
            self._image.refill()

    def _ledger(self, load: int) -> Ledger | None:
        if load in self._ledgers:
            return self._ledgers[load]
        ledger = self._opened(load)
        if ledger:
            self._ledgers[load] = ledger
        return ledger

    def _opened(self, load: int) -> Ledger | None:
        plan, around = self.plan, self._around
        key = (plan.address, plan.net_id, plan.serial, load)
        if load == 0:
            return Ledger(Feeder(around.grid), around.period, around.seed, *key)
        circuit = self._circuits.loads.get(load)
        if circuit is None:
            return None
        return Ledger(self._circuit(circuit, *key), around.period, around.seed, *key)

    def _circuit(self, load: LoadPlan, *key: object) -> Circuit:
        rating = Rating(load.type, load.nominal, load.phase, load.usage)
        around = self._around
        return Circuit(rating, around.grid, around.network.voltage, around.seed, *key)


def _own(deed: Deed, words: Words) -> Words:
    return {address: word for address, word in words.items() if address in deed.registers}
