"""Logs: command, header, data; what is kept and what is lost."""

import struct
from datetime import datetime, timedelta

import pytest

from digigate.catalogue.registers import EPOCH
from digigate.simulator.device.logs.cache import CAPACITY, NUMBERS, Cache
from digigate.simulator.device.station import Station
from fieldbus.stations import Ticks, ask, station

LOADS = [{"number": 1, "type": "3P+N-4CT", "nominal": 40, "usage": "process"}]
NOW = datetime(2026, 3, 3, 11, 0)  # noqa: DTZ001 -- the device's local time
PERIOD = timedelta(minutes=10)


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def slave(ticks: Ticks) -> Station:
    return station("diris-b30", ticks, loads=LOADS)


def words(slave: Station, start: int, count: int) -> tuple[int, ...]:
    said = ask(slave, 5, f"03{start:04x}{count:04x}")
    assert said
    assert said[:2] == "03"
    return struct.unpack(f">{count}H", bytes.fromhex(said)[2:])


def command(slave: Station, start: int, *told: int) -> None:
    body = f"10{start:04x}{len(told):04x}{2 * len(told):02x}" + "".join(f"{w:04x}" for w in told)
    said = ask(slave, 5, body)
    assert said == body[:10]


def date(high: int, low: int) -> datetime:
    return EPOCH + timedelta(seconds=high << 16 | low)


def test_the_newest_points_of_a_load_curve(slave: Station) -> None:
    command(slave, 34912, 65535, 0, 0)
    following, items, size, load, power, period, above, below = words(slave, 34928, 8)
    assert (items, size, load, power, period) == (24, 4, 0, 0, 600)
    points = words(slave, 34936, 96)
    first = points[:4]
    assert date(*first[:2]) == NOW
    assert first[2] == 0
    truth = slave.meter.truth(1)
    assert first[3] * above / below == pytest.approx(truth["demand.active.import"], abs=above)
    assert date(*points[4:6]) == NOW - PERIOD
    command(slave, 34912, following, 0, 0)
    assert date(*words(slave, 34936, 2)) == NOW - 24 * PERIOD


def test_header_and_data_in_one_read(slave: Station) -> None:
    command(slave, 34912, 65535, 0, 4)
    assert words(slave, 34928, 104) == words(slave, 34928, 8) + words(slave, 34936, 96)
    assert ask(slave, 5, f"03{34928:04x}0069") == "8302"


def test_all_that_is_kept_is_found_once(slave: Station) -> None:
    slave.meter.lose_cache()
    slave_clock(slave, hours=9)
    number, dates = NUMBERS, []
    while True:
        command(slave, 34912, number, 0, 0)
        number, items, *_ = words(slave, 34928, 8)
        points = words(slave, 34936, 96)
        dates += [date(*points[4 * k : 4 * k + 2]) for k in range(items)]
        if number == NUMBERS:
            break
    assert dates == [NOW + timedelta(hours=9) - k * PERIOD for k in range(54)]


def slave_clock(slave: Station, hours: float) -> None:
    """Let the slave's own time pass."""
    slave.meter.clock.shift(3600 * hours)


@pytest.mark.parametrize(("load", "power"), [(1, 0), (0, 5)])
def test_no_such_load_or_power_has_no_points(slave: Station, load: int, power: int) -> None:
    command(slave, 34912, 65535, load, power)
    assert words(slave, 34928, 2)[1] == 0


def test_what_is_lost_is_not_found_and_grows_again(slave: Station) -> None:
    slave.meter.lose_cache()
    command(slave, 34912, 65535, 0, 0)
    assert words(slave, 34928, 2) == (NUMBERS, 0)
    slave_clock(slave, 1)
    command(slave, 34912, 65535, 0, 0)
    assert words(slave, 34928, 2) == (NUMBERS, 6)


def test_a_loss_of_supply_leaves_a_hole_and_marks_its_borders(slave: Station) -> None:
    slave_clock(slave, 5 / 60)
    slave.on = False
    slave_clock(slave, 30 / 60)
    slave.on = True
    slave_clock(slave, 5 / 60)
    command(slave, 34912, 65535, 0, 0)
    points = words(slave, 34936, 12)
    assert [date(*points[k : k + 2]) for k in (0, 4, 8)] == [
        NOW + timedelta(minutes=40),
        NOW + timedelta(minutes=10),
        NOW,
    ]
    assert [points[k + 2] for k in (0, 4, 8)] == [1, 1, 0]


