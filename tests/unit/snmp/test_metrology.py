"""The tables of measurements against the readings that people see."""

from datetime import datetime

import pytest

from digigate.catalogue import Composite, Point, Statistic
from digigate.services.snmp.ber import GAUGE32, INTEGER, NO_SUCH_INSTANCE, integer
from digigate.services.snmp.encoding import LIMITS, NO_DATE
from digigate.services.snmp.measures import Aspect, Measure, sheets
from digigate.services.snmp.metrology import Measurements
from digigate.store import Quality
from snmp.plant import CATALOGUE, Plant, device, get, walked

SHEETS = sheets(CATALOGUE.quantities)
I1 = (20, 20, 1, 10000)
MODELS = ("diris-b30", "digiware-i35", "digiware-i30", "countis-e24", "diris-a40v3", "diris-a10")


@pytest.mark.parametrize("key", MODELS)
def test_every_element_is_the_reading_that_people_see(key: str) -> None:
    loads = range(1, CATALOGUE.models[key].loads.count + 1)
    plant = Plant(device(4, key, loads))
    plant.fill(4, seed=len(key))
    forest = plant.forest()
    for sheet in SHEETS:
        for measure in sheet.measures:
            element = get(forest, 20, sheet.arc, 1, measure.arc, 4, 1)
            assert element == expected(plant, measure, load=1), (sheet.name, measure.name)


def expected(plant: Plant, measure: Measure, load: int) -> bytes:
    image = plant.image(4)
    figure = image.model.measurement(load, measure.quantity.key, measure.statistic)
    if measure.aspect is Aspect.TIME:
        return date(plant, figure)
    tag = INTEGER if measure.signed else GAUGE32
    value = image.read(figure).value if figure else None
    if not isinstance(value, int | float):
        return integer(0, tag)
    whole = value // 1000 if measure.aspect is Aspect.WHOLE else value % 1000 // 1
    steps = round(value / measure.scale.step) if measure.aspect is Aspect.VALUE else int(whole)
    return integer(min(max(steps, LIMITS[tag][0]), LIMITS[tag][1]), tag)


def date(plant: Plant, figure: Point | Composite | None) -> bytes:
    if not isinstance(figure, Composite) or figure.time is None:
        return NO_DATE
    told = plant.image(4).read(figure.time).value
    if not isinstance(told, datetime):
        return NO_DATE
    local = told.astimezone(plant.clock.zone)
    return b"\x04\x08" + local.year.to_bytes(2, "big") + bytes((*local.timetuple()[1:6], 0))


def test_whatever_a_model_measures_has_its_column() -> None:
    shown = {(m.quantity.key, m.statistic) for sheet in SHEETS for m in sheet.measures}
    statistics = {statistic for _, statistic in shown}
    missing = {
        (figure.quantity, figure.statistic)
        for model in CATALOGUE.models.values()
        for load in range(model.loads.count + 1)
        for figure in model.measurements(load)
        if figure.quantity
        and CATALOGUE.quantities[figure.quantity].snmp_service
        and figure.statistic in statistics
        and (figure.quantity, figure.statistic) not in shown
    }
    reactive = {
        key for key, statistic in missing if statistic in (Statistic.LAGGING, Statistic.LEADING)
    }
    assert reactive == {f"power.reactive.{phase}" for phase in ("q1", "q2", "q3", "total")}
    assert {key for key, _ in missing} - reactive == {f"temperature.t{k}" for k in range(1, 5)}


def test_names_and_places_are_given_once() -> None:
    measures = [measure for sheet in SHEETS for measure in sheet.measures]
    assert len({measure.name for measure in measures}) == len(measures)
    assert max(len(measure.name) for measure in measures) <= 32
    columns = [column for sheet in SHEETS for column in sheet.columns]
    assert len(set(columns)) == len(columns)


def test_the_object_identifiers_of_the_manual() -> None:
    plant = Plant(device(4, "digiware-i30", [1]), device(5, "digiware-i30", [1, 2, 3]))
    forest = plant.forest()
    for address in (4, 5):
        plant.fill(address)
    plant.seconds += 1
    assert walked(forest, *I1) == [(*I1, 4, 1), (*I1, 5, 1), (*I1, 5, 2), (*I1, 5, 3)]


