"""Token buckets: how much a client may still send."""

from dataclasses import dataclass
from math import floor

BURST = 1.0  # seconds' worth of its rate that a bucket holds
PORTION = 0.25  # seconds' worth at most that is taken before the clock is asked again


@dataclass(frozen=True, slots=True)
class Rates:
    """What one client may send per second."""

    octets: float
    requests: float
    reads: float


class Bucket:
    """One token bucket that looks at the clock once a portion, not once a token.

    Whoever takes from it counts the open portion down himself; what he took counts as taken at the
    moment when that is settled. So it never gives more than a bucket of `BURST` that is asked each
    time, and never less than one that is smaller by a portion.
    """

    __slots__ = ("_had", "portion")

    def __init__(self, rate: float) -> None:
        self._had = rate * BURST
        self.portion = floor(rate * PORTION)
        """What was given out last."""

    def left(self, open_: int) -> float:
        """What is in it while so much of the portion is there."""
        return self._had - (self.portion - open_)

    def settle(self, open_: int, rate: float, gone: float) -> int:
        """Put in what has come due, take out what was used; the next portion, < 0 for a debt."""
        taken = self.portion - open_
        had = self._had = min(rate * BURST, self._had + gone * rate) - taken
        portion = self.portion = floor(min(had, rate * PORTION))
        return portion

    def raise_to(self, left: float) -> int:
        """Have at least this much in it, when just settled; the next portion, empty."""
        self._had = max(self._had, left)
        self.portion = 0
        return 0


class Meter:
    """What one client may still send; times are monotonic seconds.

    `octets`, `reads` and `requests` are open portions: they are counted down in place, for each
    read and each request of every service. Once one is below zero, `settle` says whether that was
    too much.
    """

    __slots__ = ("_at", "_octets", "_reads", "_requests", "octets", "reads", "requests")

    def __init__(self, rates: Rates, now: float) -> None:
        self._at = now
        self._octets, self._reads = Bucket(rates.octets), Bucket(rates.reads)
        self._requests = Bucket(rates.requests)
        self.octets, self.reads = self._octets.portion, self._reads.portion
        self.requests = self._requests.portion

    @property
    def is_open(self) -> bool:
        """Whether no portion has been exceeded."""
        return self.octets >= 0 and self.reads >= 0 and self.requests >= 0

    @property
    def octets_left(self) -> float:
        """All that is there, the open portion among it."""
        return self._octets.left(self.octets)

    def settle(self, rates: Rates, now: float) -> bool:
        """Put in what has come due since the last time; False where too much was taken."""
        gone = now - self._at
        self._at = now
        self.octets = self._octets.settle(self.octets, rates.octets, gone)
        self.reads = self._reads.settle(self.reads, rates.reads, gone)
        self.requests = self._requests.settle(self.requests, rates.requests, gone)
        return self.is_open

    def forgive(self, octets: float = 0.0) -> None:
        """Owe no octets and no reads, and have at least so many octets; just settled."""
        self.octets = self._octets.raise_to(octets)
        self.reads = self._reads.raise_to(0.0)

    def owe(self, other: "Meter") -> None:
        """Take over what is owed to another meter."""
        self.octets += min(0, other.octets)
        self.reads += min(0, other.reads)
        self.requests += min(0, other.requests)

    def close(self) -> None:
        """Run out, so that whoever counts it down has to ask."""
        self.octets = self.reads = self.requests = -1
