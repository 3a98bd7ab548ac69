"""What an incomer measures is what all others measure, and the losses."""

from datetime import UTC, datetime

import pytest

from digigate.simulator.plant import Plant
from digigate.simulator.site import Site
from digigate.simulator.timing import PlantClock
from fieldbus.stations import Ticks

EA = "energy.active.import"


def site(ticks: Ticks) -> Site:
    plant = Plant.model_validate(
        {
            "buses": {"digiware": {}, "rs485": {}},
            "slaves": [
                {"bus": "digiware", "address": 4, "model": "digiware-i35",
                 "loads": [{"number": 1, "nominal": 400, "incomer": True}]},
                {"bus": "digiware", "address": 5, "model": "digiware-i30",
                 "loads": [{"number": 1, "nominal": 100, "usage": "process"}]},
                {"bus": "rs485", "address": 20, "model": "diris-b30",
                 "loads": [{"number": n, "type": "1P+N-1CT", "phase": n, "usage": "it"}
                           for n in (1, 2, 3)]},
            ],
        }
    )  # fmt: skip
    started = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    return Site(plant, PlantClock(started=started, monotonic=ticks))


def total(told: Site, quantity: str) -> tuple[float, float]:
    """Of the incomer, and of all others together."""
    incomer, *others = told.stations
    sum_of = sum(
        float(slave.truth(load.number)[quantity]) for slave in others for load in slave.plan.loads
    )
    return float(incomer.truth(1)[quantity]), sum_of


@pytest.mark.parametrize("quantity", ["power.active.total", "power.active.total@average"])
def test_power_is_the_sum_and_one_or_two_percent_more(quantity: str) -> None:
    incomer, others = total(site(Ticks()), quantity)
    assert 1.01 <= incomer / others <= 1.02


def test_energies_grow_likewise() -> None:
    ticks = Ticks()
    told = site(ticks)
    first = total(told, EA)
    ticks.now += 86400
    second = total(told, EA)
    grown, others = (after - before for before, after in zip(first, second, strict=True))
    assert 1.01 <= grown / others <= 1.02


def test_reactive_power_adds_up() -> None:
    incomer, others = total(site(Ticks()), "power.reactive.total")
    assert incomer == pytest.approx(others)


def test_a_load_that_is_rewired_counts_as_it_is_now() -> None:
    ticks = Ticks()
    told = site(ticks)
    before, _ = total(told, "power.active.total")
    told.stations[1].meter.write(13826, (300).to_bytes(2, "big"))
    ticks.now += 1
    incomer, others = total(told, "power.active.total")
    assert incomer > before
    assert 1.01 <= incomer / others <= 1.02


def test_working_days_are_not_weekends() -> None:
    ticks = Ticks()
    told = site(ticks)
    tuesday, _ = total(told, "power.active.total")
    ticks.now += 5 * 86400
    sunday, _ = total(told, "power.active.total")
    assert sunday < tuesday / 2
