"""The packaged data: registers lie where the documents say."""

from collections import Counter

import pytest

from digigate.catalogue import (
    Catalogue,
    Certainty,
    Composite,
    Detection,
    Form,
    Kind,
    Model,
    Pace,
    Point,
    RegisterType,
    Statistic,
)

CATALOGUE = Catalogue.load()
MODELS = CATALOGUE.models
KEYS = [
    "countis-e24", "countis-e44", "digiware-i30", "digiware-i35", "digiware-u30",
    "diris-a10", "diris-a14", "diris-b30",
]  # fmt: skip
S, T = Statistic, RegisterType


def test_the_first_models_are_there() -> None:
    assert set(KEYS) <= set(MODELS)


def test_it_is_read_once() -> None:
    assert Catalogue.load() is CATALOGUE


def test_all_62_measurements_of_annexe_ii_are_known() -> None:
    indexed = [q for q in CATALOGUE.quantities.values() if q.bacnet_index is not None]
    assert [q.bacnet_index for q in indexed] == list(range(62))
    assert Counter(q.signed for q in indexed) == {False: 49, True: 13}


@pytest.mark.parametrize(
    ("index", "name", "key", "unit", "signed"),
    [
        (0, "VystPhN", "voltage.system.pn", "V", False),
        (4, "VoltPhNV1", "voltage.v1n", "V", False),
        (11, "CurrentI1", "current.i1", "A", False),
        (21, "TotalPowerActive", "power.active.total", "W", True),
        (40, "PowerFactorTypeSPF3", "power.factor_type.pf3", "", False),
        (45, "LoadCurve_S", "demand.apparent", "VA", False),
        (55, "THD_U31", "thd.u31", "%", False),
        (58, "ER+", "energy.reactive.import", "varh", False),
        (61, "Mff", "multifluid", "", True),
    ],
)
def test_rows_of_annexe_ii(index: int, name: str, key: str, unit: str, signed: bool) -> None:
    quantity = CATALOGUE.quantities[key]
    assert quantity.bacnet_index == index
    assert (quantity.bacnet_name, quantity.unit, quantity.signed) == (name, unit, signed)


def test_the_service_ids_that_are_public() -> None:
    services = {q.snmp_service: q.key for q in CATALOGUE.quantities.values() if q.snmp_service}
    assert services[10000] == "current.i1"
    assert services[10001] == "current.i2"
    assert services[80031] == "energy.active.import"


def test_kinds_follow_the_measure() -> None:
    kinds = {key.split(".")[0]: q.kind for key, q in CATALOGUE.quantities.items()}
    assert kinds["energy"] is Kind.COUNTER
    assert kinds["demand"] is Kind.DEMAND
    assert kinds["voltage"] is Kind.GAUGE
    assert CATALOGUE.quantities["power.factor_type.total"].kind is Kind.CODE


