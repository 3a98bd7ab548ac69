"""The one source of time: offset, zone, speed and steps."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest

from digigate.clock import Clock

START = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)


class Ticks:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 500.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def clock(ticks: Ticks) -> Clock:
    return Clock("Europe/Paris", monotonic=ticks, started=START)


def test_it_runs_with_the_monotonic_time(clock: Clock, ticks: Ticks) -> None:
    assert clock.now() == START
    ticks.now += 90.5
    assert clock.now() == START + timedelta(seconds=90.5)
    assert clock.monotonic() == ticks.now
    assert clock.offset == timedelta(0)


def test_without_a_start_it_begins_with_the_hosts_date() -> None:
    before = datetime.now(UTC)
    now = Clock().now()
    assert before - timedelta(seconds=1) <= now <= datetime.now(UTC) + timedelta(seconds=1)


def test_a_kept_offset_is_added(ticks: Ticks) -> None:
    clock = Clock(offset=timedelta(days=-30), monotonic=ticks, started=START)
    assert clock.now() == START - timedelta(days=30)
    assert clock.offset == timedelta(days=-30)


def test_a_step_moves_the_date_and_nothing_else(clock: Clock, ticks: Ticks) -> None:
    clock.step(timedelta(hours=1))
    clock.step(timedelta(hours=-3))
    assert clock.now() == START - timedelta(hours=2)
    assert clock.offset == timedelta(hours=-2)
    assert clock.monotonic() == ticks.now
    ticks.now += 10
    assert clock.now() == START - timedelta(hours=2) + timedelta(seconds=10)


def test_speed_makes_the_date_run_and_the_offset_grow(clock: Clock, ticks: Ticks) -> None:
    ticks.now += 10
    clock.set_speed(60)
    assert clock.now() == START + timedelta(seconds=10)
    ticks.now += 60
    assert clock.now() == START + timedelta(seconds=10 + 3600)
    assert clock.offset == timedelta(seconds=3600 - 60)
    clock.set_speed(1)
    ticks.now += 5
    assert clock.speed == 1
    assert clock.now() == START + timedelta(seconds=10 + 3600 + 5)
    assert clock.offset == timedelta(seconds=3600 - 60)


@pytest.mark.parametrize("speed", [0, -1])
def test_time_neither_stops_nor_runs_back(clock: Clock, speed: float) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        clock.set_speed(speed)
    assert clock.speed == 1


def test_local_time_follows_the_zone_through_its_changes(clock: Clock, ticks: Ticks) -> None:
    assert clock.local().strftime("%H:%M %z") == "02:00 +0200"
    ticks.now += 3600
    assert clock.local().strftime("%H:%M %z") == "02:00 +0100"
    clock.set_zone("America/New_York")
    assert clock.local().strftime("%H:%M %z") == "21:00 -0400"
    assert clock.now() == START + timedelta(hours=1)


def test_an_unknown_zone_is_refused_and_the_former_stays(clock: Clock) -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        clock.set_zone("Europe/Atlantis")
    assert clock.zone.key == "Europe/Paris"


def test_watchers_hear_each_change_while_they_watch(clock: Clock) -> None:
    told: list[str] = []
    with clock.watch(lambda: told.append("first")):
        clock.step(timedelta(seconds=1))
        with clock.watch(lambda: told.append("second")):
            clock.set_speed(2)
        clock.set_zone("UTC")
    clock.step(timedelta(seconds=1))
    assert told == ["first", "first", "second", "first"]
