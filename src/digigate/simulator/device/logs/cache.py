"""Which periods a device has kept: a year of hours, minus what it lost or slept through."""

from collections.abc import Iterator
from dataclasses import dataclass

CAPACITY = 8760
"""Points of one series: a year at 60 min (§6.2.2)."""
NUMBERS = 65535
"""Record numbers are 0..65534; 65535 asks for the newest and says that there is no older one."""
COMPLETE, INCOMPLETE = 0, 1


@dataclass(frozen=True, slots=True)
class Outage:
    """Seconds without supply, of the device's own time."""

    start: float
    end: float


class Cache:
    """The periods of one kind of log; a pure function of time but for losses and outages."""

    def __init__(self, since: float) -> None:
        self._since = since
        self._outages: list[Outage] = []

    def lose(self, t: float) -> None:
        """Forget all."""
        self._since = t
        self._outages.clear()

    def slept(self, start: float, end: float) -> None:
        """There was no supply meanwhile."""
        if start < end:
            self._outages.append(Outage(start, end))

    def newest(self, period: int, t: float) -> int | None:
        """The ordinal of the newest period that is kept; period n ends at n * period."""
        return next(self.back_from(int(t // period), period, t), None)

    def find(self, number: int, period: int, t: float) -> int | None:
        """The ordinal of the record of this number."""
        if number == NUMBERS:
            return self.newest(period, t)
        latest = int(t // period)
        ordinal = latest - (latest - number) % NUMBERS
        return ordinal if self._keeps(ordinal, period, t) else None

    def back_from(self, ordinal: int, period: int, t: float) -> Iterator[int]:
        """The ordinals kept from this one on, back in time."""
        oldest = max(int(t // period) - CAPACITY + 1, int(-(-self._since // period)) + 1)
        return (n for n in range(ordinal, oldest - 1, -1) if self._keeps(n, period, t))

    def flag(self, ordinal: int, period: int) -> int:
        """Whether the device saw the whole period."""
        start, end = (ordinal - 1) * period, ordinal * period
        return (
            INCOMPLETE if any(o.start < end and start < o.end for o in self._outages) else COMPLETE
        )

    def _keeps(self, ordinal: int, period: int, t: float) -> bool:
        start, end = (ordinal - 1) * period, ordinal * period
        latest = int(t // period)
        if not (self._since <= start and latest - CAPACITY < ordinal <= latest):
            return False
        return not any(outage.start <= start and end <= outage.end for outage in self._outages)
