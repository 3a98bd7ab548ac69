"""Every figure that a model promises can be read back as what the plant knows."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digigate.catalogue import Composite, Point, Value, decode
from digigate.catalogue.models import Form
from digigate.simulator.device.meter import Meter
from digigate.simulator.plant import load_plant
from digigate.simulator.site import Site
from digigate.simulator.timing import PlantClock

PLANT = load_plant(Path(__file__).resolve().parents[3] / "config" / "demo-plant.yaml")
START = datetime(2026, 5, 19, 10, 7, 20, tzinfo=UTC)  # a Tuesday
SITE = Site(PLANT, PlantClock(started=START, monotonic=lambda: 0.0))
METERS = {station.address: station.meter for station in SITE.stations}
ADDRESSES = sorted(METERS)


def shown(meter: Meter, point: Point) -> Value | None:
    return decode(meter.read(point.address, max(point.words, 1)), point.type, point.scale)


def value_of(meter: Meter, measured: Point | Composite) -> Value | None:
    if isinstance(measured, Composite):
        return measured.combine([shown(meter, part) for part in measured.parts])
    return shown(meter, measured)


def step_of(measured: Point | Composite) -> float:
    parts = measured.parts if isinstance(measured, Composite) else (measured,)
    return min(part.scale for part in parts)


@pytest.mark.parametrize("address", ADDRESSES)
def test_registers_say_what_the_plant_knows(address: int) -> None:
    meter = METERS[address]
    checked = 0
    for load in (0, *(plan.number for plan in meter.plan.loads)):
        truth = meter.truth(load)
        for measured in meter.model.measurements(load):
            key = f"{measured.quantity}@{measured.statistic}"
            expected = truth.get(key, truth.get(str(measured.quantity)))
            value = value_of(meter, measured)
            if expected is None:
                assert value is None, measured.name
                continue
            assert isinstance(expected, float), measured.name
            if isinstance(measured, Composite) and measured.form is not Form.SUM:
                expected = abs(expected)
            assert value == pytest.approx(expected, abs=1.01 * step_of(measured)), measured.name
            checked += 1
    assert checked > 15


@pytest.mark.parametrize("address", ADDRESSES)
def test_dates_of_figures_lie_in_the_past(address: int) -> None:
    meter = METERS[address]
    for load in (0, *(plan.number for plan in meter.plan.loads)):
        for measured in meter.model.measurements(load):
            if isinstance(measured, Composite) and measured.time:
                if value_of(meter, measured) is None:
                    continue
                date = shown(meter, measured.time)
                assert isinstance(date, datetime), measured.name
                assert datetime(2026, 1, 1) <= date <= START.replace(tzinfo=None)  # noqa: DTZ001


@pytest.mark.parametrize("address", ADDRESSES)
def test_identification_names_the_model(address: int) -> None:
    meter = METERS[address]
    words = meter.read(50000, meter.model.identification_words)
    assert words[:8] == b"\0S\0O\0C\0O"
    assert int.from_bytes(words[8:10], "big") == meter.model.probe.product_range
    texts = [words[2 * at : 2 * at + 16].rstrip(b"\0").decode() for at in (42, 50, 58)]
    assert texts == ["SOCOMEC", meter.model.probe.product_name, meter.model.probe.extended_name]
    if meter.model.identification_words == 69:
        assert int.from_bytes(words[134:138], "big") == meter.plan.net_id


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_declared_block_is_readable_and_its_border_is_not_crossed(address: int) -> None:
    meter = METERS[address]
    for block in meter.model.blocks:
        assert len(meter.read(block.start, block.count)) == 2 * block.count
        if block.name.endswith(("-header", "-data")):  # they hold as many items as were asked for
            continue
        with pytest.raises(Exception, match="0x02"):
            meter.read(block.start, block.count + 1)


def test_loads_are_named_and_typed_in_the_settings() -> None:
    meter = METERS[5]
    assert meter.read(46592 + 16, 16).rstrip(b"\0") == b"Lighting first floor"
    assert [meter.read(13824 + 32 * k, 3).hex() for k in range(3)] == [
        "000100010010",
        "000100010010",
        "000100010014",
    ]


def test_a_renamed_load_keeps_its_name() -> None:
    meter = METERS[20]
    meter.write(58112, (1000).to_bytes(2, "big"))
    meter.write(46592, b"New name".ljust(32, b"\0"))
    assert meter.read(46592, 16).rstrip(b"\0") == b"New name"
