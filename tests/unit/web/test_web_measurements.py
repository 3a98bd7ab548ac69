"""Readings and loads as the API shows them."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from digigate.services.web import measurements
from unit.web.gateway_view import COUNTER, ENERGY, METER, Plant


def _parsed(pieces: Iterable[bytes]) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(b"".join(pieces))
    return parsed


def _readings(plant: Plant, load: int | None = None) -> list[dict[str, Any]]:
    shown = _parsed(measurements.readings(plant.view, plant.topology.devices[0], load))
    assert shown["address"] == METER
    found: list[dict[str, Any]] = shown["readings"]
    return found


def test_before_the_first_answer_every_quantity_is_unread() -> None:
    readings = _readings(Plant())
    assert [r["quantity"] for r in readings] == ["current.i1", ENERGY, "current.i1"]
    assert {(r["value"], r["age"], r["time"], r["quality"]) for r in readings} == {
        (None, None, None, "unread")
    }


def test_a_reading_tells_value_age_and_place() -> None:
    plant = Plant()
    plant.poll(milliamperes=10_500)
    plant.later(0.52)
    assert _readings(plant)[0] == {
        "name": "current.i1@instant/load1",
        "quantity": "current.i1",
        "statistic": "instant",
        "load": 1,
        "label_key": "quantity.current.i1",
        "group": "current",
        "value": 10.5,
        "unit": "A",
        "age": 0.5,
        "quality": "live",
        "time": "2026-03-29T12:00:00.000Z",
        "meter_time": None,
        "register": {"address": 100, "words": 2, "type": "U32"},
    }


def test_a_composite_is_one_reading() -> None:
    plant = Plant()
    plant.poll(wh=1_234_567)
    energy = next(r for r in _readings(plant) if r["quantity"] == ENERGY)
    assert (energy["value"], energy["unit"], energy["statistic"]) == (1_234_567, "Wh", "total")
    assert energy["register"] == {"address": 200, "words": 2, "type": "U32"}


@pytest.mark.parametrize(("load", "count"), [(0, 0), (1, 2), (2, 1), (9, 0)])
def test_readings_of_one_load(load: int, count: int) -> None:
    readings = _readings(Plant(), load)
    assert [r["load"] for r in readings] == [load] * count


def test_a_silent_slave_keeps_its_last_value_marked_stale() -> None:
    plant = Plant()
    plant.poll(milliamperes=2000)
    plant.image.silent = True
    assert {(r["value"], r["quality"]) for r in _readings(plant, 2)} == {(2.0, "stale")}


def test_an_unavailable_value_is_null() -> None:
    plant = Plant()
    plant.poll(milliamperes=0xFFFFFFFF)
    assert {(r["value"], r["quality"]) for r in _readings(plant, 2)} == {(None, "unavailable")}


def test_a_device_that_is_not_polled_still_lists_what_it_could_tell() -> None:
    plant = Plant()
    plant.store.close(METER)
    assert {r["quality"] for r in _readings(plant)} == {"unread"}
    unknown = _parsed(measurements.readings(plant.view, plant.topology.devices[1]))
    assert unknown == {"address": COUNTER, "readings": []}


def test_every_load_with_the_figures_that_its_device_has() -> None:
    plant = Plant()
    plant.poll(milliamperes=3000)
    shown = _parsed(measurements.loads(plant.view))
    lathe, saw = shown["loads"]
    assert (lathe["name"], lathe["usage"], lathe["device_name"]) == (
        "Lathe",
        "Process",
        "I-30 workshop",
    )
    assert (saw["address"], saw["number"], saw["state"]) == (METER, 2, "online")
    assert saw["readings"] == {
        "current.i1": {"value": 3.0, "unit": "A", "age": 0.0, "quality": "live"}
    }
    assert set(lathe["readings"]) == {"current.i1", ENERGY}


def test_an_unpolled_device_has_loads_without_figures() -> None:
    plant = Plant()
    plant.store.close(METER)
    shown = _parsed(measurements.loads(plant.view))
    assert [load["readings"] for load in shown["loads"]] == [{}, {}]
