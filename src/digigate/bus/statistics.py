"""Counting frames and busy time, cheap enough for every exchange."""

from dataclasses import dataclass

from digigate.bus.status import Counters

MINUTE = 60
_BIN = 5
_BINS = MINUTE // _BIN


@dataclass(slots=True)
class Tally:
    """Counters of one slave or line while they run."""

    asked: int = 0
    answered: int = 0
    exceptions: int = 0
    timeouts: int = 0
    crc_errors: int = 0
    garbled: int = 0
    lost: int = 0
    stale_bytes: int = 0

    def snapshot(self) -> Counters:
        """The counters as they stand."""
        return Counters(
            self.asked,
            self.answered,
            self.exceptions,
            self.timeouts,
            self.crc_errors,
            self.garbled,
            self.lost,
            self.stale_bytes,
        )


class BusyTime:
    """Share of the last minute during which the line was in use; times are monotonic seconds."""

    __slots__ = ("_bins", "_started")

    def __init__(self, now: float) -> None:
        self._bins: dict[int, float] = {}
        self._started = now

    def add(self, now: float, seconds: float) -> None:
        """Count an exchange that ended just now."""
        index = int(now) // _BIN
        if index not in self._bins:
            self._bins = {i: busy for i, busy in self._bins.items() if i > index - _BINS}
            self._bins[index] = 0.0
        self._bins[index] += seconds

    def share(self, now: float) -> float:
        """Utilisation 0..1 over the last minute, or since start where that is shorter."""
        oldest = int(now) // _BIN - _BINS
        busy = sum(seconds for index, seconds in self._bins.items() if index > oldest)
        span = min(MINUTE, now - self._started)
        return min(1.0, busy / span) if span > 0 else 0.0
