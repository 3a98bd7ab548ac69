"""Token buckets: how much a client may still send."""

from dataclasses import dataclass
from typing import Self

BURST = 1.0  # seconds' worth of its rate that a bucket holds


@dataclass(slots=True)
class Bucket:
    """Fills at `rate` per second up to `BURST` seconds' worth; begins full."""

    level: float
    at: float

    def take(self, amount: float, rate: float, now: float) -> bool:
        """Take the amount out; False once more was taken than was there."""
        self.level = min(rate * BURST, self.level + (now - self.at) * rate) - amount
        self.at = now
        return self.level >= 0


@dataclass(frozen=True, slots=True)
class Rates:
    """What one client may send per second."""

    octets: float
    requests: float
    reads: float


@dataclass(slots=True)
class Meter:
    """The three buckets of one client."""

    octets: Bucket
    requests: Bucket
    reads: Bucket

    @classmethod
    def full(cls, rates: Rates, now: float) -> Self:
        """For a client that has sent nothing yet."""
        each = (rates.octets, rates.requests, rates.reads)
        return cls(*(Bucket(rate * BURST, now) for rate in each))
