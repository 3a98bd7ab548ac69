"""How much a load takes over the day: profiles by usage, and their exact integral.

Power is a piecewise linear curve of the day times a ripple of sine waves; both close on themselves
at midnight, so the energy up to any moment has a closed form: a restart, a step of a year or a
clock that runs a thousand times as fast all find the same meter index.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache

from digigate.simulator.physics.chance import DAY, Wave, between, ripple, waves

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
"""The Monday on which all plants began to count; times are seconds since then, in local time."""
RIPPLES = (4700.0, 1130.0, 313.0, 71.0)  # s: from machines that start and stop


class Usage(StrEnum):
    """What a load feeds."""

    GENERAL = "general"
    LIGHTING = "lighting"
    HVAC = "hvac"
    IT = "it"
    PROCESS = "process"
    EV_CHARGING = "ev-charging"
    PHOTOVOLTAIC = "photovoltaic"


@dataclass(frozen=True, slots=True)
class Habit:
    """How loads of one usage behave."""

    weekday: tuple[tuple[float, float], ...]  # (hour, share of nominal)
    weekend: tuple[tuple[float, float], ...]
    tangent: float  # Q/P; negative = leading
    depth: float  # of the ripple, as a share of the power
    unbalance: float  # of the phases
    distortion: float  # THD of the current at full load, %
    sign: int = 1  # -1: a generator


NIGHT = ((0, 0.08), (24, 0.08))
HABITS = {
    Usage.GENERAL: Habit(
        ((0, 0.15), (6, 0.16), (8.5, 0.55), (12, 0.6), (13, 0.5), (17, 0.55), (19.5, 0.2)),
        ((0, 0.14), (9, 0.16), (18, 0.17)),
        0.33, 0.10, 0.08, 9.0,
    ),
    Usage.LIGHTING: Habit(
        ((0, 0.08), (5.5, 0.08), (6.5, 0.75), (9, 0.7), (15, 0.68), (18, 0.8), (20, 0.1)),
        NIGHT, -0.12, 0.02, 0.05, 14.0,
    ),
    Usage.HVAC: Habit(
        ((0, 0.2), (5, 0.25), (7, 0.7), (11, 0.55), (14.5, 0.75), (18, 0.5), (20, 0.2)),
        ((0, 0.18), (8, 0.2), (14, 0.3), (20, 0.18)),
        0.48, 0.12, 0.03, 6.0,
    ),
    Usage.IT: Habit(
        ((0, 0.55), (7, 0.55), (9, 0.62), (18, 0.6), (20, 0.55)),
        ((0, 0.54), (12, 0.55)),
        -0.2, 0.03, 0.04, 18.0,
    ),
    Usage.PROCESS: Habit(
        ((0, 0.06), (5.5, 0.06), (6.2, 0.7), (9.4, 0.75), (9.6, 0.3), (9.9, 0.72), (13, 0.65),
         (14, 0.75), (21.3, 0.6), (22, 0.06)),
        ((0, 0.05), (12, 0.06)),
        0.7, 0.18, 0.04, 7.0,
    ),
    Usage.EV_CHARGING: Habit(
        ((0, 0.03), (7.5, 0.03), (8.5, 0.8), (10.5, 0.6), (12, 0.25), (13.5, 0.5), (16, 0.15),
         (18, 0.03)),
        ((0, 0.03), (10, 0.12), (15, 0.1), (18, 0.03)),
        -0.05, 0.08, 0.10, 4.0,
    ),
    Usage.PHOTOVOLTAIC: Habit(
        ((0, 0.0), (6.5, 0.0), (8, 0.12), (10, 0.45), (13, 0.72), (16, 0.42), (18.5, 0.08),
         (20, 0.0)),
        ((0, 0.0), (6.5, 0.0), (8, 0.12), (10, 0.45), (13, 0.72), (16, 0.42), (18.5, 0.08),
         (20, 0.0)),
        0.06, 0.15, 0.02, 3.0, -1,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """One day's curve: levels at moments, straight lines between, times `1 + waves`."""

    moments: tuple[float, ...]  # s, from 0 to DAY
    levels: tuple[float, ...]
    waves: tuple[Wave, ...]
    sums: tuple[float, ...]  # integral up to each moment

    @classmethod
    def of(cls, knots: tuple[tuple[float, float], ...], parts: tuple[Wave, ...]) -> "Day":
        """From (hour, level) pairs; the last level leads back to the first."""
        moments = (*(hour * 3600 for hour, _ in knots if hour < 24), DAY)
        levels = (*(level for hour, level in knots if hour < 24), knots[0][1])
        bare = cls(moments, levels, parts, (0.0,) * len(moments))
        sums = [0.0]
        for index, end in enumerate(moments[1:]):
            sums.append(sums[-1] + bare.stretch(index, end))
        return cls(moments, levels, parts, tuple(sums))

    def level(self, s: float) -> float:
        """The curve `s` seconds after midnight."""
        index = min(bisect_right(self.moments, s), len(self.moments) - 1) - 1
        line = self.levels[index] + self._slope(index) * (s - self.moments[index])
        return line * (1 + ripple(self.waves, s))

    def integral(self, s: float) -> float:
        """The curve's integral from midnight to `s` seconds after it."""
        index = min(bisect_right(self.moments, s), len(self.moments) - 1) - 1
        return self.sums[index] + self.stretch(index, s)

    def stretch(self, index: int, end: float) -> float:
        """The integral from the moment `index` to `end`, which lies before the next one."""
        start, level, slope = self.moments[index], self.levels[index], self._slope(index)
        length = end - start
        total = level * length + slope * length * length / 2
        for w in self.waves:
            a, b = w.pace * start + w.phase, w.pace * end + w.phase
            bent = level * math.cos(a) - (level + slope * length) * math.cos(b)
            total += w.amplitude / w.pace * (bent + slope / w.pace * (math.sin(b) - math.sin(a)))
        return total

    def _slope(self, index: int) -> float:
        rise = self.levels[index + 1] - self.levels[index]
        return rise / (self.moments[index + 1] - self.moments[index])


