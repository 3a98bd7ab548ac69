"""The wire model: how long frames take, and how long a slave may think before it answers."""

from collections import deque
from dataclasses import dataclass
from typing import Self

from digigate.settings.sections import Line

MARGIN = 0.03
"""Seconds beyond the model: the 16 ms timer of a USB adapter and a loop that was busy."""
FLOOR = 0.05
"""No slave is given less than this to begin its answer."""
TURNAROUND = 0.005
"""Seconds assumed for a slave that has not been met yet (a usual figure, not a published one)."""
LEARNT_FROM = 4
"""Answers after which a slave's own turnaround replaces the setting."""
REMEMBERED = 128


@dataclass(frozen=True, slots=True)
class Wire:
    """Times of one line in seconds: one character, and the silence before each request."""

    char: float
    silence: float

    @classmethod
    def of(cls, line: Line) -> Self:
        """The wire that the settings describe; an unpaced line keeps no silence."""
        return cls(line.char_time, line.silence if line.paced else 0.0)

    def exchange(self, asked: int, answered: int, turnaround: float) -> float:
        """Time of one request and its answer, given their lengths in characters."""
        return (asked + answered) * self.char + 2 * self.silence + turnaround


class Turnaround:
    """What one slave has needed between the end of a request and the start of its answer."""

    __slots__ = ("_recent",)

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=REMEMBERED)

    def add(self, seconds: float) -> None:
        """Take one answer into account."""
        self._recent.append(max(0.0, seconds))

    def allowance(self, cap: float) -> float:
        """How long to wait: three times the slowest of late, at least 50 ms, at most `cap`."""
        if len(self._recent) < LEARNT_FROM:
            return cap
        return min(cap, max(FLOOR, 3 * max(self._recent)))

    def percentile(self, share: float) -> float | None:
        """The turnaround that `share` (0..1) of the recent answers kept; None before the first."""
        return percentile(self._recent, share)


def percentile(samples: deque[float], share: float) -> float | None:
    """The smallest sample that `share` of all do not exceed; None without samples."""
    if not samples:
        return None
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
