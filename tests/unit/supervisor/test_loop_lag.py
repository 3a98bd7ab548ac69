"""A loop that stands still is on the board until it has run well for a while."""

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.supervisor import Lag


def test_a_lag_is_raised_once_and_ends_after_a_quiet_while() -> None:
    conditions = Conditions(Clock())
    lag = Lag(conditions)
    told: list[bool] = []
    with conditions.watch(lambda _, active: told.append(active)):
        lag.observe(0.049, 0.0)
        assert told == []
        lag.observe(0.120, 1.0)
        assert conditions.active("loop.lag")[0].reason == "the gateway stood still for 120 ms"
        lag.observe(0.300, 5.0)
        assert conditions.active("loop.lag")[0].reason == "the gateway stood still for 300 ms"
        lag.observe(0.0, 14.9)
        assert told == [True]
        lag.observe(0.0, 15.0)
        assert told == [True, False]
        lag.observe(0.0, 30.0)
    assert told == [True, False]