@dataclass(frozen=True, slots=True)
class Demand:
    """A load's share of its nominal power at any time, and the integral since the epoch."""

    usage: Usage
    weekday: Day
    weekend: Day
    seed: int

    @classmethod
    def of(cls, usage: Usage, seed: int, *key: object, variant: str = "ripple") -> "Demand":
        """A demand of this usage whose moments and levels hang on seed and key.

        Variants of one load differ in their ripple only.
        """
        habit = HABITS[usage]
        parts = waves(habit.depth, RIPPLES, seed, variant, *key)
        strength = between(0.6, 1.05, seed, "strength", *key)
        shift = between(-0.25, 0.25, seed, "shift", *key)

        def own(knots: tuple[tuple[float, float], ...]) -> Day:
            moved = ((hour + shift if 0 < hour < 24 else hour, lev) for hour, lev in knots)
            return Day.of(tuple((hour, lev * strength) for hour, lev in moved), parts)

        return cls(usage, own(habit.weekday), own(habit.weekend), seed)

    def level(self, t: float) -> float:
        """The share of nominal power at `t`."""
        day, second = divmod(t, DAY)
        return self._kind(int(day)).level(second) * _day_factor(self.usage, self.seed, int(day))

    def integral(self, t: float) -> float:
        """Share times seconds since the epoch."""
        day, second = divmod(t, DAY)
        today = self._kind(int(day)).integral(second)
        week, weekend = _factors_before(self.usage, self.seed, int(day))
        whole = week * self.weekday.sums[-1] + weekend * self.weekend.sums[-1]
        return whole + today * _day_factor(self.usage, self.seed, int(day))

    def _kind(self, day: int) -> Day:
        return self.weekend if day % 7 >= 5 else self.weekday


def _day_factor(usage: Usage, seed: int, day: int) -> float:
    """How strong a day is: the weather for the sun and the climate, the mood for the rest."""
    if usage is Usage.PHOTOVOLTAIC:
        return _chance_of_day(0.25, 1.0, seed, "sun", day)
    return _chance_of_day(0.92, 1.08, seed, usage.value, day)


@cache
def _chance_of_day(low: float, high: float, seed: int, kind: str, day: int) -> float:
    return between(low, high, seed, kind, day)


def _factors_before(usage: Usage, seed: int, day: int) -> tuple[float, float]:
    """The sums of the day factors of all working days and of all weekend days before `day`."""
    table = _factor_table(usage, seed)
    while len(table) <= day:
        number = len(table) - 1
        week, weekend = table[-1]
        factor = _day_factor(usage, seed, number)
        table.append((week, weekend + factor) if number % 7 >= 5 else (week + factor, weekend))
    return table[max(day, 0)]


@cache
def _factor_table(usage: Usage, seed: int) -> list[tuple[float, float]]:  # noqa: ARG001
    return [(0.0, 0.0)]
