"""A meter fills the registers of its model, and takes what clients write."""

from datetime import UTC, datetime

import pytest

from digigate.catalogue import (
    Block,
    Certainty,
    Composite,
    Detection,
    LoadPlan,
    Model,
    Pace,
    Point,
    Probe,
    RegisterType,
    Statistic,
    decode,
)
from digigate.simulator import plant
from digigate.simulator.device.answers import Illegal
from digigate.simulator.device.books import Surroundings
from digigate.simulator.device.meter import Meter
from digigate.simulator.physics.incomer import Feeders
from digigate.simulator.physics.supply import Grid
from digigate.simulator.timing import PlantClock

START = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # a Tuesday
U32, U16, DATETIME = RegisterType.U32, RegisterType.U16, RegisterType.DATETIME


def point(
    name: str,
    address: int,
    type_: RegisterType,
    quantity: str | None = None,
    statistic: Statistic = Statistic.INSTANT,
    *,
    words: int = 2,
    scale: float = 1.0,
    block: str = "inst",
    load: int = 1,
    writable: bool = False,
) -> Point:
    return Point(
        f"{name}/load{load}", address, words, type_, scale, "", quantity, statistic, load, block,
        writable, "test",
    )  # fmt: skip


ENERGY = "energy.active.import"
WHOLE = point("kwh", 200, U32, ENERGY, Statistic.TOTAL, scale=1000, block="energy")
REST = point("rest", 202, U16, ENERGY, Statistic.TOTAL, words=1, scale=0.1, block="energy")
PEAK = point("peak", 301, U32, "current.i1", Statistic.MAX, scale=0.001, block="max")
PEAK_DATE = point("peak_date", 303, DATETIME, block="max")
POINTS = (
    point("inst.load_status", 100, RegisterType.U8, words=1),
    point("inst.timestamp", 101, DATETIME),
    point("i1", 103, U32, "current.i1", scale=0.001),
    point("i1", 113, U32, "current.i1", scale=0.001, load=2, block="inst2"),
    point("v1", 105, U32, "voltage.v1n", scale=0.01),
    point("u12", 107, U32, "voltage.u12", scale=0.01),
    WHOLE,
    REST,
    PEAK,
    PEAK_DATE,
    *(
        point(f"clock.{name}", 57600 + k, U16, words=1, block="clock", writable=True, load=0)
        for k, name in enumerate(("day", "month", "year", "hour", "minute", "second"))
    ),
    point("type", 13825, RegisterType.U8, words=1, block="load-settings", writable=True),
    point("inom", 13826, U16, words=1, block="load-settings", writable=True),
    point("usage", 13837, RegisterType.U8, words=1, block="load-settings", writable=True),
    point("soco", 50000, RegisterType.STRING_16, words=4, block="identification", load=0),
    point("net_id", 50067, RegisterType.U32_HEX, block="identification", load=0),
)  # fmt: skip
MODEL = Model(
    key="test",
    name="Test",
    family="test",
    certainty=Certainty.OURS,
    detection=Detection.FAST,
    probe=Probe(400, "TEST", "TEST", 60001),
    loads=LoadPlan(2, 2048),
    identification_words=69,
    blocks=(
        Block("inst", 100, 9, Pace.INSTANT, 1),
        Block("inst2", 109, 6, Pace.INSTANT, 2),
        Block("energy", 200, 3, Pace.BOUNDARY, 1),
        Block("max", 301, 4, Pace.ROTATING, 1),
        Block("clock", 57600, 6, Pace.DEMAND, 0),
        Block("load-settings", 13824, 14, Pace.DEMAND, 1),
        Block("identification", 50000, 69, Pace.DEMAND, 0),
    ),
    points=POINTS,
    composites=(
        Composite("e", ENERGY, Statistic.TOTAL, 1, "Wh", (WHOLE, REST)),
        Composite("p", "current.i1", Statistic.MAX, 1, "A", (PEAK,), PEAK_DATE),
    ),
)


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def meter(ticks: Ticks) -> Meter:
    load = plant.LoadPlan(number=1, name="Press", type="1P+N-1CT", nominal=40)
    slave = plant.SlavePlan(
        bus="rs485", address=9, model="test", serial="24171020117", net_id=0x12345678, loads=(load,)
    )
    around = Surroundings(
        clock=PlantClock(started=START, monotonic=ticks),
        grid=Grid(230, 50, 1),
        network=plant.Network(),
        period=600,
        utc_offset=1.0,
        seed=1,
        feeders=Feeders(),
    )
    return Meter(slave, MODEL, plant.BusPlan(), around)


