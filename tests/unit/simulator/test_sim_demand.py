"""The daily curves, and that energies are the integral of the power."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digigate.simulator.physics.chance import DAY, chance
from digigate.simulator.physics.demand import EPOCH, HABITS, Demand, Usage

HOUR = 3600.0


def demand(usage: Usage, key: int = 1) -> Demand:
    return Demand.of(usage, 7, key)


def test_the_epoch_is_a_monday() -> None:
    assert datetime(2024, 1, 1, tzinfo=UTC) == EPOCH
    assert EPOCH.weekday() == 0


def test_chance_repeats_and_spreads() -> None:
    assert chance("a", 1) == chance("a", 1)
    numbers = [chance("spread", k) for k in range(2000)]
    assert 0.45 < sum(numbers) / len(numbers) < 0.55
    assert all(0 <= number < 1 for number in numbers)


@settings(max_examples=30, deadline=None)
@given(
    usage=st.sampled_from(Usage),
    start=st.floats(0, 900 * DAY),
    length=st.floats(60, 1.5 * DAY),
    key=st.integers(0, 50),
)
def test_the_integral_is_that_of_the_level(
    usage: Usage, start: float, length: float, key: int
) -> None:
    one = demand(usage, key)
    steps = max(200, int(length / 20))  # fine enough for the quickest ripple
    width = length / steps
    total = sum(one.level(start + (index + 0.5) * width) for index in range(steps)) * width
    assert one.integral(start + length) - one.integral(start) == pytest.approx(
        total, rel=2e-3, abs=0.05 * width
    )


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(Usage), st.floats(0, 2000 * DAY), st.floats(0.1, 1e6))
def test_the_integral_never_falls(usage: Usage, start: float, later: float) -> None:
    one = demand(usage)
    assert one.integral(start + later) >= one.integral(start) - 1e-6


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(Usage), st.floats(0, 1000 * DAY), st.integers(0, 50))
def test_a_load_stays_within_its_rating(usage: Usage, t: float, key: int) -> None:
    assert 0 <= demand(usage, key).level(t) < 1.15


def test_a_workshop_works_in_the_day_and_rests_at_night_and_on_sundays() -> None:
    one = demand(Usage.PROCESS)
    monday = 98 * 7 * DAY
    assert one.level(monday + 11 * HOUR) > 4 * one.level(monday + 3 * HOUR)
    assert one.level(monday + 11 * HOUR) > 4 * one.level(monday + 6 * DAY + 11 * HOUR)


def test_the_sun_shines_in_the_day_only() -> None:
    one = demand(Usage.PHOTOVOLTAIC)
    assert one.level(98 * 7 * DAY + 2 * HOUR) == 0
    assert one.level(98 * 7 * DAY + 13 * HOUR) > 0.1


def test_every_usage_has_a_habit() -> None:
    assert set(HABITS) == set(Usage)


def test_loads_of_one_usage_differ_and_repeat() -> None:
    t = 98 * 7 * DAY + 11 * HOUR
    assert demand(Usage.IT, 1).level(t) != demand(Usage.IT, 2).level(t)
    assert demand(Usage.IT, 1).level(t) == demand(Usage.IT, 1).level(t)
