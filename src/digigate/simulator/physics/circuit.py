"""What a module measures of one load: coherent values at a moment, energies, means."""

import math
from dataclasses import dataclass
from typing import Protocol

from digigate.catalogue.loadtypes import LoadType
from digigate.simulator.physics.chance import between
from digigate.simulator.physics.demand import HABITS, Demand, Usage
from digigate.simulator.physics.harmonics import distortion
from digigate.simulator.physics.supply import Grid, Supply, sequences, unbalance
from digigate.simulator.physics.wiring import wiring

Values = dict[str, float]
"""Quantity key -> value in the quantity's unit; what the wiring does not give is not in it."""

LAGGING, LEADING = 2.0, 1.0  # the meters' codes for the type of a power factor
MEAN_OF = 12  # moments of an integration period that are looked at for its means
PHASE = "123"
LINE = ("12", "23", "31")
ROTATION = 2 * math.pi / 7000  # rad/s: how the share of the phases wanders


@dataclass(frozen=True, slots=True)
class Rating:
    """What a load is."""

    type: LoadType
    nominal: float  # A
    phase: int  # 1..3, of the network
    usage: Usage


@dataclass(frozen=True, slots=True)
class Energies:
    """What has flowed since the epoch: Wh, varh, VAh; and the seconds that it took."""

    active: float  # signed: received minus delivered
    reactive: float
    apparent: float
    seconds: float


class Consumption(Protocol):
    """What flows through a load: pure functions of time."""

    def power(self, t: float) -> complex:
        """P + jQ of all phases, W and var."""
        ...

    def flowed(self, t: float) -> tuple[float, float]:
        """Ws and vars since the epoch."""
        ...


class Profile:
    """What a load of some usage takes, or gives."""

    def __init__(self, rating: Rating, apparent: float, seed: int, *key: object) -> None:
        habit = HABITS[rating.usage]
        self._active = Demand.of(rating.usage, seed, *key)
        self._reactive = Demand.of(rating.usage, seed, *key, variant="reactive")
        tangent = habit.tangent * between(0.85, 1.15, seed, "tangent", *key)
        self._watts = habit.sign * apparent / math.hypot(1, tangent)
        self._vars = abs(self._watts) * tangent

    def power(self, t: float) -> complex:
        """P + jQ of all phases, W and var."""
        return complex(self._watts * self._active.level(t), self._vars * self._reactive.level(t))

    def flowed(self, t: float) -> tuple[float, float]:
        """Ws and vars since the epoch."""
        return self._watts * self._active.integral(t), self._vars * self._reactive.integral(t)


