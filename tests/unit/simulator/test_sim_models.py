"""Every model of the catalogue that has a map can be simulated."""

from functools import cache

import pytest

from digigate.catalogue import Catalogue, Composite, Point, Value, decode
from digigate.catalogue.models import Certainty, Statistic
from digigate.simulator.device.answers import READ_MAX
from digigate.simulator.device.station import Station
from fieldbus.stations import ask, station

UNKNOWN = Certainty.IDENTIFIED_ONLY
MODELS = sorted(k for k, m in Catalogue.load().models.items() if m.certainty is not UNKNOWN)
MAY_BE_ZERO = ("lagging", "leading", "factor_type", "demand.")
"""What flows the other way, and the codes and curves of it."""


@cache
def loaded(key: str) -> Station:
    """A slave with as many loads as its model takes, of one phase where they are many."""
    count = Catalogue.load().models[key].loads.count
    kind = "1P+N-1CT" if count > 4 else "3P+N-4CT"
    loads = [{"number": n, "type": kind, "nominal": 40} for n in range(1, count + 1)]
    return station(key, loads=loads)


def value(slave: Station, measured: Point | Composite) -> Value | None:
    parts = measured.parts if isinstance(measured, Composite) else (measured,)
    read = slave.meter.read
    values = [decode(read(p.address, max(p.words, 1)), p.type, p.scale) for p in parts]
    return measured.combine(values) if isinstance(measured, Composite) else values[0]


@pytest.mark.parametrize("key", MODELS)
def test_every_declared_block_is_answered(key: str) -> None:
    slave = loaded(key)
    for block in slave.meter.model.blocks:
        for start in range(block.start, block.start + block.count, READ_MAX):
            count = min(READ_MAX, block.start + block.count - start)
            said = ask(slave, 5, f"03{start:04x}{count:04x}")
            assert said
            assert said[:2] == "03", f"{block.name}: {said}"


@pytest.mark.parametrize("key", MODELS)
def test_every_figure_is_there_and_instantaneous_ones_are_not_zero(key: str) -> None:
    slave = loaded(key)
    for load in range(slave.meter.model.loads.count + 1):
        truth = slave.meter.truth(load)
        for measured in slave.meter.model.measurements(load):
            known = (
                measured.quantity in truth or f"{measured.quantity}@{measured.statistic}" in truth
            )
            if not known:  # the wiring does not give it
                assert value(slave, measured) is None, measured.name
                continue
            found = value(slave, measured)
            assert found is not None, measured.name
            natural = not any(
                part in measured.name + str(measured.quantity) for part in MAY_BE_ZERO
            )
            if measured.statistic is Statistic.INSTANT and natural:
                assert found != 0, measured.name


@pytest.mark.parametrize("key", MODELS)
def test_each_says_who_it_is(key: str) -> None:
    model = Catalogue.load().models[key]
    words = loaded(key).meter.read(50000, model.identification_words)
    name, extended = (words[2 * at : 2 * at + 16].rstrip(b"\0").decode() for at in (50, 58))
    found = Catalogue.load().identify(int.from_bytes(words[8:10], "big"), name, extended)
    assert found is not None
    assert found.probe.product_range == model.probe.product_range
