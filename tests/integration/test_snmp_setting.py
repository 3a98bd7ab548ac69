"""What a manager sets with Debian's tools arrives in slaves and gateway, or not at all."""

import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from running import Gateway, eventually, free_demo

pytestmark = [pytest.mark.peer("snmpset"), pytest.mark.peer("snmpget")]

SWITCH, METER = 10, 6
PLANT = {
    "version": 1,
    "seed": 1,
    "utc_offset": 0,
    "integration_period": 600,
    "network": {"voltage": 230, "frequency": 50},
    "buses": {
        "digiware": {"baudrate": 38400, "turnaround": 0.004, "jitter": 0.002},
        "rs485": {"baudrate": 38400, "turnaround": 0.004, "jitter": 0.002},
    },
    "slaves": [
        {
            "bus": "rs485", "address": METER, "model": "diris-b30", "name": "Server room",
            "serial": "24232030009", "net_id": 1,
            "loads": [
                {"number": 1, "name": "PC", "type": "3P+N-4CT", "nominal": 32, "usage": "it"}
            ],
        },
        {
            "bus": "digiware", "address": SWITCH, "model": "digiware-io10", "name": "Contacts",
            "serial": "24232030010", "net_id": 2,
        },
    ],
}  # fmt: skip
SYSTEM = "1.3.6.1.2.1.1"
CONTACT, NAME, LOCATION = (f"{SYSTEM}.{arc}.0" for arc in (4, 5, 6))
OUTPUT = f"1.3.6.1.4.1.4555.10.30.30.1.3.{SWITCH}"
PARTIAL = f"1.3.6.1.4.1.4555.10.50.20.1.5.{METER}.1"
READ, WRITE = ("-v2c", "-cpublicV2"), ("-v2c", "-cprivateV2")