def figure(key: str, load: int, quantity: str, statistic: Statistic) -> Point | Composite:
    found = MODELS[key].measurement(load, quantity, statistic)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("key", "load", "quantity", "statistic", "address", "type_", "scale"),
    [
        # facts §3: key registers of load 1, loads 2048 apart
        ("digiware-i30", 1, "current.i1", S.INSTANT, 18458, T.U32, 0.001),
        ("digiware-i30", 2, "current.i1", S.INSTANT, 20506, T.U32, 0.001),
        ("digiware-i35", 3, "power.active.total", S.INSTANT, 18476 + 4096, T.S32, 1),
        ("diris-b30", 1, "voltage.v1n", S.INSTANT, 18444, T.U32, 0.01),
        ("diris-b30", 4, "voltage.system.pn", S.INSTANT, 18436 + 3 * 2048, T.U32, 0.01),
        ("diris-b30", 1, "frequency", S.INSTANT, 18442, T.U32, 0.001),
        ("diris-b30", 1, "power.factor.total", S.INSTANT, 18486, T.S16, 0.001),
        ("diris-b30", 1, "power.factor_type.total", S.INSTANT, 18487, T.U8, 1),
        ("diris-b30", 2, "current.i1", S.AVERAGE, 18586 + 2048, T.U32, 0.001),
        ("diris-b30", 1, "thd.i1", S.INSTANT, 18757, T.U16, 0.01),
        ("diris-b30", 0, "voltage.v1n", S.INSTANT, 36873, T.U32, 0.01),
        ("diris-b30", 0, "temperature.t2", S.INSTANT, 11697, T.S16, 0.01),
        ("digiware-u30", 0, "thd.system.v", S.INSTANT, 37150, T.U16, 0.01),
        ("digiware-u30", 0, "frequency", S.INSTANT, 36871, T.U32, 0.001),
        # the 0xC550 table: 10 W a digit, frequency as the model has it
        ("countis-e24", 1, "power.active.total", S.INSTANT, 50536, T.S32, 10),
        ("countis-e24", 1, "frequency", S.INSTANT, 50526, T.U32, 0.001),
        ("countis-e44", 1, "frequency", S.INSTANT, 50526, T.U32, 0.01),
        ("countis-e24", 1, "energy.active.import", S.PARTIAL, 50956, T.U32, 10),
        ("diris-a14", 1, "energy.active.import", S.TOTAL, 37888, T.U64, 10),
        ("diris-a14", 1, "thd.u31", S.INSTANT, 38416, T.U32, 0.01),
        ("diris-a10", 1, "current.i1", S.AVERAGE_MAX, 51070, T.U32, 0.001),
        ("diris-a10", 1, "power.factor.total", S.INSTANT, 50574, T.S32, 0.001),
        ("diris-a10", 1, "power.factor_type.total", S.INSTANT, 50582, T.U8, 1),
        ("diris-a10", 1, "energy.active.import", S.PARTIAL, 50780, T.U32, 1000),
        ("diris-a10", 1, "thd.i1", S.INSTANT, 51542, T.U16, 0.1),
        ("diris-a10", 1, "hours", S.TOTAL, 50512, T.U32, 36),
        ("countis-e14", 1, "frequency", S.INSTANT, 50526, T.U32, 0.001),
        ("countis-e14", 1, "current.i1", S.INSTANT, 50528, T.U32, 0.001),
        ("countis-e14", 1, "energy.active.import", S.TARIFF_2, 26371, T.U32, 1000),
        ("countis-e34", 1, "frequency", S.INSTANT, 50526, T.U32, 0.01),
        ("countis-e34", 1, "energy.active.import", S.TOTAL, 50946, T.U32, 10),
        ("countis-e34", 1, "energy.active.import", S.TARIFF_4, 51208, T.U32, 10),
        ("countis-e47", 1, "voltage.u31", S.INSTANT, 50518, T.U32, 0.01),
        ("countis-e03", 1, "frequency", S.INSTANT, 50526, T.U32, 0.01),
        ("countis-e13", 1, "frequency", S.INSTANT, 50526, T.U32, 0.001),
        ("countis-e13", 1, "energy.active.import", S.PARTIAL, 50780, T.U32, 1000),
        ("diris-a40v3", 1, "energy.active.import", S.TOTAL, 856, T.U32, 1000),
        ("diris-a40v3", 1, "voltage.u12", S.AVERAGE, 51024, T.U32, 0.01),
        ("diris-a40v3", 1, "thd.in", S.INSTANT, 51545, T.U16, 0.1),
        ("diris-a40v3", 1, "demand.active.import", S.INSTANT, 51046, T.U32, 10),
        ("diris-a30", 1, "voltage.system.pn", S.INSTANT, 50572, T.U32, 0.01),
        ("diris-a30", 1, "energy.active.import", S.PARTIAL, 50780, T.U32, 1000),
        ("diris-a30", 0, "temperature.t5", S.INSTANT, 51463, T.S16, 1),
        ("diris-b30", 4, "energy.active.export", S.TARIFF_8, 20255 + 3 * 2048, T.U32, 1000),
        ("diris-b30", 0, "pulse.p10", S.TOTAL, 10256 + 9 * 31, T.S64, 1),
        ("diris-b30", 0, "analog.a8", S.AVERAGE, 11586 + 7 * 4, T.S32, 1),
        ("diris-b30", 0, "hours", S.PARTIAL, 514, T.U32, 1),
        # as the samples say
        ("digiware-u10", 0, "frequency", S.INSTANT, 36867, T.U32, 0.001),
        ("digiware-u20", 0, "voltage.u31", S.INSTANT, 36879, T.U32, 0.01),
        ("diris-d50", 1, "power.active.total", S.INSTANT, 18476, T.S32, 1),
        # ours, by the next of kin
        ("digiware-i61", 6, "current.i1", S.INSTANT, 28672 + 26, T.U32, 0.001),
        ("digiware-io10", 4, "multifluid", S.TOTAL, 10256 + 3 * 31, T.S64, 1),
        ("digiware-io20", 2, "analog", S.INSTANT, 11588, T.S32, 1),
        ("digiware-r60", 6, "current.residual", S.INSTANT, 18458 + 5 * 2048, T.U32, 0.001),
        ("digiware-u31dc", 0, "voltage.v1n", S.INSTANT, 36873, T.U32, 0.01),
        ("digiware-i30dc", 2, "power.active.total", S.AVERAGE, 18604 + 2048, T.S32, 1),
    ],
)
def test_where_the_documents_put_it(
    key: str, load: int, quantity: str, statistic: Statistic, address: int,
    type_: RegisterType, scale: float,
) -> None:  # fmt: skip
    point = figure(key, load, quantity, statistic)
    assert isinstance(point, Point)
    assert (point.address, point.type, point.scale) == (address, type_, scale)


