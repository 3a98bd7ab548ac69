"""Every product of the manual's list hangs on a bus, is what it says it is, and is read."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from digigate.catalogue import Catalogue, Group, Model, Pace
from running import Gateway, eventually, free_demo

CATALOGUE = Catalogue.load()
MODULES = (Group.DIGIWARE, Group.DIRIS_B)
COUNTERS = (Group.COUNTIS,)
OTHERS = (Group.DIRIS_A, Group.OLD_DIRIS_A, Group.SWITCHES, Group.GATEWAYS)
FIRST = 2  # address
BUS = {"baudrate": 115200, "turnaround": 0.002}
WITHIN = 120.0  # s: some have forty blocks, and the machine may be busy


def slaves(groups: tuple[Group, ...]) -> dict[int, Model]:
    models = [model for group in groups for model in CATALOGUE.library[group]]
    return dict(enumerate((m for m in models if m.family != "diris-m"), FIRST))


def plant(among: dict[int, Model]) -> str:
    """A plant file with one of each; YAML reads JSON."""
    planned = [
        {
            "bus": "digiware" if model.family.startswith("digiware") else "rs485",
            "address": address,
            "model": model.key,
            "loads": [{"number": k} for k in range(1, model.loads.count + 1)],
        }
        for address, model in among.items()
    ]
    buses = {"digiware": BUS, "rs485": BUS}
    return json.dumps({"version": 1, "buses": buses, "slaves": planned})


@pytest.fixture(params=[MODULES, COUNTERS, OTHERS], ids=["modules", "counters", "others"])
def served(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Gateway, dict[int, Model]]]:
    among = slaves(request.param)
    file = tmp_path / "plant.yaml"
    file.write_text(plant(among), encoding="utf-8")
    with free_demo(tmp_path / "state", plant=file) as gateway:
        yield gateway, among


def test_each_product_is_identified_and_read(served: tuple[Gateway, dict[int, Model]]) -> None:
    gateway, among = served
    states = {str(address): "online" for address in among}
    eventually(lambda: gateway.order("status")["slaves"] == states, WITHIN, "all online")
    measured = [address for address, model in among.items() if _is_polled(model)]
    eventually(lambda: all(_is_read(gateway, a) for a in measured), WITHIN, "all read")
    for address, model in among.items():
        device = gateway.get(f"/api/v1/devices/{address}")
        assert device["model"]["key"] == model.key
        assert not device["reason"], model.key  # such as a block that it refuses to be read


def _is_polled(model: Model) -> bool:
    return any(block.pace is Pace.INSTANT for block in model.blocks)


def _is_read(gateway: Gateway, address: int) -> bool:
    readings = gateway.get(f"/api/v1/devices/{address}/readings")["readings"]
    return any(reading["quality"] in {"live", "unavailable"} for reading in readings)
