"""Settings changed at a running gateway, and a plant that does not fit them."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from running import Gateway, Technician, eventually, free_demo, start_run
from running.gateway import ROOT

SETTINGS = """\
# The box in the cellar
gateway:
  site: Cellar  # as on the plan
modbus_tcp:
  port: 0
web:
  https_port: 0
  http_port: null
snmp:
  port: 0
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("settings")
    (path / "settings.yaml").write_text(SETTINGS)
    return path


@pytest.fixture(scope="module")
def technician(home: Path) -> Iterator[Technician]:
    with start_run(home / "state", home / "settings.yaml") as gateway:
        yield Technician(gateway)


def meters(count: int, bus: str = "rs485", loads: int = 0) -> str:
    """A topology file of `count` devices."""
    devices = [
        {
            "address": address,
            "bus": bus,
            "model": "digiware-i60",
            "loads": [{"number": number} for number in range(1, loads + 1)],
        }
        for address in range(2, 2 + count)
    ]
    return yaml.safe_dump({"devices": devices})


def reasons(gateway: Gateway, name: str) -> list[str]:
    conditions: list[dict[str, Any]] = gateway.order("status")["conditions"]
    return [c["reason"] for c in conditions if c["name"] == name]


def test_a_field_is_shown_with_what_it_may_be(technician: Technician) -> None:
    shown = technician.does("settings", "show", "gateway.site")
    assert "gateway.site  Cellar" in shown
    assert "one line of at most 32 characters" in shown
    assert len(technician.does("settings", "show").splitlines()) > 40


def test_a_change_acts_at_once_and_is_written_with_care(technician: Technician, home: Path) -> None:
    file = home / "settings.yaml"
    said = technician.does("settings", "set", "gateway.site", "Attic")
    assert said.splitlines() == ["gateway.site: Cellar -> Attic", f"written to {file}"]
    assert file.read_text() == SETTINGS.replace("Cellar  #", "Attic  #")
    assert file.with_name("settings.yaml.previous").read_text() == SETTINGS
    technician.does("settings", "set", "rtu_tcp.port", "0")
    technician.does("settings", "set", "rtu_tcp.enabled", "true")
    eventually(lambda: technician.gateway.order("ports").get("rtu_tcp"), what="RTU over TCP")
    technician.does("settings", "reset", "rtu_tcp")
    eventually(lambda: "rtu_tcp" not in technician.gateway.order("ports"), what="its end")
    assert yaml.safe_load(file.read_text())["gateway"] == {"site": "Attic"}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("gateway.address", "300", "gateway.address: 300 is not allowed; write a whole number"),
        ("gateway.sight", "x", "did you mean gateway.site"),
        ("web", "x", "web is a section; name one of its fields"),
    ],
)
def test_a_wrong_value_is_refused_as_in_the_file(
    technician: Technician, path: str, value: str, said: str
) -> None:
    assert said in technician.is_refused("settings", "set", path, value)


def test_what_takes_a_restart_says_so(technician: Technician) -> None:
    said = technician.does("settings", "set", "gateway.model", "M-50")
    assert "gateway.model acts after a restart of the gateway" in said
    assert technician.gateway.get("/api/v1/gateway")["model"] == "M-70"
    technician.does("settings", "reset", "gateway.model")


def test_a_file_read_anew_on_sighup_still_acts(technician: Technician, home: Path) -> None:
    file = home / "settings.yaml"
    file.write_text(file.read_text().replace("site:", "server: cellar\n  site:"))
    technician.gateway.process.send_signal(signal.SIGHUP)

    def reread() -> bool:
        return "cellar" in technician.does("settings", "show", "gateway.server")

    eventually(reread, what="the new name")


@pytest.mark.manual(35)
def test_at_9600_bauds_the_11th_device_on_rs485_is_refused(technician: Technician) -> None:
    technician.does("settings", "set", "buses.rs485.baudrate", "9600")
    technician.does("topology", "import", "-", "--yes", given=meters(10))
    said = technician.is_refused("topology", "add", "B-30", "40")
    assert "11 devices on RS485 at 9600 Bd; at most 10 are possible" in said
    technician.does("topology", "add", "I-35", "40")  # the Digiware bus is not concerned
    assert "11 devices" in technician.is_refused(
        "topology", "import", "-", "--yes", given=meters(11)
    )