@pytest.mark.parametrize(
    ("key", "load", "quantity", "statistic", "addresses", "dated"),
    [
        ("diris-b30", 1, "energy.active.import", S.TOTAL, [19843, 19845], None),
        ("diris-b30", 3, "energy.apparent", S.TOTAL, [19855 + 4096, 19857 + 4096], None),
        ("diris-b30", 1, "energy.active.import", S.LAST_PARTIAL, [19891, 19893], 19887),
        ("diris-b30", 1, "energy.reactive.import", S.LAGGING, [19858, 19860], None),
        ("digiware-i30", 1, "energy.active.import", S.TOTAL, [19841, 19843], None),
        ("digiware-i31", 3, "energy.active.import", S.TOTAL, [19841 + 4096, 19843 + 4096], None),
        ("diris-b10", 1, "energy.active.import", S.TOTAL, [19843, 19845], None),
        ("countis-e14", 1, "energy.active.import", S.TOTAL, [25987, 25989], None),
        ("countis-e47", 1, "demand.active.import", S.INSTANT, [51004], 51002),
        ("digiware-i30", 2, "energy.apparent", S.TOTAL, [19853 + 2048, 19855 + 2048], None),
        ("countis-e24", 1, "energy.active.import", S.TOTAL, [25987, 25989], None),
        ("countis-e44", 1, "energy.reactive.export", S.TOTAL, [25996, 25998], None),
        ("diris-b30", 1, "frequency", S.MAX, [18817], 18819),
        ("diris-b30", 1, "power.factor_type.total", S.MAX, [18878], 18879),
        ("diris-b30", 1, "thd.in", S.MIN, [19624], 19625),
        ("diris-b30", 1, "demand.active.import", S.INSTANT, [19985], 19982),
        ("countis-e44", 1, "demand.active.import", S.INSTANT, [51004], 51002),
    ],
)
def test_what_values_are_made_of(
    key: str, load: int, quantity: str, statistic: Statistic, addresses: list[int],
    dated: int | None,
) -> None:  # fmt: skip
    made = figure(key, load, quantity, statistic)
    assert isinstance(made, Composite)
    assert [part.address for part in made.parts] == addresses
    assert (made.time.address if made.time else None) == dated


@pytest.mark.parametrize(
    "key", ["countis-e14", "countis-e24", "countis-e34", "countis-e44", "diris-a14", "diris-a40v3"]
)
def test_the_sign_of_older_power_factors_is_their_type(key: str) -> None:
    factor = figure(key, 1, "power.factor.total", S.INSTANT)
    kind = figure(key, 1, "power.factor_type.total", S.INSTANT)
    assert isinstance(factor, Composite)
    assert isinstance(kind, Composite)
    assert factor.parts == kind.parts
    assert (factor.parts[0].address, factor.parts[0].type) == (50542, T.S32)
    assert (factor.form, kind.form) == (Form.MAGNITUDE, Form.DIRECTION)


def test_the_b30_measures_all_but_multifluid() -> None:
    b30 = MODELS["diris-b30"]
    measured = {point.quantity for point in b30.measurements(1)}
    wanted = {q.key for q in CATALOGUE.quantities.values() if q.bacnet_index is not None}
    assert wanted - measured == {"multifluid"}


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda m: m.key)
def test_blocks_fit_the_identification(model: Model) -> None:
    block = next(block for block in model.blocks if block.name == "identification")
    assert (block.start, block.count) == (50000, model.identification_words)
    assert model.named["identification.extended_name"] in model.points
    assert ("identification.net_id" in model.named) is (model.identification_words == 69)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda m: m.key)
def test_measured_blocks_are_polled(model: Model) -> None:
    """What carries a quantity is read by itself: no measurement waits for a client's request."""
    paces = {block.name: block.pace for block in model.blocks}
    kept = [p for load in range(model.loads.count + 1) for p in model.measurements(load)]
    registers = [r for p in kept for r in (p.parts if isinstance(p, Composite) else (p,))]
    unpolled = {r.name for r in registers if paces[r.block] is Pace.DEMAND}
    assert {name for name in unpolled if not name.startswith("temperature")} == set()


