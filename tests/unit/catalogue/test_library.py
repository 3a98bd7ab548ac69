"""The manual's list of products (§11.2.1): every entry, what it records and how it is found."""

import pytest

from digigate.catalogue import Capability, Catalogue, Certainty, Group, Model, Point

CATALOGUE = Catalogue.load()
MODELS = CATALOGUE.models
LISTED = [model for models in CATALOGUE.library.values() for model in models]
MANUAL = {
    Group.GATEWAYS: "D-50, D-50v2, D-70, G-30/G-40, G-50/G-60, M-50, M-70",
    Group.DIRIS_B: "B-10, B-30 RF, B-30 RS485",
    Group.DIGIWARE: (
        "D-40, I-30, I-30 dc, I-31, I-33, I-35, I-35 dc, I-43, I-45, I-60, I-61, IO-10, IO-20, "
        "S-130, S-135, S-Datacenter, U-10, U-20, U-30, U-31 dc, U-32 dc, R-60"
    ),
    Group.COUNTIS: (
        "Ci, E03, E04, E13, E14, E17, E18, E23, E24, E27, E28, E33, E34, E43, E44, E44R, E47, "
        "E48, E53, ECI32, ECI3"
    ),
    Group.DIRIS_A: (
        "A-10, A-20, A-30, A-40, A-40 Ethernet, A-40 Profibus, A14, A17, A17 2In, A17 THD, "
        "A17 THD In, A60, A80"
    ),
    Group.SWITCHES: "ATyS p M, C55, C65, C66",
    Group.OLD_DIRIS_A: "A10, A20, A20v2, A40v2, A40v3",
}
"""As the manual prints it, group by group."""
METERS = {Group.DIRIS_B, Group.DIGIWARE, Group.COUNTIS, Group.DIRIS_A, Group.OLD_DIRIS_A}
LOAD_CURVES = (
    "E33, E34, E43, E44, E44R, E47, E48, ECI32, ECI3, A-30, A40v3, A60, A80, B-30 RF, B-30 RS485, "
    "I-31, I-61, I-35, I-45, I-35 dc, S-135, S-Datacenter, A-40, A-40 Ethernet, A-40 Profibus"
)
TRENDS = (
    "B-30 RF, B-30 RS485, I-35, I-45, U-30, U-31 dc, U-32 dc, S-135, S-Datacenter, A-40, "
    "A-40 Ethernet, A-40 Profibus"
)


def printed(model: Model) -> str:
    assert model.library is not None
    return model.library.name


def able(capability: Capability) -> set[str]:
    return {printed(model) for model in LISTED if capability in model.capabilities}


@pytest.mark.parametrize("group", list(Group))
def test_the_list_is_the_manuals(group: Group) -> None:
    assert ", ".join(map(printed, CATALOGUE.library[group])) == MANUAL[group]


def test_it_has_75_entries() -> None:
    assert len(LISTED) == len({model.key for model in LISTED}) == 75


def test_a_product_code_is_that_of_one_model() -> None:
    orders = [model.probe.order for model in MODELS.values()]
    assert len(set(orders)) == len(orders)


def test_all_meters_have_a_consumption() -> None:
    """§6.2.2: all COUNTIS, DIRIS A, DIRIS B and Digiware."""
    meters = {printed(model) for group in METERS for model in CATALOGUE.library[group]}
    assert able(Capability.CONSUMPTION) == meters


@pytest.mark.parametrize(
    ("capability", "names"), [(Capability.LOAD_CURVE, LOAD_CURVES), (Capability.TRENDS, TRENDS)]
)
def test_only_these_keep_records(capability: Capability, names: str) -> None:
    assert able(capability) == set(names.split(", "))


def test_what_keeps_records_is_cached() -> None:
    kept = {printed(model) for model in LISTED if model.cached}
    assert kept == able(Capability.LOAD_CURVE) | able(Capability.TRENDS)


@pytest.mark.parametrize("model", LISTED, ids=lambda m: m.key)
def test_who_keeps_a_record_has_where_to_fetch_it(model: Model) -> None:
    """Command, header and data of one stem, by which the bus knows what must not be torn."""
    blocks = {block.name for block in model.blocks}
    stems = {"load-curve", "load-curves"} if Capability.LOAD_CURVE in model.capabilities else set()
    if model.certainty is not Certainty.IDENTIFIED_ONLY and stems:
        assert any(_log(stem) <= blocks for stem in stems)
    if Capability.TRENDS in model.capabilities:
        assert _log("trend-log") <= blocks


def _log(stem: str) -> set[str]:
    return {f"{stem}-{part}" for part in ("command", "header", "data")}


@pytest.mark.parametrize("model", LISTED, ids=lambda m: m.key)
def test_each_is_known_by_its_names_and_no_other_is(model: Model) -> None:
    probe = model.probe
    for text in (probe.extended_name, *probe.aliases):
        assert CATALOGUE.identify(probe.product_range, "", text) is model
    found = CATALOGUE.identify(probe.product_range, probe.product_name, probe.extended_name)
    assert found is model


@pytest.mark.parametrize("model", LISTED, ids=lambda m: m.key)
def test_what_has_no_public_map_is_only_identified(model: Model) -> None:
    bare = {block.name for block in model.blocks} == {"identification"}
    assert bare is (model.certainty is Certainty.IDENTIFIED_ONLY)


@pytest.mark.parametrize(
    ("key", "inputs", "outputs"),
    [
        ("diris-b30", (10, 11250), (8, 11282, 11285, 11284)),
        ("digiware-io10", (4, 11250), (2, 11282, 11285, 11284)),
        ("diris-a10", (3, 51969), (1, 51971)),
        ("diris-a17-2in", (2, 51969), None),
        ("countis-e44", None, None),
    ],
)
def test_where_logic_inputs_and_outputs_are(
    key: str, inputs: tuple[int, ...] | None, outputs: tuple[int, ...] | None
) -> None:
    model = MODELS[key]
    read = (model.inputs.count, _at(model, model.inputs.state)) if model.inputs else None
    commands = [model.outputs.switch_on, model.outputs.switch_off] if model.outputs else []
    switched = (
        (
            model.outputs.count,
            _at(model, model.outputs.state),
            *(_at(model, name) for name in commands if name),
        )
        if model.outputs
        else None
    )
    assert (read, switched) == (inputs, outputs)


def _at(model: Model, name: str) -> int:
    point = model.named[name]
    assert isinstance(point, Point)
    return point.address