def number(
    meter: Meter, address: int, type_: RegisterType, words: int, scale: float = 1.0
) -> float:
    value = decode(meter.read(address, words), type_, scale)
    assert isinstance(value, int | float)
    return value


def test_registers_hold_the_truth(meter: Meter) -> None:
    truth = meter.truth(1)
    assert number(meter, 103, U32, 2, 0.001) == pytest.approx(truth["current.i1"], abs=0.0005)
    assert number(meter, 105, U32, 2, 0.01) == pytest.approx(truth["voltage.v1n"], abs=0.005)


def test_what_the_wiring_lacks_is_not_available(meter: Meter) -> None:
    assert meter.read(107, 2) == b"\xff\xff\xff\xff"


def test_a_load_that_is_not_there_is_not_available(meter: Meter) -> None:
    assert meter.read(113, 2) == b"\xff\xff\xff\xff"
    assert number(meter, 100, RegisterType.U8, 1) == 1
    with pytest.raises(ValueError, match="no load 2"):
        meter.truth(2)


def test_energy_is_whole_kwh_and_a_residual(meter: Meter) -> None:
    total = meter.truth(1)[ENERGY]
    whole, rest = number(meter, 200, U32, 2, 1000), number(meter, 202, U16, 1, 0.1)
    assert 0 <= rest <= 1000
    assert whole + rest == pytest.approx(total, abs=0.06)


def test_energy_grows_as_the_power_says(meter: Meter, ticks: Ticks) -> None:
    before = float(meter.truth(1)[ENERGY])
    power = float(meter.truth(1)["power.active.total"])
    ticks.now += 30
    grown = float(meter.truth(1)[ENERGY]) - before
    assert grown == pytest.approx(power * 30 / 3600, rel=0.1)


def test_values_stand_for_a_second_and_then_move(meter: Meter, ticks: Ticks) -> None:
    first = meter.read(103, 4)
    ticks.now += 0.4
    assert meter.read(103, 4) == first
    ticks.now += 5
    assert meter.read(103, 4) != first


def test_dates_are_the_devices_local_time(meter: Meter) -> None:
    assert decode(meter.read(101, 2), DATETIME) == datetime(2026, 3, 3, 11, 0)  # noqa: DTZ001


def test_a_maximum_is_dated_and_not_below_the_value(meter: Meter) -> None:
    now = number(meter, 103, U32, 2, 0.001)
    assert number(meter, 301, U32, 2, 0.001) >= now
    date = decode(meter.read(303, 2), DATETIME)
    assert isinstance(date, datetime)
    assert date <= datetime(2026, 3, 3, 11, 0)  # noqa: DTZ001


def test_identification(meter: Meter) -> None:
    assert meter.read(50000, 4) == b"\0S\0O\0C\0O"
    assert meter.read(50067, 2).hex() == "12345678"


@pytest.mark.parametrize(("start", "count"), [(99, 1), (108, 2), (100, 10), (0, 1), (65535, 1)])
def test_reads_outside_a_block_or_across_a_border_are_refused(
    meter: Meter, start: int, count: int
) -> None:
    with pytest.raises(Illegal) as refusal:
        meter.read(start, count)
    assert refusal.value.code == 2


def test_only_writable_registers_are_written(meter: Meter) -> None:
    for start in (103, 50000, 13824, 7):
        with pytest.raises(Illegal) as refusal:
            meter.write(start, bytes(2))
        assert refusal.value.code == 2
    meter.write(13837, b"\0\x07")
    assert meter.read(13837, 1) == b"\0\x07"


def test_writing_the_clock_sets_it(meter: Meter, ticks: Ticks) -> None:
    meter.write(57600, bytes.fromhex("0018000c07ea0017003b0037"))  # 24.12.2026 23:59:55
    ticks.now += 6
    assert meter.read(57600, 6).hex() == "0019000c07ea000000000001"
    with pytest.raises(Illegal) as refusal:
        meter.write(57600, bytes.fromhex("001f000207ea000000000000"))  # 31 February
    assert refusal.value.code == 3


def test_writing_the_type_and_current_of_a_load_rewires_it(meter: Meter) -> None:
    before = number(meter, 103, U32, 2, 0.001)
    meter.write(13826, (400).to_bytes(2, "big"))
    assert number(meter, 103, U32, 2, 0.001) == pytest.approx(10 * before, rel=1e-3)
    meter.write(13825, (9).to_bytes(2, "big"))
    assert 350 < number(meter, 107, U32, 2, 0.01) < 450
    with pytest.raises(Illegal) as refusal:
        meter.write(13825, (10).to_bytes(2, "big"))
    assert refusal.value.code == 3
