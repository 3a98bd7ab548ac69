"""Everything that one load's module keeps: momentary values, means, extremes and meter indices."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from digigate.catalogue import Statistic
from digigate.simulator.device.periods import Periods
from digigate.simulator.physics.chance import between
from digigate.simulator.physics.circuit import Energies, Values
from digigate.simulator.physics.demand import EPOCH

LOOK_BACK = tuple(range(3600, 86400, 3600))  # s: the day before that fills the extremes at start
TARIFF = re.compile(r"tariff-(\d+)")
"""Ours: the first tariff counts half of an index, the second a quarter, and so on."""
NAIVE_EPOCH = EPOCH.replace(tzinfo=None)

INDICES: dict[str, Callable[[Energies], float]] = {
    "hours": lambda e: e.seconds,
    "energy.active.import": lambda e: max(e.active, 0.0),
    "energy.active.export": lambda e: max(-e.active, 0.0),
    "energy.reactive.import": lambda e: max(e.reactive, 0.0),
    "energy.reactive.export": lambda e: max(-e.reactive, 0.0),
    "energy.apparent": lambda e: e.apparent,
}
"""Meter index -> its part of what has flowed."""
CURVES: dict[str, Callable[[Values], float]] = {
    "demand.active.import": lambda v: max(v["power.active.total"], 0.0),
    "demand.active.export": lambda v: max(-v["power.active.total"], 0.0),
    "demand.reactive.import": lambda v: max(v["power.reactive.total"], 0.0),
    "demand.reactive.export": lambda v: max(-v["power.reactive.total"], 0.0),
    "demand.apparent": lambda v: v["power.apparent.total"],
}
"""Load curve -> what it is of the means over the period."""


def year_start(t: float) -> float:
    """The first moment of the year that `t` lies in, on the local time line."""
    year = (NAIVE_EPOCH + timedelta(seconds=t)).year
    return (datetime(year, 1, 1) - NAIVE_EPOCH).total_seconds()  # noqa: DTZ001 -- local by nature


class Source(Protocol):
    """A load, or the network itself, as pure functions of the local seconds since the epoch."""

    def at(self, t: float) -> Values:
        """Momentary values."""
        ...

    def mean(self, start: float, end: float) -> Values:
        """Means over a period."""
        ...

    def mean_powers(self, start: float, end: float) -> Values:
        """Means of the powers alone."""
        ...

    def energies(self, t: float) -> Energies:
        """Energies since the epoch."""
        ...


@dataclass(slots=True)
class Extreme:
    """The least and the greatest value seen, and when."""

    least: float
    least_at: float
    most: float
    most_at: float

    def see(self, value: float, t: float) -> None:
        """Take one more value into account."""
        if value < self.least:
            self.least, self.least_at = value, t
        if value > self.most:
            self.most, self.most_at = value, t


class Extremes:
    """Least and greatest of every quantity."""

    def __init__(self) -> None:
        self._seen: dict[str, Extreme] = {}

    def see(self, values: Mapping[str, float], t: float) -> None:
        """Take the values of one moment into account."""
        for key, value in values.items():
            known = self._seen.get(key)
            if known is None:
                self._seen[key] = Extreme(value, t, value, t)
            else:
                known.see(value, t)

    def forget(self, which: tuple[str, ...]) -> None:
        """Begin anew for quantities that start so."""
        self._seen = {key: seen for key, seen in self._seen.items() if not key.startswith(which)}

    def find(self, quantity: str, *, most: bool) -> tuple[float, float] | None:
        """Value and moment."""
        found = self._seen.get(quantity)
        if found is None:
            return None
        return (found.most, found.most_at) if most else (found.least, found.least_at)


Sensors = Callable[[str, float], float | None]
"""Quantity and time -> what is measured beside the source; None = nothing of that name."""


class Ledger:
    """The figures of one load; momentary ones are those of the last whole second."""

    def __init__(self, source: Source, periods: Periods, sensors: Sensors, *key: object) -> None:
        self.source = source
        self._periods = periods
        self._sensors = sensors
        self._offsets = {name: between(2e5, 4e7, *key, name) for name in INDICES}
        self._now = (-1.0, Values())
        self._means: dict[int, tuple[float, Values]] = {}
        self._extremes: Extremes | None = None
        self._mean_extremes = Extremes()
        self._resets: dict[str, tuple[float, float]] = {}

    def figure(self, quantity: str, statistic: Statistic, t: float) -> float | None:
        """The value at `t`; None where the load has no such quantity."""
        if quantity in INDICES:
            return self._index(quantity, statistic, t)
        if quantity in CURVES:
            return CURVES[quantity](self.curve(t)) if self._periods.curve else None
        sensed = self._sensors(quantity, t)
        return self._measured(quantity, statistic, t) if sensed is None else sensed

    def _measured(self, quantity: str, statistic: Statistic, t: float) -> float | None:
        match statistic:
            case Statistic.AVERAGE:
                return self.mean(t).get(quantity)
            case Statistic.MAX | Statistic.MIN | Statistic.AVERAGE_MAX | Statistic.AVERAGE_MIN:
                found = self.extreme(quantity, statistic, t)
                return found[0] if found else None
            case Statistic.LAGGING | Statistic.LEADING:
                return self._one_way(quantity, statistic, t)
            case _:
                return self.at(t).get(quantity)

    def begin_partial(self, which: tuple[str, ...], t: float) -> None:
        """Let the partial indices of quantities that start so begin anew."""
        for quantity in INDICES:
            if quantity.startswith(which):
                self._resets[quantity] = (self.partial_since(quantity, t), t)

    def forget_extremes(self, which: tuple[str, ...], t: float, *, average: bool) -> None:
        """Let least and greatest of quantities that start so be those of now."""
        (self._mean_extremes if average else self._seen(t)).forget(which)
        if not average:
            self._seen(t)

    def partial_since(self, quantity: str, t: float) -> float:
        """When the partial index began: with the year, or by a reset."""
        return max(year_start(t), self._resets.get(quantity, (0.0, 0.0))[1])

    def extreme(self, quantity: str, statistic: Statistic, t: float) -> tuple[float, float] | None:
        """A greatest or least value and its moment."""
        most = statistic in (Statistic.MAX, Statistic.AVERAGE_MAX)
        if statistic in (Statistic.AVERAGE_MAX, Statistic.AVERAGE_MIN):
            self.mean(t)
            return self._mean_extremes.find(quantity, most=most)
        return self._seen(t).find(quantity, most=most)

    def at(self, t: float) -> Values:
        """The momentary values."""
        moment, values = self._now
        if moment != t:
            values = self.source.at(t)
            self._now = (t, values)
            if self._extremes:
                self._extremes.see(values, t)
        return values

    def _one_way(self, quantity: str, statistic: Statistic, t: float) -> float | None:
        """A reactive power as long as it lags, or leads; else 0."""
        values = self.at(t)
        value = values.get(quantity)
        if value is None:
            return None
        lags = value * values["power.active.total"] >= 0
        return value if lags == (statistic is Statistic.LAGGING) else 0.0

    def period_end(self, t: float) -> float:
        """The end of the last whole period of the averages."""
        return math.floor(t / self.average_period) * self.average_period

    @property
    def average_period(self) -> int:
        """Of the averages, s."""
        return self._periods.average

    def mean(self, t: float) -> Values:
        """The means over the last whole period of the averages."""
        values = self._mean(self._periods.average, t)
        self._mean_extremes.see(values, self.period_end(t))
        return values

    def curve(self, t: float) -> Values:
        """The means over the last whole period of the load curve."""
        return self._mean(self._periods.curve, t)

    def curve_end(self, t: float) -> float:
        """The end of the last whole period of the load curve."""
        period = self._periods.curve or self._periods.average
        return math.floor(t / period) * period

    def _mean(self, period: int, t: float) -> Values:
        end = math.floor(t / period) * period
        known = self._means.get(period)
        if known is None or known[0] != end:
            known = (end, self.source.mean(end - period, end))
            self._means[period] = known
        return known[1]

    def _seen(self, t: float) -> Extremes:
        if self._extremes is None:
            self._extremes = Extremes()
            for back in LOOK_BACK:
                self._extremes.see(self.source.at(t - back), t - back)
        self._extremes.see(self.at(t), t)
        return self._extremes

    def _index(self, quantity: str, statistic: Statistic, t: float) -> float:
        """A meter index in Wh, varh or VAh; the partial ones begin anew each year."""
        match statistic:
            case Statistic.PARTIAL:
                return self._grown(quantity, self.partial_since(quantity, t), t)
            case Statistic.LAST_PARTIAL:
                return self._grown(quantity, *self._last_partial(quantity, t))
            case Statistic.LAGGING | Statistic.LEADING:
                flowed = self.source.energies(t)
                lags = flowed.active * flowed.reactive >= 0
                is_it = lags == (statistic is Statistic.LAGGING)
                return self._total(quantity, t) if is_it else 0.0
            case _ if tariff := TARIFF.fullmatch(statistic):
                return self._total(quantity, t) * 0.5 ** int(tariff[1])
            case _:
                return self._total(quantity, t)

    def _last_partial(self, quantity: str, t: float) -> tuple[float, float]:
        """From when to when the partial index ran that was before the present one."""
        this_year = year_start(t)
        start, end = self._resets.get(quantity, (0.0, 0.0))
        return (start, end) if end > this_year else (year_start(this_year - 1), this_year)

    def _total(self, quantity: str, t: float) -> float:
        total = self._grown(quantity, 0.0, t)
        return total + self._offsets[quantity] if total else 0.0

    def _grown(self, quantity: str, start: float, end: float) -> float:
        before, after = self.source.energies(start), self.source.energies(end)
        return max(0.0, INDICES[quantity](after) - INDICES[quantity](before))