def test_how_often_blocks_are_read() -> None:
    paces = {block.name: block.pace for block in MODELS["diris-b30"].blocks}
    assert paces["instant/load4"] is Pace.INSTANT
    assert paces["energy/load1"] is Pace.BOUNDARY
    assert paces["fundamental/load1"] is Pace.ROTATING
    assert paces["alarm-log-data"] is Pace.DEMAND


@pytest.mark.parametrize(
    ("key", "certainty"),
    [
        ("diris-b30", Certainty.OFFICIAL),
        ("diris-a10", Certainty.OFFICIAL),
        ("countis-e44", Certainty.OFFICIAL),
        ("diris-b10", Certainty.OURS),
        ("countis-e14", Certainty.OFFICIAL),
        ("countis-e28", Certainty.OFFICIAL),
        ("countis-e47", Certainty.OFFICIAL),
        ("diris-a40v3", Certainty.OFFICIAL),
        ("diris-a30", Certainty.THIRD_PARTY),
        ("countis-e03", Certainty.THIRD_PARTY),
        ("countis-eci3", Certainty.IDENTIFIED_ONLY),
        ("atys-p-m", Certainty.IDENTIFIED_ONLY),
        ("digiware-u30", Certainty.THIRD_PARTY),
        ("digiware-i30", Certainty.OURS),
        ("digiware-i35", Certainty.OURS),
    ],
)
def test_how_sure_a_map_is(key: str, certainty: Certainty) -> None:
    assert MODELS[key].certainty is certainty


def test_what_is_ours_says_so_on_every_row() -> None:
    guessed = [m for m in MODELS.values() if m.certainty is Certainty.OURS]
    silent = [
        point.name
        for model in guessed
        for point in model.points
        if point.block != "identification" and "ours" not in point.source
    ]
    assert silent == []


def test_which_search_finds_them() -> None:
    """Modules, DIRIS B and A-40 answer the fast search, the rest the complete one (§10)."""
    a40 = {"diris-a40", "diris-a40-ethernet", "diris-a40-profibus"}
    for model in MODELS.values():
        if model.family in {"gateway", "diris-m", "digiware-d", "atys"}:
            assert model.detection is Detection.BY_HAND, model.key
        elif model.family.startswith(("digiware", "diris-b")) or model.key in a40:
            assert model.detection is Detection.FAST, model.key
        else:
            assert model.family in {"countis-e", "countis-c", "diris-a", "diris-a-old"}
            assert model.detection is Detection.COMPLETE, model.key


@pytest.mark.parametrize(
    ("key", "addresses"),
    [
        # facts §5: the same setting lies elsewhere from model to model
        ("diris-b30", [57344]),
        ("countis-e14", [57344]),
        ("countis-e03", [36865]),
        ("countis-e44", [58368]),
        ("countis-e47", [29440]),
        ("digiware-io20", [57344]),
        ("countis-e34", []),
        ("diris-a40v3", []),
    ],
)
def test_where_the_slave_address_is_set(key: str, addresses: list[int]) -> None:
    assert [point.address for point in MODELS[key].registers("slave_address")] == addresses


@pytest.mark.parametrize(
    ("key", "address", "locked"),
    [
        ("diris-b30", 57600, False),
        ("countis-e34", 57600, False),
        ("countis-e44", 57600, True),
        ("countis-e47", 57600, True),
        ("diris-a40v3", 3072, False),
    ],
)
def test_where_the_clock_is_set(key: str, address: int, locked: bool) -> None:
    names = ("day", "month", "year", "hour", "minute", "second")
    clock = [point for name in names for point in MODELS[key].registers(name)]
    assert [point.address for point in clock] == list(range(address, address + 6))
    assert {point.locked for point in clock} == {locked}


def test_settings_have_names_and_may_be_written() -> None:
    b30 = MODELS["diris-b30"].named
    inom, name = b30["load-settings.inom/load2"], b30["load-name.name/load4"]
    assert isinstance(inom, Point)
    assert isinstance(name, Point)
    assert (inom.address, inom.writable) == (13858, True)
    assert (name.address, name.words, name.type) == (46640, 16, T.STRING_NORM)
    assert isinstance(b30["instant.load_status/load1"], Point)
    assert not b30["instant.load_status/load1"].writable
