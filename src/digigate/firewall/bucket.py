"""Token buckets: how much a client may still send."""

from dataclasses import dataclass, field

BURST = 1.0  # seconds' worth of its rate that a bucket holds
FILL = 0.05  # seconds between two fillings, unless something runs out before


@dataclass(frozen=True, slots=True)
class Rates:
    """What one client may send per second."""

    octets: float
    requests: float
    reads: float


@dataclass(slots=True)
class Meter:
    """What one client may still send: three buckets, filled together; times are monotonic seconds.

    This runs for each read and each request of every service: it is written for speed.
    """

    rates: Rates
    at: float  # when it was last filled
    octets: float = field(init=False)
    requests: float = field(init=False)
    reads: float = field(init=False)

    def __post_init__(self) -> None:
        self.octets = self.rates.octets * BURST
        self.requests = self.rates.requests * BURST
        self.reads = self.rates.reads * BURST

    def read(self, octets: int, now: float) -> bool:
        """Take a read of this size out; False once more was taken than was there."""
        if now - self.at > FILL:
            self.fill(now)
        self.octets -= octets
        self.reads -= 1
        if self.octets < 0 or self.reads < 0:
            self.fill(now)
            return self.octets >= 0 and self.reads >= 0
        return True

    def spend(self, requests: int, now: float) -> bool:
        """Take requests out; False once more were taken than were there."""
        if now - self.at > FILL:
            self.fill(now)
        self.requests -= requests
        if self.requests < 0:
            self.fill(now)
            return self.requests >= 0
        return True

    def fill(self, now: float) -> None:
        """Put in what has come due since the last time."""
        rates, gone = self.rates, now - self.at
        self.at = now
        self.octets = min(rates.octets * BURST, self.octets + gone * rates.octets)
        self.requests = min(rates.requests * BURST, self.requests + gone * rates.requests)
        self.reads = min(rates.reads * BURST, self.reads + gone * rates.reads)