@pytest.mark.manual(36)
@pytest.mark.parametrize("speed", ["38400", "57600", "115200"])
def test_from_38400_bauds_on_rs485_takes_32_devices(technician: Technician, speed: str) -> None:
    technician.does("settings", "set", "buses.rs485.baudrate", speed)
    technician.does("topology", "import", "-", "--yes", given=meters(31))
    technician.does("topology", "add", "B-30", "40", "--bus", "rs485")
    said = technician.is_refused("settings", "set", "buses.rs485.baudrate", "9600")
    assert "32 devices on RS485 at 9600 Bd; at most 10 are possible below 38400 Bd" in said
    assert "32 devices, the most" in technician.is_refused("topology", "add", "B-30", "41")


def test_an_output_takes_no_devices(technician: Technician) -> None:
    technician.does("topology", "import", "-", "--yes", given=meters(3))
    said = technician.is_refused("settings", "set", "buses.rs485.role", "slave")
    assert "3 devices on RS485, but the port's role is slave" in said
    technician.does("topology", "import", "-", "--yes", given="devices: []")
    technician.does("settings", "set", "buses.rs485.role", "slave")
    said = technician.is_refused("topology", "add", "B-30", "40")
    assert "1 device on RS485, but the port's role is slave" in said
    technician.does("settings", "reset", "buses.rs485.role")


@pytest.mark.manual(7)
def test_192_loads_are_accepted_and_one_more_is_refused(technician: Technician) -> None:
    technician.does("topology", "import", "-", "--yes", given=meters(31, "digiware", 6))
    technician.does("topology", "add", "I-60", "40")
    assert "32 devices, 192 loads" in technician.does("topology", "show")
    technician.does("topology", "remove", "40")
    technician.does("topology", "add", "I-60", "40", "--loads", "1,2,3,4,5")
    technician.does("topology", "remove", "2")
    technician.does("topology", "add", "I-60", "2")
    over = yaml.safe_load(technician.does("topology", "export"))
    over["devices"][-2]["loads"] += [{"number": 6}, {"number": 7}]
    said = technician.is_refused("topology", "import", "-", "--yes", given=yaml.safe_dump(over))
    assert "193 loads; at most 192 are possible" in said


def test_a_kept_plan_that_fits_no_more_stops_nothing(home: Path) -> None:
    state, settings = home / "unfit", home / "unfit.yaml"
    settings.write_text(SETTINGS + "buses: {rs485: {baudrate: 9600}}\n")
    state.mkdir()
    devices = yaml.safe_load(meters(11))["devices"]
    devices[0] |= {"model": "diris-z9", "loads": [{"number": 1}]}
    devices[1] |= {"loads": [{"number": 7}]}
    devices[2] |= {"address": 1}
    (state / "topology.yaml").write_text(yaml.safe_dump({"devices": devices}))
    with start_run(state, settings) as gateway:
        said = reasons(gateway, "topology.unfit")
        assert len(said) == 4
        assert any("device 2: unknown model 'diris-z9'" in reason for reason in said)
        assert any("device 3: DIRIS Digiware I-60 has 6 loads" in reason for reason in said)
        assert any("device 1: 1 is the gateway's own address" in reason for reason in said)
        assert any("11 devices on RS485 at 9600 Bd" in reason for reason in said)
        assert len(gateway.get("/api/v1/devices")["devices"]) == 11
        technician = Technician(gateway)
        assert "problem: device 2: unknown model" in technician.does("topology", "show")
        technician.does("topology", "remove", "2")
        technician.does("topology", "readdress", "1", "50")
        assert len(reasons(gateway, "topology.unfit")) == 1


def test_what_is_set_in_a_demo_outlives_a_restart(home: Path) -> None:
    with free_demo(home / "demo") as gateway:
        said = Technician(gateway).does("settings", "set", "gateway.site", "Kept")
        assert f"written to {home / 'demo' / 'settings.yaml'}" in said
        gateway.stop()
    with free_demo(home / "demo") as gateway:
        assert gateway.get("/api/v1/gateway")["site"] == "Kept"


@pytest.mark.manual(6)
def test_32_devices_are_polled_without_loss_and_the_33rd_is_refused(home: Path) -> None:
    with free_demo(home / "full", plant=ROOT / "config" / "full-plant.yaml") as gateway:

        def all_online() -> bool:
            devices = gateway.get("/api/v1/devices")["devices"]
            return [d["state"] for d in devices] == ["online"] * 32

        eventually(all_online, what="32 devices online")
        said = Technician(gateway).is_refused("topology", "add", "I-35", "200")
        assert "there are 32 devices, the most that this gateway can have (§6.2)" in said
        devices = gateway.get("/api/v1/devices")["devices"]
        lost = [d["address"] for d in devices if d["age"] is None or d["age"] > 60]
        assert lost == []
        assert [d["address"] for d in devices if not d["counters"]["answered"]] == []
