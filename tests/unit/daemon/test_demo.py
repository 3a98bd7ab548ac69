"""How a demo is started: what is drawn from the plant file."""

from pathlib import Path

import pytest

from digigate.daemon import demo_start
from digigate.daemon.start import kept_topology
from digigate.errors import SettingsError
from digigate.settings import TopologyFile, editing
from digigate.settings.sections import Addressing, Gateway, Settings
from digigate.state import StateDirectory

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "config" / "demo-plant.yaml"
FULL = ROOT / "config" / "full-plant.yaml"


def test_a_state_directory_may_be_given_relative_to_where_we_are() -> None:
    start = demo_start(Path(".demo"), DEMO, None, free_ports=False)
    assert start.settings.buses.digiware.port == str(Path.cwd() / ".demo/plant/digiware.tty")
    assert start.settings.buses.rs485.addressing is Addressing.PRIVATE


def test_the_topology_is_the_plants() -> None:
    start = demo_start(Path("s"), DEMO, None, free_ports=False)
    assert start.topology is not None
    devices = {device.address: device for device in start.topology.devices}
    assert (devices[3].model, devices[4].model) == ("digiware-u30", "digiware-i30")
    assert [load.number for load in devices[5].loads] == [1, 2, 3]
    assert "PC1-2-3" in {load.name for device in devices.values() for load in device.loads}


def test_the_full_plant_has_32_slaves_and_192_circuits() -> None:
    start = demo_start(Path("s"), FULL, None, free_ports=False)
    assert start.topology is not None
    assert len(start.topology.devices) == 32
    assert sum(len(device.loads) for device in start.topology.devices) == 192


def test_ports_are_free_for_everybody_or_any_or_those_of_the_settings() -> None:
    demo = demo_start(Path("s"), DEMO, None, free_ports=False).settings
    assert (demo.modbus_tcp.port, demo.web.https_port, demo.web.http_port) == (5020, 8443, None)
    assert demo.snmp.port == 1161
    free = demo_start(Path("s"), DEMO, None, free_ports=True).settings
    assert free.snmp.port == 0
    assert (free.modbus_tcp.port, free.web.https_port, free.web.http_port) == (0, 0, None)
    own = Settings(gateway=Gateway(site="Plant 7"))
    given = demo_start(Path("s"), DEMO, own, free_ports=False).settings
    assert (given.modbus_tcp.port, given.gateway.site) == (502, "Plant 7")


def test_a_wrong_plant_file_is_refused(tmp_path: Path) -> None:
    plant = tmp_path / "plant.yaml"
    plant.write_text("busses: {}\n")
    with pytest.raises(SettingsError, match="busses"):
        demo_start(tmp_path, plant, None, free_ports=True)


def test_edits_of_a_demo_outlive_a_restart_until_its_plant_changes(tmp_path: Path) -> None:
    plant = tmp_path / "plant.yaml"
    plant.write_text(DEMO.read_text())
    state = tmp_path / "state"
    with StateDirectory(state) as kept:
        first = kept_topology(kept, demo_start(state, plant, None, free_ports=True))
        edited = editing.edit(first, 6, name="Renamed")
        TopologyFile(kept.file("topology.yaml")).save(edited)
        assert kept_topology(kept, demo_start(state, plant, None, free_ports=True)) == edited
        plant.write_text(DEMO.read_text().replace("Server room", "Data room"))
        redrawn = kept_topology(kept, demo_start(state, plant, None, free_ports=True))
    device = redrawn.device(6)
    assert device is not None
    assert device.name == "Data room"


def test_a_plant_with_shared_addresses_begins_without_a_topology() -> None:
    start = demo_start(Path("s"), ROOT / "config" / "unaddressed-plant.yaml", None, free_ports=True)
    assert start.topology is not None
    assert start.topology.devices == ()


def test_a_plant_of_33_slaves_is_refused_in_words(tmp_path: Path) -> None:
    plant = tmp_path / "plant.yaml"
    slaves = [
        f"  - {{bus: digiware, address: {address}, model: digiware-u30, net_id: {address}}}"
        for address in range(2, 35)
    ]
    plant.write_text("\n".join(("version: 1", "buses: {digiware: {}}", "slaves:", *slaves)))
    with pytest.raises(SettingsError, match="33 devices; at most 32"):
        demo_start(tmp_path, plant, None, free_ports=True)