class Circuit:
    """One load on a grid; a pure function of time."""

    def __init__(
        self,
        rating: Rating,
        grid: Grid,
        voltage: float,
        seed: int,
        *key: object,
        consumption: Consumption | None = None,
    ) -> None:
        self.rating = rating
        self.wiring = wiring(rating.type)
        self._grid = grid
        self._habit = HABITS[rating.usage]
        self.apparent = nominal_power(rating, voltage)
        self.consumption = consumption or Profile(rating, self.apparent, seed, *key)
        self._leak = between(2e-6, 4e-5, seed, "leak", *key)  # A per V
        self._turn = between(0, 2 * math.pi, seed, "turn", *key)

    def power(self, t: float) -> complex:
        """P + jQ of all phases, W and var."""
        return self.consumption.power(t)

    def energies(self, t: float) -> Energies:
        """Energies since the epoch."""
        active, reactive = (flowed / 3600 for flowed in self.consumption.flowed(t))
        return Energies(active, reactive, math.hypot(active, reactive), t)

    def at(self, t: float) -> Values:
        """Every instantaneous quantity at `t` seconds since the epoch."""
        supply = self._supply(t)
        power = self.power(t)
        powers = [share * power for share in self._shares(t)]
        values = self._voltages(supply)
        values |= self._currents(supply, powers)
        values |= _powers(powers, each=self.wiring.neutral)
        values["power.apparent.nominal"] = self.apparent
        values["current.residual"] = self._leak * abs(supply.phasors[0])
        load = abs(sum(powers)) / self.apparent
        values |= distortion(self.wiring, supply, self._habit.distortion, load)
        return values

    def mean(self, start: float, end: float) -> Values:
        """The means over a period; those of the powers agree with the energies."""
        seen = [self.at(moment) for moment in moments(start, end)]
        values = {key: sum(one[key] for one in seen) / MEAN_OF for key in seen[0]}
        return values | self.mean_powers(start, end)

    def mean_powers(self, start: float, end: float) -> Values:
        """The means of the powers alone."""
        before, after = self.energies(start), self.energies(end)
        hours = (end - start) / 3600
        exact = complex(after.active - before.active, after.reactive - before.reactive) / hours
        sampled = sum(self.power(moment) for moment in moments(start, end)) / MEAN_OF
        shares = self._shares((start + end) / 2)
        shift = (exact - sampled) / len(shares)
        phases = [share * sampled + shift for share in shares]
        return _powers(phases, each=self.wiring.neutral)

    def _supply(self, t: float) -> Supply:
        supply = self._grid.at(t)
        first = self.rating.phase - 1
        if not first:
            return supply
        order = [(first + k) % 3 for k in range(3)]
        one, two, three = (supply.phasors[k] for k in order)
        d1, d2, d3 = (supply.distortion[k] for k in order)
        return Supply(supply.frequency, (one, two, three), (d1, d2, d3))

    def _shares(self, t: float) -> list[float]:
        count = len(self.wiring.currents)
        if count == 1 or self.rating.type.endswith("-1CT"):
            return [1 / count] * count
        wander = self._habit.unbalance / count
        turn = ROTATION * t + self._turn
        return [1 / count + wander * math.cos(turn + 2 * math.pi * k / count) for k in range(count)]

    def _voltages(self, supply: Supply) -> Values:
        values = network(supply, self.wiring.voltages, self.wiring.between)
        if self.wiring.neutral_current:
            values["voltage.vn"] = abs(sum(supply.phasors[: self.wiring.phases])) / 100
        return values

    def _currents(self, supply: Supply, powers: list[complex]) -> Values:
        pair = self.wiring.phases == 2 and not self.wiring.neutral
        across = (supply.between(0),) if pair else supply.phasors
        phasors = [(power / u).conjugate() for power, u in zip(powers, across, strict=False)]
        sizes = tuple(abs(phasor) for phasor in phasors)
        values = {f"current.i{PHASE[k]}": size for k, size in enumerate(sizes)}
        values["current.system"] = sum(sizes) / len(sizes)
        if self.wiring.neutral_current:
            values["current.in"] = abs(sum(phasors))
        if len(phasors) == 3:
            direct, inverse, zero = sequences((phasors[0], phasors[1], phasors[2]))
            values["current.direct"] = direct
            values["current.inverse"] = inverse
            values["current.homopolar"] = zero
            values["current.unbalance_inba"] = unbalance(sizes)
            values["current.unbalance_inb"] = 100 * inverse / direct if direct else 0.0
        return values


def moments(start: float, end: float) -> tuple[float, ...]:
    """Those that are looked at for the means of a period."""
    step = (end - start) / MEAN_OF
    return tuple(start + (index + 0.5) * step for index in range(MEAN_OF))


def network(supply: Supply, voltages: tuple[int, ...], between: tuple[int, ...]) -> Values:
    """Frequency and those voltages that are asked for, with their system means and unbalance."""
    values: Values = {"frequency": supply.frequency}
    single = {f"voltage.v{PHASE[k]}n": abs(supply.phasors[k]) for k in voltages}
    across = {f"voltage.u{LINE[k]}": abs(supply.between(k)) for k in between}
    if single:
        values["voltage.system.pn"] = sum(single.values()) / len(single)
    if across:
        values["voltage.system.pp"] = sum(across.values()) / len(across)
    return values | single | across


def nominal_power(rating: Rating, voltage: float) -> float:
    """Apparent power at the nominal current, VA."""
    made = wiring(rating.type)
    if made.phases == 2 and not made.neutral:
        return math.sqrt(3) * voltage * rating.nominal
    return made.phases * voltage * rating.nominal


def _powers(powers: list[complex], *, each: bool) -> Values:
    """Totals, and the figures of each phase where there is a neutral to refer them to."""
    total = sum(powers)
    values = _group(("total",) * 4, total, sum(abs(power) for power in powers))
    if each:
        for k, power in zip(PHASE, powers, strict=False):
            values |= _group((f"p{k}", f"q{k}", f"s{k}", f"pf{k}"), power, abs(power))
    return values


def _group(names: tuple[str, str, str, str], power: complex, apparent: float) -> Values:
    active, reactive, total, factor = names
    return {
        f"power.active.{active}": power.real,
        f"power.reactive.{reactive}": power.imag,
        f"power.apparent.{total}": apparent,
        f"power.factor.{factor}": power.real / apparent if apparent else 1.0,
        f"power.factor_type.{factor}": LAGGING if power.real * power.imag >= 0 else LEADING,
    }
