"""Models as the rooms use them: lookups, composites, and who a stranger is."""

import pytest

from digigate.catalogue import Catalogue, Composite, Form, Model, Point, RegisterType, Statistic

CATALOGUE = Catalogue.load()
B30 = CATALOGUE.models["diris-b30"]


def total(model: Model = B30) -> Composite:
    found = model.measurement(1, "energy.active.import", Statistic.TOTAL)
    assert isinstance(found, Composite)
    return found


def test_measurements_of_a_load_are_its_own() -> None:
    for load in range(5):
        assert {point.load for point in B30.measurements(load)} == {load}
    assert B30.measurements(5) == ()


def test_a_composite_stands_for_its_parts() -> None:
    listed = B30.measurements(1)
    assert total() in listed
    assert not set(total().parts) & {point for point in listed if isinstance(point, Point)}


def test_names_lead_to_points_and_composites() -> None:
    assert len(B30.named) == len(B30.points) + len(B30.composites)
    assert B30.named["energy.active.import@total/load1"] is total()
    assert isinstance(B30.named["current.i1@instant/load2"], Point)


def test_what_a_model_does_not_measure_is_none() -> None:
    assert CATALOGUE.models["digiware-u30"].measurement(0, "current.i1") is None


def test_kwh_and_residual_add_up() -> None:
    assert total().combine([186_000, 706.5]) == 186_706.5


def test_a_missing_part_makes_no_value() -> None:
    assert total().combine([186_000, None]) is None


@pytest.mark.parametrize("watt_hours", [0.0, 0.1, 999.9, 1000.0, 186_706.5, 4_294_967_293_999.9])
def test_a_sum_is_split_as_the_meter_counts(watt_hours: float) -> None:
    whole, residual = total().split(watt_hours)
    assert whole % 1000 == 0
    assert 0 <= residual < 1000
    assert total().combine([whole, residual]) == pytest.approx(watt_hours)


def test_a_single_part_takes_all() -> None:
    latest = B30.measurement(1, "frequency", Statistic.MAX)
    assert isinstance(latest, Composite)
    assert latest.split(50.0126) == (50.013,)


@pytest.mark.parametrize(("raw", "factor", "kind"), [(-0.9, 0.9, 1), (0.95, 0.95, 2), (0, 0, 0)])
def test_a_signed_factor_is_read_as_two(raw: float, factor: float, kind: int) -> None:
    e24 = CATALOGUE.models["countis-e24"]
    magnitude = e24.named["power.factor.total@instant/load1"]
    direction = e24.named["power.factor_type.total@instant/load1"]
    assert isinstance(magnitude, Composite)
    assert isinstance(direction, Composite)
    assert (magnitude.form, direction.form) == (Form.MAGNITUDE, Form.DIRECTION)
    assert (magnitude.combine([raw]), direction.combine([raw])) == (factor, kind)


@pytest.mark.parametrize("model", CATALOGUE.models.values(), ids=lambda m: m.key)
def test_every_model_is_identified_by_its_own_texts(model: Model) -> None:
    probe = model.probe
    found = CATALOGUE.identify(probe.product_range, probe.product_name, probe.extended_name)
    assert found is model


@pytest.mark.parametrize(
    ("range_", "product", "extended", "key"),
    [
        (400, "", "diris b30", "diris-b30"),  # as an open driver lowers and tests it, facts §4
        (400, "", "DIRIS B-30", "diris-b30"),
        (400, "", "DIRIS A10", "diris-a10"),
        (400, "", "Diris A-10 COM", "diris-a10"),
        (100, "", "Countis E24", "countis-e24"),
        (100, "COUNTIS E44", "", "countis-e44"),
        (400, "DIRIS Digiware I-30", "", "digiware-i30"),
        (400, "I-35", "my panel", "digiware-i35"),
        (400, "", "DIRIS A-100", None),
        (400, "", "DIRIS A140", None),
        (400, "I-30DC", "", "digiware-i30dc"),
        (400, "U-30DC", "", None),
        (400, "", "DIRIS B30 RF", "diris-b30-rf"),
        (400, "", "DIRIS A40 v3", "diris-a40v3"),
        (400, "", "DIRIS A17 THD In", "diris-a17-thd-in"),
        (100, "", "COUNTIS ECI3", "countis-eci3"),
        (100, "", "COUNTIS ECI32", "countis-eci32"),
        (100, "", "COUNTIS E44R", "countis-e44r"),
        (100, "", "DIRIS B30", None),
        (400, "", "", None),
        (300, "ATyS", "ATyS", None),
    ],
)
def test_devices_are_known_by_their_names(
    range_: int, product: str, extended: str, key: str | None
) -> None:
    found = CATALOGUE.identify(range_, product, extended)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("text", "expected", "key"),
    [
        ("DIRIS B30", "diris-b30-rf", "diris-b30-rf"),
        ("DIRIS B30", "diris-b30", "diris-b30"),
        ("DIRIS A-10", "diris-a10-old", "diris-a10-old"),
        ("DIRIS A10 V1", "diris-a10", "diris-a10-old"),
        ("DIRIS A40 V3", "diris-a40-ethernet", "diris-a40v3"),
        ("DIRIS A100", "diris-a10-old", None),
        ("DIRIS A14", "diris-b30-rf", "diris-a14"),
    ],
)
def test_what_is_expected_wins_where_names_are_shared(
    text: str, expected: str, key: str | None
) -> None:
    found = CATALOGUE.identify(400, "", text, CATALOGUE.models[expected])
    assert (found.key if found else None) == key


def test_the_extended_name_goes_first() -> None:
    found = CATALOGUE.identify(400, "DIRIS A14", "DIRIS B30")
    assert found is B30


def test_texts_fit_the_identification_block() -> None:
    for model in CATALOGUE.models.values():
        extended = model.named["identification.extended_name"]
        assert isinstance(extended, Point)
        assert extended.type is RegisterType.STRING_NORM
        assert len(model.probe.extended_name) <= 2 * extended.words