def test_the_periods_are_the_devices_own(slave: Station) -> None:
    ask(slave, 5, "06e30003e8")
    assert ask(slave, 5, "068810003c") == "068810003c"
    slave_clock(slave, 3)
    command(slave, 34912, 65535, 0, 0)
    assert words(slave, 34928, 6)[5] == 3600
    assert words(slave, 34929, 1) == (3,)
    ask(slave, 5, "0688100000")
    slave_clock(slave, 3)
    command(slave, 34912, 65535, 0, 0)
    assert words(slave, 34929, 1) == (0,)


def test_raw_curves_side_by_side(slave: Station) -> None:
    command(slave, 35072, 65535)
    _, items, size, period = words(slave, 35088, 4)
    assert (items, size, period) == (2, 27, 600)
    data = words(slave, 35092, 54)
    assert date(*data[:2]) == NOW
    power = slave.meter.truth(1)["demand.active.import"]
    assert data[3] << 16 | data[4] == pytest.approx(power, abs=1)
    assert data[5:7] == (0xFFFF, 0xFFFF)


def test_trends_of_what_is_chosen(slave: Station) -> None:
    assert words(slave, 41872, 3) == (0, 10000, 1)
    command(slave, 41978, 65535, 1)
    _, items, size, period = words(slave, 41980, 4)
    assert (items, size, period) == (20, 4, 600)
    data = words(slave, 41984, 80)
    mean = float(slave.meter.truth(1)["current.i1@average"])
    assert data[2] << 16 | data[3] == pytest.approx(1000 * mean, abs=1)
    ask(slave, 5, "06e30003e8")
    command(slave, 41872, 0, 12000, 1)  # frequency
    command(slave, 41978, 65535, 1)
    assert words(slave, 41986, 2)[1] == pytest.approx(50000, abs=100)
    command(slave, 42064, 65535)
    assert words(slave, 42080, 4)[1:] == (2, 26, 600)


def test_events_of_the_device(slave: Station) -> None:
    command(slave, 624, 65535)
    assert words(slave, 640, 3) == (NUMBERS, 0, 8)
    for _ in range(4):
        ask(slave, 5, "06e20000a1")
    slave.on = False
    slave.on = True
    command(slave, 624, 65535)
    following, items, _ = words(slave, 640, 3)
    data = words(slave, 643, 24)
    assert (items, [data[0], data[8]]) == (3, [1, 3])
    assert date(*data[1:3]) == NOW
    command(slave, 624, following)
    assert words(slave, 640, 2) == (NUMBERS, 2)
    ask(slave, 5, "06e30003e8")
    ask(slave, 5, "0602200004")
    command(slave, 624, 65535)
    assert words(slave, 641, 1) == (1,)


@pytest.mark.parametrize(
    ("model", "unit"), [("countis-e44", 1), ("countis-e34", 1), ("diris-a14", 60)]
)
def test_the_tape_of_older_meters(ticks: Ticks, model: str, unit: int) -> None:
    slave = station(model, ticks, loads=LOADS)
    slave.meter.lose_cache()
    slave_clock(slave, 6)
    command(slave, 61440, 1)
    dates: list[datetime] = []
    while True:
        command(slave, 61440, 0xFFFE)
        items, size, period, _, above, below = words(slave, 61456, 6)
        assert (size, period * unit) == (4, 600)
        if not items:
            break
        points = words(slave, 61462, 116)
        dates += [date(*points[4 * k : 4 * k + 2]) for k in range(items)]
        last = points[4 * items - 1]
    assert dates == [NOW + k * PERIOD for k in range(1, 37)]
    truth = slave.meter.truth(1)
    power = truth.get("demand.active.import") or slave.meter.truth(1)["power.active.total"]
    assert last * above / below == pytest.approx(power, rel=0.5)


def test_setting_the_clock_is_an_event(slave: Station) -> None:
    ask(slave, 5, "10e10000060c0003000307ea000b00010000")
    command(slave, 624, 65535)
    assert words(slave, 643, 6)[0] == 2
    assert words(slave, 647, 2) == (0, 60)


def test_a_cache_holds_a_year_of_hours() -> None:
    cache = Cache(0.0)
    now = 3600.0 * 20000
    kept = list(cache.back_from(20000, 3600, now))
    assert len(kept) == CAPACITY
    assert (kept[0], kept[-1]) == (20000, 20000 - CAPACITY + 1)
    assert cache.find(kept[-1] - 1, 3600, now) is None
    assert cache.find(kept[-1], 3600, now) == kept[-1]


def test_numbers_go_round() -> None:
    cache = Cache(0.0)
    now = 60.0 * 70000
    assert cache.find(70000 % NUMBERS, 60, now) == 70000
    assert cache.find((70000 - 5000) % NUMBERS, 60, now) == 65000
