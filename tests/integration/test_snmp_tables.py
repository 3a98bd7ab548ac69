"""What a manager with Debian's tools and our MIB sees of a plant."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from running import Gateway, eventually, free_demo

pytestmark = pytest.mark.peer("snmpbulkwalk")

ROOT = Path(__file__).resolve().parents[2]
MIB = ROOT / "mibs" / "SOCOMEC-DIRIS-PRODUCTS-MIB.txt"
BASE = ROOT / "src" / "webui" / "node_modules" / "net-snmp" / "lib" / "mibs"
PRODUCTS = "1.3.6.1.4.1.4555.10"
INSTANT = f"{PRODUCTS}.20.20.1"
I1, I2, THD_I1 = (f"{INSTANT}.{service}" for service in (10000, 10001, 15000))
I1_REGISTER = 18458
NO_INSTANCE = "No Such Instance currently exists at this OID"
NAMES = ("gatewayModel.0", "deviceName.4", "instCurrentI1.4.1", "energyEaPosTotal.4.1")


class Manager:
    """Debian's tools at a gateway's door."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def get(self, *oids: str) -> list[str]:
        """The values alone."""
        return self.run("snmpget", "-m", "", "-Oqv", at=oids)

    def walk(self, oid: str) -> dict[str, str]:
        """All values below an OID, which the tool checks to be rising."""
        lines = self.run("snmpbulkwalk", "-m", "", "-Onq", "-Cr50", at=(oid,))
        return dict(line.removeprefix(".").split(" ", 1) for line in lines if " " in line)

    def loads(self, column: str) -> set[str]:
        """The instances of a column."""
        return {oid.removeprefix(f"{column}.") for oid in self.walk(column)}

    def configured(self) -> set[str]:
        """Address and number of every load, as the pages know them."""
        devices = self.gateway.get("/api/v1/devices")["devices"]
        return {f"{d['address']}.{load['number']}" for d in devices for load in d["loads"]}

    def run(self, *command: str, at: tuple[str, ...]) -> list[str]:
        """The lines that a tool prints; it must end well."""
        place = f"127.0.0.1:{self.gateway.ports()['snmp']}"
        whole = [*command, "-t", "5", "-r", "2", "-v2c", "-cpublicV2", place, *at]
        environment = {**os.environ, "MIBDIRS": str(BASE)}
        done = subprocess.run(
            whole, env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stderr == ""
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    with free_demo(tmp_path_factory.mktemp("tables") / "state") as gateway:
        manager = Manager(gateway)
        eventually(lambda: manager.loads(I1) == manager.configured(), what="values of every load")
        yield manager


@pytest.mark.manual(200)
@pytest.mark.manual(201)
def test_the_currents_are_those_of_the_slave(manager: Manager) -> None:
    def told_alike() -> bool:
        words = manager.gateway.mbpoll(4, I1_REGISTER, 4)
        first, second = (high << 16 | low for high, low in (words[:2], words[2:]))
        return manager.get(f"{I1}.4.1", f"{I2}.4.1") == [str(first), str(second)]

    eventually(told_alike, what="the same of I1 and I2 by Modbus and SNMP")


@pytest.mark.manual(202)
def test_three_single_phase_loads_have_three_values(manager: Manager) -> None:
    def values() -> set[str]:
        return set(manager.get(*(f"{I1}.5.{load}" for load in (1, 2, 3)))) - {"0", NO_INSTANCE}

    eventually(lambda: len(values()) == 3, what="three values")


@pytest.mark.manual(203)
def test_an_address_without_a_load_is_0(manager: Manager) -> None:
    assert manager.get(f"{I2}.5", f"{I2}.99", f"{I2}.5.4") == ["0", NO_INSTANCE, NO_INSTANCE]


@pytest.mark.manual(204)
def test_what_is_not_measured_is_0(manager: Manager) -> None:
    asked = (f"{THD_I1}.4.1", f"{I2}.5.1")
    eventually(lambda: manager.get(*asked) == ["0", "0"], what="zeros")


@pytest.mark.manual(199)
def test_the_branch_has_every_device_and_load(manager: Manager) -> None:
    devices = manager.gateway.get("/api/v1/devices")["devices"]
    names = manager.walk(f"{PRODUCTS}.10.20.1.3")
    assert list(names.values()) == [f'"{device["name"]}"' for device in devices]
    assert manager.loads(f"{PRODUCTS}.10.30.1.3") == manager.configured()
    eventually(lambda: manager.loads(I1) == manager.configured(), what="a current of every load")


def test_every_value_is_of_the_type_that_the_mib_says(manager: Manager) -> None:
    def lines() -> list[str]:
        return manager.run("snmpbulkwalk", "-m", str(MIB), "-OS", "-Cr50", at=(PRODUCTS,))

    assert [line for line in lines() if "Wrong Type" in line or "enterprises" in line] == []
    wanted = {f"{MIB.stem}::{name}" for name in NAMES}
    eventually(lambda: wanted <= {line.split(" = ")[0] for line in lines()}, what="by their names")


def test_tables_are_tables_to_net_snmp(manager: Manager) -> None:
    table = f"{MIB.stem}::deviceTable"
    lines = manager.run("snmptable", "-m", str(MIB), "-Ci", "-Cf", "|", at=(table,))
    heads, *rows = (line.strip().split("|") for line in lines if "|" in line)
    found = [dict(zip(heads, row, strict=True)) for row in rows]
    assert {row["deviceCommState"] for row in found} == {"ok"}
    assert found[0]["index"] == "3"
    assert found[0]["deviceType"] == "DIRIS Digiware U-30"


@pytest.mark.manual(205)
def test_the_tables_follow_the_topology(manager: Manager) -> None:
    revision = f"{PRODUCTS}.10.1.7.0"
    (before,) = manager.get(revision)
    assert "24.1" in manager.loads(f"{PRODUCTS}.10.30.1.3")
    manager.gateway.order("topology.remove", address=24)
    assert manager.get(f"{I1}.24.1") == [NO_INSTANCE]
    assert "24.1" not in manager.loads(I1) | manager.loads(f"{PRODUCTS}.10.30.1.3")
    manager.gateway.order("topology.add", address=24, model="diris-a10", name="Paint shop")
    eventually(lambda: "24.1" in manager.loads(I1), what="the device that was added")
    assert manager.get(revision) == [str(int(before) + 2)]