class Manager:
    """Debian's tools at a gateway's door."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def get(self, *oids: str, who: tuple[str, ...] = READ) -> list[str]:
        """The values alone, one a line."""
        return self._asked("snmpget", who, oids).splitlines()

    def walk(self, oid: str, who: tuple[str, ...] = READ) -> list[str]:
        """Each OID with its value."""
        return self._asked("snmpbulkwalk", who, (oid,), "-On").splitlines()

    def set(self, *wanted: tuple[str, str, str | int], who: tuple[str, ...] = WRITE) -> str:
        """What the tool says."""
        words = [str(word) for each in wanted for word in each]
        return self._asked("snmpset", who, words)

    def _asked(self, tool: str, who: tuple[str, ...], words: Any, form: str = "-Onqv") -> str:
        place = f"127.0.0.1:{self.gateway.ports()['snmp']}"
        command = [tool, "-t", "5", "-r", "2", "-m", "", form, *who, place, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    home = tmp_path_factory.mktemp("setting")
    plant = home / "plant.yaml"
    plant.write_text(yaml.safe_dump(PLANT))
    with free_demo(home / "state", plant=plant) as gateway:
        eventually(lambda: _all_online(gateway), what="every slave online")
        manager = Manager(gateway)
        eventually(lambda: manager.get(f"{OUTPUT}.1") == ["0"], what="the outputs, read")
        yield manager


def _all_online(gateway: Gateway) -> bool:
    devices = gateway.get("/api/v1/devices")["devices"]
    return all(device["state"] == "online" for device in devices)


def _outputs(manager: Manager) -> list[int]:
    """Those that are on, as the simulator knows."""
    outputs: list[int] = manager.gateway.plant("io", slave=SWITCH)["outputs"]
    return outputs


@pytest.mark.manual(177)
def test_an_output_is_set_before_the_answer_and_readers_set_nothing(manager: Manager) -> None:
    assert manager.set((f"{OUTPUT}.2", "i", 1)) == "1\n"
    assert _outputs(manager) == [2]
    assert manager.get(f"{OUTPUT}.1", f"{OUTPUT}.2") == ["0", "1"]
    for who in (READ, ("-v1", "-cpublic")):
        assert "Error in packet" in manager.set((f"{OUTPUT}.2", "i", 0), who=who)
    assert _outputs(manager) == [2]
    assert manager.set((f"{OUTPUT}.2", "i", 0), who=("-v1", "-cprivate")) == "0\n"
    assert _outputs(manager) == []


@pytest.mark.manual(192)
def test_read_communities_only_read_and_write_communities_do_both(manager: Manager) -> None:
    for who, error in ((READ, "noAccess"), (("-v1", "-cpublic"), "noSuchName")):
        assert error in manager.set((LOCATION, "s", "nowhere"), who=who)
    for number, who in enumerate((WRITE, ("-v1", "-cprivate"))):
        place = f"Hall {number}"
        assert manager.set((LOCATION, "s", place), who=who) == f'"{place}"\n'
        assert manager.get(LOCATION, who=who) == [f'"{place}"']
    stranger = manager.set((LOCATION, "s", "nowhere"), who=("-v2c", "-cprivate", "-r0", "-t1"))
    assert "Timeout" in stranger
    assert manager.get(LOCATION) == ['"Hall 1"']


@pytest.mark.manual(198)
def test_mib_2_is_there(manager: Manager) -> None:
    assert "DIRIS DIGIWARE M-70" in manager.get(f"{SYSTEM}.1.0")[0]
    assert manager.get(f"{SYSTEM}.2.0", f"{SYSTEM}.7.0") == [".1.3.6.1.4.1.4555.10.1.70", "72"]
    names = [line for line in manager.walk("1.3.6.1.2.1.2.2.1.2") if 'STRING: "lo"' in line]
    assert len(names) == 1
    groups = {line.split(".")[7] for line in manager.walk("1.3.6.1.2.1")}
    assert groups >= {"1", "2", "4", "5", "6", "7", "11", "31"}


def test_names_are_the_gateways_own_and_outlast_a_restart(manager: Manager) -> None:
    gateway = manager.gateway
    manager.set((NAME, "s", "gw-north"), (CONTACT, "s", "Anaïs, 4829"))
    for path, text in {"gateway.server": "gw-north", "snmp.contact": "Anaïs, 4829"}.items():
        assert gateway.order("settings", path=path)["fields"][0]["value"] == text
    gateway.order("settings.set", path="snmp.contact", value="Zoe")
    names = ['"gw-north"', '"Zoe"']
    assert manager.get(NAME, CONTACT) == names
    with gateway.rebooting():
        gateway.order("gateway.reboot")
    eventually(lambda: manager.get(NAME, CONTACT) == names, what="the same names")
    eventually(lambda: manager.get(f"{OUTPUT}.1") == ["0"], what="the outputs, read")


def test_another_name_closes_no_door(manager: Manager) -> None:
    ask = bytes.fromhex("000100000006ff03c3500004")  # unit 255, four registers from 50000
    place = ("127.0.0.1", manager.gateway.ports()["modbus_tcp"])
    with socket.create_connection(place, timeout=20) as client:
        for name in ("gw-south", "gw-east"):
            assert manager.set((NAME, "s", name)) == f'"{name}"\n'
            client.sendall(ask)
            assert client.recv(260)[7:9] == b"\x03\x08"


def test_all_is_set_or_nothing(manager: Manager) -> None:
    before = manager.get(NAME)
    said = manager.set((NAME, "s", "half"), (f"{OUTPUT}.1", "i", 1), (f"{OUTPUT}.3", "i", 1))
    assert "noCreation" in said
    assert f"Failed object: .{OUTPUT}.3" in said
    assert (manager.get(NAME), _outputs(manager)) == (before, [])


def test_a_partial_energy_begins_anew(manager: Manager) -> None:
    def partial() -> float | None:
        place = f"/api/v1/devices/{METER}/readings?load=1"
        wanted = ("energy.active.import", "partial")
        found = manager.gateway.get(place)["readings"]
        live = [each for each in found if each["quality"] == "live"]
        return next((e["value"] for e in live if (e["quantity"], e["statistic"]) == wanted), None)

    before = eventually(partial, what="a partial energy")
    assert manager.get(PARTIAL) == ["0"]
    assert manager.set((PARTIAL, "i", 1)) == "1\n"
    eventually(lambda: partial() not in {None, before}, what="another partial energy")
    assert (partial() or 0) < before


def test_the_audit_log_tells_who_has_set_what(manager: Manager) -> None:
    manager.set((f"{OUTPUT}.1", "i", 0))
    lines = manager.gateway.order("audit", count=50)
    told = [line for line in lines if line["what"] == "configure.set"]
    assert told[0]["client"] == "127.0.0.1"
    assert told[0]["who"] == "SNMP v2c read/write community"


def test_the_policy_closes_the_door(manager: Manager) -> None:
    manager.gateway.order("settings.set", path="policy.snmp", value=False)
    try:
        assert "Timeout" in manager.get(NAME, who=(*READ, "-r0", "-t1"))[0]
    finally:
        manager.gateway.order("settings.set", path="policy.snmp", value=True)
