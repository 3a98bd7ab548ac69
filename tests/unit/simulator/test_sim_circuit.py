"""The figures of one load belong together, as an instrument's do."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digigate.catalogue.loadtypes import LOAD_TYPES, LoadType
from digigate.simulator.physics.chance import DAY
from digigate.simulator.physics.circuit import Circuit, Rating, Values
from digigate.simulator.physics.demand import Usage
from digigate.simulator.physics.supply import Grid, sequences, unbalance

GRID = Grid(230.0, 50, 3)
TIMES = st.floats(300 * DAY, 900 * DAY)


def circuit(kind: LoadType = "3P+N-4CT", usage: Usage = Usage.PROCESS, phase: int = 1) -> Circuit:
    return Circuit(Rating(kind, 63.0, phase, usage), GRID, 230.0, 3, 4, 1)


def phases(values: Values) -> list[str]:
    return [k for k in "123" if f"power.active.p{k}" in values]


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(LOAD_TYPES), usage=st.sampled_from(Usage), t=TIMES)
def test_power_is_voltage_times_current_times_factor(
    kind: LoadType, usage: Usage, t: float
) -> None:
    values = circuit(kind, usage).at(t)
    for k in phases(values):
        apparent = values[f"voltage.v{k}n"] * values[f"current.i{k}"]
        assert values[f"power.apparent.s{k}"] == pytest.approx(apparent, rel=1e-9, abs=1e-9)
        assert values[f"power.active.p{k}"] == pytest.approx(
            apparent * values[f"power.factor.pf{k}"], rel=1e-9, abs=1e-9
        )
        assert math.hypot(
            values[f"power.active.p{k}"], values[f"power.reactive.q{k}"]
        ) == pytest.approx(apparent, rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(kind=st.sampled_from(LOAD_TYPES), usage=st.sampled_from(Usage), t=TIMES)
def test_totals_are_the_sums_of_the_phases(kind: LoadType, usage: Usage, t: float) -> None:
    values = circuit(kind, usage).at(t)
    for group, letter in (("active", "p"), ("reactive", "q"), ("apparent", "s")):
        parts = [values[f"power.{group}.{letter}{k}"] for k in phases(values)]
        if parts:
            assert values[f"power.{group}.total"] == pytest.approx(sum(parts), rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(t=TIMES)
def test_voltages_are_those_of_a_network(t: float) -> None:
    values = circuit().at(t)
    for k in "123":
        assert 215 < values[f"voltage.v{k}n"] < 245
    for pair in ("12", "23", "31"):
        assert 380 < values[f"voltage.u{pair}"] < 420
    assert 49.9 < values["frequency"] < 50.1


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(LOAD_TYPES),
    usage=st.sampled_from(Usage),
    t=TIMES,
    length=st.floats(60, 7200),
)
def test_energies_are_the_integral_of_the_power(
    kind: LoadType, usage: Usage, t: float, length: float
) -> None:
    one = circuit(kind, usage)
    steps = max(60, int(length / 20))
    width = length / steps
    powers = [one.at(t + (k + 0.5) * width) for k in range(steps)]
    before, after = one.energies(t), one.energies(t + length)
    for key, grown in (
        ("power.active.total", after.active - before.active),
        ("power.reactive.total", after.reactive - before.reactive),
    ):
        summed = sum(values[key] for values in powers) * width / 3600
        assert grown == pytest.approx(summed, rel=5e-3, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(kind=st.sampled_from(LOAD_TYPES), usage=st.sampled_from(Usage), t=TIMES)
def test_mean_powers_agree_with_the_energies(kind: LoadType, usage: Usage, t: float) -> None:
    one = circuit(kind, usage)
    values = one.mean(t, t + 600)
    grown = one.energies(t + 600).active - one.energies(t).active
    assert values["power.active.total"] * 600 / 3600 == pytest.approx(grown, rel=1e-9, abs=1e-6)
    assert set(values) == set(one.at(t))


@pytest.mark.parametrize(
    ("kind", "present", "absent"),
    [
        ("1P+N-1CT", {"voltage.v1n", "current.i1"}, {"voltage.v2n", "voltage.u12", "current.in"}),
        ("2P-1CT", {"voltage.u12", "current.i1"}, {"voltage.v1n", "current.i2"}),
        ("2P+N-2CT", {"voltage.v2n", "voltage.u12", "current.in"}, {"current.i3", "voltage.u23"}),
        ("3P-3CT", {"voltage.u31", "current.i3"}, {"voltage.v1n", "current.in", "power.active.p1"}),
        ("3P+N-4CT", {"voltage.v3n", "current.in", "power.active.p3"}, set()),
    ],
)
def test_the_wiring_decides_what_is_measured(
    kind: LoadType, present: set[str], absent: set[str]
) -> None:
    values = circuit(kind).at(500 * DAY)
    assert present <= set(values)
    assert not absent & set(values)
    assert "power.active.total" in values


def test_an_assumed_balance_shows_no_unbalance() -> None:
    values = circuit("3P+N-1CT").at(500 * DAY + 40000)
    assert values["power.active.p1"] == pytest.approx(values["power.active.p3"])


def test_a_photovoltaic_plant_delivers() -> None:
    sun = circuit(usage=Usage.PHOTOVOLTAIC)
    noon = 501 * DAY + 13 * 3600
    assert sun.at(noon)["power.active.total"] < -1000
    assert sun.at(noon)["power.factor.total"] < -0.9
    assert sun.energies(noon + 60).active < sun.energies(noon).active


def test_single_phase_loads_hang_on_their_own_phase() -> None:
    t = 500 * DAY
    three = circuit().at(t)
    assert circuit("1P+N-1CT", phase=2).at(t)["voltage.v1n"] == three["voltage.v2n"]


def test_the_same_seed_gives_the_same_plant() -> None:
    assert circuit().at(432e5) == circuit().at(432e5)
    other = Circuit(Rating("3P+N-4CT", 63.0, 1, Usage.PROCESS), GRID, 230.0, 4, 4, 1)
    assert other.at(432e5) != circuit().at(432e5)


def test_a_symmetric_set_has_one_sequence() -> None:
    a = complex(10, 0)
    turn = complex(-0.5, math.sqrt(3) / 2)
    direct, inverse, zero = sequences((a, a * turn * turn, a * turn))
    assert [direct, inverse, zero] == pytest.approx([10, 0, 0])
    assert unbalance((10.0, 10.0, 10.0)) == 0
    assert unbalance((12.0, 10.0, 8.0)) == pytest.approx(20)