def test_an_address_without_a_load_is_0_but_met_by_no_walk() -> None:
    plant = Plant(device(5, "digiware-i30", [1]))
    plant.fill(5)
    forest = plant.forest()
    assert get(forest, *I1, 5) == integer(0, GAUGE32)
    assert get(forest, *I1, 6) == NO_SUCH_INSTANCE
    assert get(forest, *I1, 5, 2) == NO_SUCH_INSTANCE
    assert get(forest, *I1) == NO_SUCH_INSTANCE
    assert walked(forest, *I1) == [(*I1, 5, 1)]


def test_what_is_stale_or_written_to_is_no_instance() -> None:
    plant = Plant(device(4, "digiware-i30", [1]))
    forest = plant.forest()
    assert get(forest, *I1, 4, 1) == NO_SUCH_INSTANCE
    plant.fill(4)
    plant.seconds += 1
    assert get(forest, *I1, 4, 1) != NO_SUCH_INSTANCE
    plant.image(4).invalidate()
    assert get(forest, *I1, 4, 1) == NO_SUCH_INSTANCE
    plant.fill(4)
    plant.seconds += 30
    assert get(forest, *I1, 4, 1) != NO_SUCH_INSTANCE
    plant.seconds += 1
    assert get(forest, *I1, 4, 1) == NO_SUCH_INSTANCE
    assert walked(forest, *I1) == []


def test_a_silent_slave_leaves_the_table_and_comes_back() -> None:
    plant = Plant(device(4, "digiware-i30", [1]), device(5, "digiware-i30", [1]))
    for address in (4, 5):
        plant.fill(address)
    forest = plant.forest()
    plant.image(4).silent = True
    assert get(forest, *I1, 4, 1) == NO_SUCH_INSTANCE
    plant.seconds += 1
    assert walked(forest, *I1) == [(*I1, 5, 1)]
    plant.image(4).silent = False
    plant.seconds += 1
    assert walked(forest, *I1) == [(*I1, 4, 1), (*I1, 5, 1)]


def test_another_topology_is_another_table_at_once() -> None:
    plant = Plant(device(4, "digiware-i30", [1]))
    plant.fill(4)
    forest = plant.forest()
    assert walked(forest, *I1) == [(*I1, 4, 1)]
    plant.replace(device(4, "digiware-i30", [1, 2]))
    assert walked(forest, *I1) == []
    plant.fill(4)
    plant.seconds += 1
    assert walked(forest, *I1) == [(*I1, 4, 1), (*I1, 4, 2)]


def test_a_device_itself_shows_only_what_it_measures() -> None:
    plant = Plant(device(6, "digiware-u30", []))
    plant.fill(6)
    forest = plant.forest()
    assert get(forest, 20, 20, 1, 11000, 6, 0) != NO_SUCH_INSTANCE
    assert get(forest, *I1, 6, 0) == NO_SUCH_INSTANCE
    unread = plant.image(6).model.measurement(0, "voltage.v1n")
    assert unread is not None
    assert plant.image(6).read(unread).quality in (Quality.LIVE, Quality.UNAVAILABLE)


def test_a_sheet_is_idle_while_all_that_it_looks_at_is_stale() -> None:
    plant = Plant(device(6, "digiware-u30", []), device(7, "digiware-u30", []))
    extremes = Measurements(
        next(each for each in SHEETS if each.name == "instMaxTable"), plant.roll
    )
    for address in (6, 7):
        plant.fill(address)
    assert len(extremes.rows()) == 2
    assert not extremes.idle()
    plant.image(6).invalidate()
    assert not extremes.idle()
    plant.image(7).invalidate()
    assert extremes.idle()
    plant.replace(device(4, "digiware-i30", [1]))
    plant.fill(4)
    assert extremes.rows()
    plant.image(4).invalidate()
    assert not extremes.idle()  # what an I-30 does not measure is 0 all the same
