"""Settings, topology and catalogue must agree."""

import pytest

from digigate.catalogue import (
    Catalogue,
    Certainty,
    Detection,
    LoadPlan,
    Model,
    Probe,
)
from digigate.errors import SettingsError
from digigate.settings import Settings, Topology, check
from digigate.settings.topology import BusName, Device, Load


def model(key: str, loads: int) -> Model:
    return Model(
        key=key,
        name=key.upper(),
        family="diris",
        certainty=Certainty.OFFICIAL,
        detection=Detection.FAST,
        probe=Probe(400, "", "", 0),
        loads=LoadPlan(loads, 2048),
        identification_words=66,
        blocks=(),
        points=(),
        composites=(),
    )


CATALOGUE = Catalogue({}, {"diris-b30": model("diris-b30", 4), "countis-e24": model("e24", 1)})


def device(address: int, key: str, *loads: int) -> Device:
    circuits = tuple(Load(number=number) for number in loads)
    return Device(address=address, bus=BusName.RS485, model=key, loads=circuits)


def test_a_good_plant_passes() -> None:
    topology = Topology(devices=(device(5, "diris-b30", 1, 4), device(6, "countis-e24", 1)))
    check(Settings(), topology, CATALOGUE)


def test_each_disagreement_is_a_line_with_its_field() -> None:
    topology = Topology(
        devices=(device(5, "diris-b30", 5), device(1, "countis-e24"), device(6, "diris-b3"))
    )
    with pytest.raises(SettingsError) as caught:
        check(Settings(), topology, CATALOGUE)
    assert str(caught.value).splitlines() == [
        "devices[0].loads[0].number: DIRIS-B30 has 4 loads; there is no load 5",
        (
            "devices[1].address: 1 is the gateway's own address; give one of them another"
            " (settings: gateway.address)"
        ),
        (
            "devices[2].model: unknown model 'diris-b3'; did you mean diris-b30?"
            " known: countis-e24, diris-b30"
        ),
    ]


@pytest.mark.parametrize(
    ("devices", "problem"),
    [
        ((device(4, "a"), device(4, "b")), "address 4 is used twice"),
        (tuple(device(n, "a") for n in range(2, 35)), "33 devices; at most 32"),
        (
            tuple(device(n, "a", *range(1, 13)) for n in range(2, 19)),
            "204 loads; at most 192",
        ),
    ],
)
def test_a_topology_stays_within_the_box(devices: tuple[Device, ...], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Topology(devices=devices)


def test_a_load_is_listed_once() -> None:
    with pytest.raises(ValueError, match="load 2 is listed twice"):
        device(4, "a", 1, 2, 2)


def test_a_topology_finds_its_devices() -> None:
    first, second = device(4, "a"), device(5, "b")
    topology = Topology(devices=(first, second))
    assert topology.device(5) is second
    assert topology.device(9) is None
    assert topology.on(BusName.RS485) == (first, second)
    assert topology.on(BusName.DIGIWARE) == ()
