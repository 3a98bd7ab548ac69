"""The ledgers of one device: one for each load that there is, and one for the device itself."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from digigate.simulator.device.circuits import Circuits
from digigate.simulator.device.contacts import Contacts
from digigate.simulator.device.ledger import Ledger, Source
from digigate.simulator.device.periods import Periods
from digigate.simulator.device.resets import Anew, Reset
from digigate.simulator.physics.circuit import Circuit, Consumption, Rating
from digigate.simulator.physics.feeder import Feeder
from digigate.simulator.physics.incomer import Feeders, Incomer
from digigate.simulator.physics.supply import Grid
from digigate.simulator.plant import LoadPlan, Network, SlavePlan
from digigate.simulator.timing import PlantClock


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all devices of a plant share."""

    clock: PlantClock
    grid: Grid
    network: Network
    period: int  # s
    utc_offset: float  # h
    seed: int
    feeders: Feeders  # all loads of the plant
    service: float = 30.0  # days for which devices have been in service
    monotonic: Callable[[], float] = time.monotonic


class Books:
    """Opened when somebody looks; a load that was rewired begins a new one."""

    def __init__(
        self,
        plan: SlavePlan,
        around: Surroundings,
        circuits: Circuits,
        periods: Periods,
        contacts: Contacts,
    ) -> None:
        self._plan = plan
        self._around = around
        self._circuits = circuits
        self._periods = periods
        self._contacts = contacts
        self._ledgers: dict[int, Ledger] = {}
        self._made: dict[int, Circuit] = {}
        around.feeders.add(self._feeders)

    def find(self, load: int) -> Ledger | None:
        """That of a load (0 = the device itself); None where there is no such load."""
        if load not in self._ledgers:
            ledger = self._opened(load)
            if ledger is None:
                return None
            self._ledgers[load] = ledger
        return self._ledgers[load]

    def close(self, loads: Iterable[int]) -> None:
        """Forget what was booked for loads that are others now."""
        for load in loads:
            self._ledgers.pop(load, None)
            self._made.pop(load, None)

    def begin_anew(self, reset: Reset, t: float) -> None:
        """Let partial indices or extremes begin anew."""
        if reset.anew is Anew.HOURS:
            device = self.find(0)
            if device:
                device.begin_partial(("hours",), t)
            return
        for number in (reset.load,) if reset.load else tuple(self._circuits.loads):
            ledger = self.find(number)
            if ledger is None:
                continue
            if reset.anew is Anew.PARTIAL:
                ledger.begin_partial(reset.which, t)
            else:
                average = reset.anew is Anew.AVERAGE_EXTREMES
                ledger.forget_extremes(reset.which, t, average=average)

    def _opened(self, load: int) -> Ledger | None:
        source = self._source(load)
        if source is None:
            return None

        def sensed(quantity: str, t: float) -> float | None:
            return self._contacts.figure(quantity, load, t)

        return Ledger(source, self._periods, sensed, self._around.seed, *key_of(self._plan), load)

    def _source(self, load: int) -> Source | None:
        if load == 0:
            return Feeder(self._around.grid)
        plan = self._circuits.loads.get(load)
        return self._circuit(load, plan) if plan else None

    def _feeders(self) -> Iterator[Consumption]:
        for load, plan in self._circuits.loads.items():
            if not plan.incomer:
                yield self._circuit(load, plan).consumption

    def _circuit(self, load: int, plan: LoadPlan) -> Circuit:
        if load not in self._made:
            around, key = self._around, (*key_of(self._plan), load)
            fed = Incomer(around.feeders, around.seed, *key) if plan.incomer else None
            rating = Rating(plan.type, plan.nominal, plan.phase, plan.usage)
            self._made[load] = Circuit(
                rating, around.grid, around.network.voltage, around.seed, *key, consumption=fed
            )
        return self._made[load]


def key_of(plan: SlavePlan) -> tuple[object, ...]:
    """What tells one slave's chance from another's."""
    return plan.address, plan.net_id, plan.serial
