"""Means, extremes and indices of one load."""

import pytest

from digigate.catalogue import Statistic
from digigate.simulator.device.ledger import CURVES, INDICES, Ledger, year_start
from digigate.simulator.device.periods import Periods
from digigate.simulator.physics.chance import DAY
from digigate.simulator.physics.circuit import Circuit, Rating
from digigate.simulator.physics.demand import Usage
from digigate.simulator.physics.feeder import Feeder
from digigate.simulator.physics.supply import Grid

GRID = Grid(230.0, 50, 5)
NOON = 800 * DAY + 12 * 3600.0  # a Wednesday in March 2026
EA, I1 = "energy.active.import", "current.i1"


def ledger(usage: Usage = Usage.PROCESS) -> Ledger:
    circuit = Circuit(Rating("3P+N-4CT", 63, 1, usage), GRID, 230.0, 5, 4)
    return Ledger(circuit, Periods(600, 600), lambda *_: None, 5, 4)


def figure(book: Ledger, quantity: str, statistic: Statistic, t: float) -> float:
    value = book.figure(quantity, statistic, t)
    assert value is not None
    return value


def test_indices_grow_with_time_and_after_a_restart() -> None:
    book = ledger()
    readings = [figure(book, EA, Statistic.TOTAL, NOON + 60 * k) for k in range(100)]
    assert readings == sorted(readings)
    assert readings[-1] > readings[0]
    assert figure(ledger(), EA, Statistic.TOTAL, NOON + 6000) >= readings[-1]


def test_the_load_curve_is_the_energy_of_the_period() -> None:
    book = ledger()
    end = book.period_end(NOON + 17)
    assert end == NOON
    grown = figure(book, EA, Statistic.TOTAL, end) - figure(book, EA, Statistic.TOTAL, end - 600)
    mean = figure(book, "demand.active.import", Statistic.AVERAGE, NOON + 17)
    assert mean * 600 / 3600 == pytest.approx(grown, rel=1e-6)
    assert figure(book, "demand.active.export", Statistic.AVERAGE, NOON + 17) == 0


def test_means_stand_until_the_next_period() -> None:
    book = ledger()
    first = figure(book, I1, Statistic.AVERAGE, NOON + 1)
    assert figure(book, I1, Statistic.AVERAGE, NOON + 599) == first
    assert figure(book, I1, Statistic.AVERAGE, NOON + 600) != first


@pytest.mark.parametrize("quantity", [I1, "voltage.v1n", "power.active.total", "thd.i1"])
def test_extremes_enclose_what_was_seen(quantity: str) -> None:
    book = ledger()
    for t in range(int(NOON), int(NOON) + 300, 7):
        low = figure(book, quantity, Statistic.MIN, t)
        high = figure(book, quantity, Statistic.MAX, t)
        assert low <= figure(book, quantity, Statistic.INSTANT, t) <= high
        assert figure(book, quantity, Statistic.AVERAGE_MIN, t) <= figure(
            book, quantity, Statistic.AVERAGE, t
        )


def test_an_extreme_is_dated_when_it_was() -> None:
    book = ledger()
    found = book.extreme(I1, Statistic.MAX, NOON)
    assert found is not None
    value, moment = found
    assert NOON - DAY <= moment <= NOON
    assert book.source.at(moment)[I1] == value


def test_partial_indices_begin_anew_each_year() -> None:
    book = ledger()
    new_year = year_start(NOON)
    assert (new_year / DAY, year_start(new_year - 1) / DAY) == (731, 366)  # 2026 and 2025
    assert figure(book, EA, Statistic.PARTIAL, new_year) == 0
    partial = figure(book, EA, Statistic.PARTIAL, NOON)
    since = figure(book, EA, Statistic.TOTAL, NOON) - figure(book, EA, Statistic.TOTAL, new_year)
    assert partial == pytest.approx(since)
    assert figure(book, EA, Statistic.LAST_PARTIAL, NOON) > partial
    assert figure(book, "hours", Statistic.PARTIAL, NOON) == NOON - new_year


def test_each_direction_has_its_index() -> None:
    load, sun = ledger(), ledger(Usage.PHOTOVOLTAIC)
    export = "energy.active.export"
    assert figure(load, export, Statistic.TOTAL, NOON) == 0
    assert figure(sun, EA, Statistic.TOTAL, NOON) == 0
    assert figure(sun, export, Statistic.TOTAL, NOON) > 1e5
    assert figure(sun, "demand.active.export", Statistic.AVERAGE, NOON) > 0


def test_reactive_power_goes_one_way() -> None:
    book = ledger()
    q = "power.reactive.total"
    value = figure(book, q, Statistic.INSTANT, NOON)
    assert figure(book, q, Statistic.LAGGING, NOON) == value
    assert figure(book, q, Statistic.LEADING, NOON) == 0


def test_the_network_has_voltages_and_no_current() -> None:
    book = Ledger(Feeder(GRID), Periods(600, 600), lambda *_: None, 5, 3)
    assert book.figure(I1, Statistic.INSTANT, NOON) is None
    assert 0 < figure(book, "voltage.unbalance_vnba", Statistic.INSTANT, NOON) < 3
    assert 380 < figure(book, "voltage.system.pp", Statistic.AVERAGE, NOON) < 420
    assert 0.5 < figure(book, "thd.system.v", Statistic.INSTANT, NOON) < 4


def test_curves_and_indices_are_known_quantities_of_the_catalogue() -> None:
    from digigate.catalogue import Catalogue  # noqa: PLC0415 -- the only test that needs the data

    assert set(CURVES) | set(INDICES) <= set(Catalogue.load().quantities)


def test_a_partial_index_begins_anew_and_the_last_one_stands() -> None:
    book = ledger()
    before = figure(book, EA, Statistic.PARTIAL, NOON)
    reactive = figure(book, "energy.reactive.import", Statistic.PARTIAL, NOON)
    book.begin_partial((EA,), NOON)
    assert figure(book, EA, Statistic.PARTIAL, NOON) == 0
    assert figure(book, EA, Statistic.LAST_PARTIAL, NOON) == before
    assert figure(book, "energy.reactive.import", Statistic.PARTIAL, NOON) == reactive
    assert book.partial_since(EA, NOON + 60) == NOON
    grown = figure(book, EA, Statistic.PARTIAL, NOON + 3600)
    assert 0 < grown < before
    book.begin_partial(("energy.",), NOON + 3600)
    assert figure(book, EA, Statistic.LAST_PARTIAL, NOON + 3600) == grown
    assert figure(book, EA, Statistic.LAST_PARTIAL, NOON + 300 * DAY) > grown


def test_extremes_begin_anew_for_those_that_are_named() -> None:
    book = ledger()
    assert figure(book, I1, Statistic.MAX, NOON) > figure(book, I1, Statistic.MIN, NOON)
    voltage = figure(book, "voltage.v1n", Statistic.MIN, NOON)
    book.forget_extremes(("current.",), NOON, average=False)
    assert figure(book, I1, Statistic.MAX, NOON) == figure(book, I1, Statistic.MIN, NOON)
    assert figure(book, "voltage.v1n", Statistic.MIN, NOON) == voltage


def test_tariffs_share_an_index() -> None:
    book = ledger()
    total = figure(book, EA, Statistic.TOTAL, NOON)
    shares = [figure(book, EA, Statistic(f"tariff-{k}"), NOON) for k in range(1, 9)]
    assert shares[0] == total / 2
    assert sum(shares) == pytest.approx(total, rel=0.01)
