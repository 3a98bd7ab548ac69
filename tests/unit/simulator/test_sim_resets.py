"""The registers that let something begin anew."""

import pytest

from digigate.catalogue import Statistic
from digigate.simulator.device.station import Station
from fieldbus.stations import Ticks, ask, station

UNLOCK = "06e30003e8"
EA = "energy.active.import"
LOADS = [{"number": 1, "type": "3P+N-4CT"}, {"number": 2, "type": "3P+N-4CT"}]


@pytest.fixture
def slave() -> Station:
    return station("diris-b30", loads=LOADS)


def partial(slave: Station, load: int) -> float:
    return float(slave.meter.truth(load)[f"{EA}@partial"])


def test_partial_energies_of_one_load(slave: Station) -> None:
    assert partial(slave, 1) > 0
    assert ask(slave, 5, "064e80003f") == "8603"
    ask(slave, 5, UNLOCK)
    assert ask(slave, 5, "064e80003f") == "064e80003f"
    assert partial(slave, 1) == 0
    assert partial(slave, 2) > 0


@pytest.mark.parametrize(
    ("model", "write"),
    [
        ("countis-e24", "069e400020"),
        ("countis-e24", "06e2220001"),
        ("countis-e44", "06e222001f"),
        ("diris-a14", "069e400001"),
        ("diris-a10", "0604000080"),
        ("diris-a10", "0604001000"),
        ("diris-a30", "0604000080"),
    ],
)
def test_partial_energies_of_older_meters(model: str, write: str) -> None:
    slave = station(model, loads=[{"number": 1, "type": "3P+N-4CT"}])
    assert partial(slave, 1) > 0
    ask(slave, 5, UNLOCK)
    assert ask(slave, 5, write) == write
    assert partial(slave, 1) == 0


def test_a_bit_that_means_something_else_leaves_them_alone() -> None:
    slave = station("countis-e24", loads=LOADS[:1])
    before = partial(slave, 1)
    ask(slave, 5, "06e2220002")
    assert partial(slave, 1) == before


@pytest.mark.parametrize(
    ("register", "statistic"), [("4e82", Statistic.MAX), ("4e81", Statistic.AVERAGE_MAX)]
)
def test_extremes_by_bits(register: str, statistic: Statistic) -> None:
    ticks = Ticks()
    slave = station("diris-b30", ticks, loads=LOADS)
    for _ in range(4):
        slave.meter.truth(1)
        ticks.now += 7200
    before = slave.meter.truth(1)
    assert ask(slave, 5, f"06{register}0004") == f"06{register}0004"
    after = slave.meter.truth(1)
    current, voltage = f"current.i1@{statistic}", f"voltage.v1n@{statistic}"
    natural = "current.i1" if statistic is Statistic.MAX else "current.i1@average"
    assert after[current] == after[natural] != before[current]
    assert after[voltage] == before[voltage]


def test_the_partial_hour_meter_of_the_device() -> None:
    ticks = Ticks()
    slave = station("diris-b30", ticks)
    ask(slave, 5, UNLOCK)
    ask(slave, 5, "0602100000")
    ticks.now += 90
    assert ask(slave, 5, "0302020002") == "03040000005a"
    assert ask(slave, 5, "0302000002") != "03040000005a"


def test_pulse_meters_by_bits(slave: Station) -> None:
    slave.meter.contacts.switch_input(1, on=True)
    partials = [int((ask(slave, 5, f"03{10252 + 31 * k:04x}0004") or "")[4:], 16) for k in (0, 1)]
    assert all(partials)
    ask(slave, 5, "062c360001")
    assert ask(slave, 5, "03280c0004") == "0308" + "0" * 16
    assert ask(slave, 5, "03282b0004") == f"0308{partials[1]:016x}"
