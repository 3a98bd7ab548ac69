"""A meter that looks at the clock once a portion, beside buckets that look each time."""

from hypothesis import example, given
from hypothesis import strategies as st

from digigate.firewall.bucket import BURST, PORTION, Meter, Rates

RATES = Rates(octets=1e9, requests=100.0, reads=1e9)
GAPS = st.integers(0, 128).map(lambda n: n / 64)  # exact as floats, and their sums
STEPS = st.lists(st.tuples(GAPS, st.integers(1, 60)), max_size=60)


class Strict:
    """A bucket of this many seconds' worth that is filled before each request."""

    def __init__(self, seconds: float) -> None:
        self._most = self.left = RATES.requests * seconds

    def spend(self, requests: int, gone: float) -> bool:
        self.left = min(self._most, self.left + gone * RATES.requests) - requests
        return self.left >= 0


@given(STEPS)
@example([(0.0, 25), (2.0, 60), (0.0, 16)])
def test_a_meter_lies_between_a_full_bucket_and_one_less_a_portion(
    steps: list[tuple[float, int]],
) -> None:
    meter, most, least = Meter(RATES, 0.0), Strict(BURST), Strict(BURST - PORTION)
    now = 0.0
    for gone, requests in steps:
        now += gone
        meter.requests -= requests
        admitted = meter.requests >= 0 or meter.settle(RATES, now)
        may, must = most.spend(requests, gone), least.spend(requests, gone)
        assert must <= admitted <= may
        if not must:
            return


def test_nothing_is_lost_at_rates_below_one_a_portion() -> None:
    rates = Rates(octets=2000.0, requests=1.0, reads=8000.0)
    meter = Meter(rates, 0.0)
    for second in range(1, 50):
        meter.requests -= 1
        assert meter.settle(rates, float(second))


def test_the_clock_is_asked_once_a_portion() -> None:
    meter = Meter(RATES, 0.0)
    asked = 0
    for count in range(1, 1001):
        meter.requests -= 1
        if meter.requests < 0:
            asked += 1
            assert meter.settle(RATES, count / RATES.requests)
    assert asked <= 1 + 1000 / (RATES.requests * PORTION)
