"""The plant's clock runs, jumps and stands still."""

from datetime import UTC, datetime, timedelta

import pytest

from digigate.simulator.timing import PlantClock

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Ticks:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def clock(ticks: Ticks) -> PlantClock:
    return PlantClock(started=START, monotonic=ticks)


def test_it_runs_with_the_host(clock: PlantClock, ticks: Ticks) -> None:
    ticks.now += 60
    assert clock.now() == START + timedelta(seconds=60)


def test_it_runs_faster_from_now_on(clock: PlantClock, ticks: Ticks) -> None:
    ticks.now += 60
    clock.set_speed(100)
    ticks.now += 1
    assert clock.now() == START + timedelta(seconds=160)


def test_it_steps_and_is_set(clock: PlantClock, ticks: Ticks) -> None:
    clock.step(-3600)
    assert clock.now() == START - timedelta(hours=1)
    clock.set_utc(datetime(2027, 1, 1, tzinfo=UTC))
    ticks.now += 2
    assert clock.now() == datetime(2027, 1, 1, 0, 0, 2, tzinfo=UTC)


def test_it_stands_still_and_runs_on_from_there(clock: PlantClock, ticks: Ticks) -> None:
    ticks.now += 5
    clock.freeze(frozen=True)
    ticks.now += 1000
    assert clock.now() == START + timedelta(seconds=5)
    clock.freeze(frozen=False)
    ticks.now += 1
    assert clock.now() == START + timedelta(seconds=6)


@pytest.mark.parametrize("speed", [0, -1, 1e7])
def test_a_wrong_speed_is_refused(clock: PlantClock, speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        clock.set_speed(speed)


def test_a_date_outside_the_plants_years_is_refused(clock: PlantClock) -> None:
    with pytest.raises(ValueError, match="2024-01-01"):
        clock.step(-100 * 365 * 86400)
    with pytest.raises(ValueError, match="zone"):
        clock.set_utc(datetime(2026, 1, 1))  # noqa: DTZ001 -- just what is refused
    assert clock.now() == START
