"""Plant files are read strictly; ours are right."""

from pathlib import Path

import pytest

from digigate.catalogue import Catalogue
from digigate.errors import SettingsError
from digigate.simulator.plant import load_plant

CONFIG = Path(__file__).resolve().parents[3] / "config"
GOOD = """
buses:
  rs485: {baudrate: 9600, parity: even}
slaves:
  - bus: rs485
    address: 20
    model: diris-b30
    loads:
      - {number: 1, name: Pump, type: 3P-3CT, nominal: 40, usage: process}
"""


def refusal(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        load_plant(path)
    said = str(refused.value)
    assert "\n" not in said
    assert said.startswith(f"{path}: ")
    return said.removeprefix(f"{path}: ")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plant.yaml"
    path.write_text(GOOD)
    plant = load_plant(path)
    (slave,) = plant.slaves
    assert (slave.bus, slave.address, slave.model) == ("rs485", 20, "diris-b30")
    assert slave.loads[0].usage == "process"
    assert plant.buses["rs485"].bits == 11


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("buses:", "busses:", "busses: no such field; write one of version, seed"),
        ("baudrate: 9600", "baudrat: 9600", "baudrat: no such field; write one of pty, listen"),
        ("baudrate: 9600", "baudrate: 9601", "buses.rs485.baudrate: input should be 1200, 2400"),
        ("  rs485:", "  rs422:", "digiware|rs485"),
        ("address: 20", "address: 248", "slaves[0].address: input should be less than or equal"),
        ("address: 20", "adress: 20", "slaves[0].adress: no such field; write one of bus, address"),
        ("usage: process", "usage: lightning", "slaves[0].loads[0].usage: input should be 'gen"),
        ("type: 3P-3CT", "type: 4P", "'3P+N-3CT' or '3P+N-4CT', not '4P'"),
        ("nominal: 40", "inom: 40", "slaves[0].loads[0].inom: no such field; write one of number"),
        ("model: diris-b30", "model: diris-b31", "write one of"),
        ("number: 1", "number: 5", "DIRIS B-30 has 4 at most, not 5"),
        ("bus: rs485", "bus: digiware", "slave 20: bus digiware is not among the buses"),
        ("slaves:", "slaves: [", "while parsing"),
    ],
)
def test_a_typo_is_refused_in_one_line(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert said in refusal(tmp_path / "plant.yaml", GOOD.replace(right, wrong))


def test_slaves_may_share_an_address_but_no_net_id(tmp_path: Path) -> None:
    slave = GOOD[GOOD.index("  - bus") :]
    path = tmp_path / "a.yaml"
    path.write_text(GOOD + slave)
    assert [slave.address for slave in load_plant(path).slaves] == [20, 20]
    known = slave.replace("address: 20", "address: 20\n    net_id: 0x1A2B0003")
    assert "net_id 0x1A2B0003 is used twice" in refusal(path, GOOD + known + known)


def test_a_load_used_twice_is_refused(tmp_path: Path) -> None:
    load = "      - {number: 1}\n"
    assert "load 1 is used twice" in refusal(tmp_path / "b.yaml", GOOD + load)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load_plant(tmp_path / "none.yaml")


def test_the_demo_shows_the_manuals_example_and_every_model_on_both_buses() -> None:
    plant = load_plant(CONFIG / "demo-plant.yaml")
    slaves = {slave.address: slave for slave in plant.slaves}
    assert [slaves[n].model for n in (3, 4, 5)] == ["digiware-u30", "digiware-i30", "digiware-i30"]
    assert [load.type for load in slaves[4].loads] == ["3P+N-4CT"]
    assert [load.type for load in slaves[5].loads] == ["1P+N-1CT"] * 3
    assert any(s.model == "digiware-i35" and s.loads[0].name == "PC1-2-3" for s in plant.slaves)
    assert len(next(s for s in plant.slaves if s.model == "diris-b30").loads) == 4
    assert {s.bus for s in plant.slaves} == {"digiware", "rs485"}
    shown = {s.model for s in plant.slaves}
    assert {"countis-e24", "countis-e44", "diris-a14", "diris-a10"} <= shown
    assert shown <= set(Catalogue.load().models)
    assert len({s.net_id for s in plant.slaves if s.net_id}) == sum(
        bool(s.net_id) for s in plant.slaves
    )


def test_the_full_plant_is_the_largest_that_a_gateway_takes() -> None:
    plant = load_plant(CONFIG / "full-plant.yaml")
    assert len(plant.slaves) == 32
    assert sum(len(slave.loads) for slave in plant.slaves) == 192
    assert {name: bus.baudrate for name, bus in plant.buses.items()} == {
        "digiware": 38400,
        "rs485": 38400,
    }
