"""What managers hear of the gateway: Debian's snmptrapd listens."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from digigate.errors import Refused
from digigate.services.snmp.telling.channel import broadcast_addresses
from running import Gateway, eventually, free_demo
from running.trapd import Manager, snmptrapd

pytestmark = pytest.mark.peer("snmptrapd")

ENTERPRISE = ".1.3.6.1.4.1.4555.10.90"
TEST, LOST, RESTORED, TOPOLOGY = (f"OID: {ENTERPRISE}.0.{number}" for number in (14, 11, 12, 13))
COLD, WARM, STRANGER = (f"OID: .1.3.6.1.6.3.1.1.5.{number}" for number in (1, 2, 5))
REVISION = ".1.3.6.1.4.1.4555.10.10.1.7.0"
DEVICE = ".1.3.6.1.4.1.4555.10.10.20.1"
ENGINE, PASSWORD = "800011cb05c0ffee00c0ffee", "sesame-open"
USERS = (("sha-aes", "SHA", "AES"), ("md5-des", "MD5", "DES"), ("sha512", "SHA-512", ""))
PRODUCT = "OID: .1.3.6.1.4.1.4555.10.1.70"


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    access = ["authCommunity log public", "authCommunity log plant7"]
    for name, auth, privacy in USERS:
        secrets = f"{name} {auth} {PASSWORD}" + (f" {privacy} {PASSWORD}" if privacy else "")
        access += [f"createUser -e 0x{ENGINE} {secrets}", f"createUser {secrets}"]
        access.append(f"authUser log {name} {'priv' if privacy else 'auth'}")
    hosts = ("127.0.0.1", "127.0.0.1", "0.0.0.0")
    with snmptrapd(tmp_path_factory.mktemp("trapd"), *hosts, extra="\n".join(access)) as manager:
        yield manager


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, manager: Manager) -> Iterator[Gateway]:
    state = tmp_path_factory.mktemp("traps") / "state"
    state.mkdir()
    traps = {"mode": "hosts", "host_1": "127.0.0.1", "port_1": manager.ports[0]}
    (state / "settings.yaml").write_text(json.dumps({"snmp": {"traps": traps}}))
    (state / "snmp.json").write_text(json.dumps({"engine_id": ENGINE, "boots": 6}))
    with free_demo(state) as gateway:
        yield gateway


def set_traps(gateway: Gateway, **fields: Any) -> None:
    for name, value in fields.items():
        gateway.order("settings.set", path=f"snmp.traps.{name}", value=value)


def outcomes(gateway: Gateway) -> dict[str, str]:
    return {t["target"]: t["outcome"] for t in gateway.order("snmp.test")["targets"]}


def state(gateway: Gateway) -> str:
    told: str = gateway.order("snmp")["services"]["snmp_traps"]["state"]
    return told


def test_a_start_is_told_of(gateway: Gateway, manager: Manager) -> None:
    told = manager.hears(COLD)
    assert "TRAP2, SNMP v2c, community public" in told
    assert f".1.3.6.1.6.3.1.1.4.3.0 = {PRODUCT}" in told
    with gateway.rebooting():
        gateway.order("gateway.reboot")
    manager.hears(WARM)
    assert gateway.order("snmp")["targets"]


def test_v1_shows_where_it_comes_from_and_what_it_is(gateway: Gateway, manager: Manager) -> None:
    set_traps(gateway, version="v1")
    assert set(outcomes(gateway).values()) == {"sent"}
    told = manager.hears("TRAP, SNMP v1, community public", 'STRING: "test asked for by owner"')
    assert f"agent=127.0.0.1 enterprise={ENTERPRISE} generic=6 specific=.14 " in told
    set_traps(gateway, version="v2c")


@pytest.mark.manual(191)
def test_the_community_is_the_one_of_the_settings(gateway: Gateway, manager: Manager) -> None:
    set_traps(gateway, community="plant7")
    for version, words in (("v1", "TRAP, SNMP v1"), ("v2c", "TRAP2, SNMP v2c")):
        set_traps(gateway, version=version)
        outcomes(gateway)
        manager.hears(f"{words}, community plant7")
    set_traps(gateway, community="public")


def test_informs_are_acknowledged(gateway: Gateway, manager: Manager) -> None:
    set_traps(gateway, inform=True)
    assert outcomes(gateway) == {f"127.0.0.1:{manager.ports[0]}": "acknowledged"}
    manager.hears("INFORM, SNMP v2c, community public", TEST)
    set_traps(gateway, inform=False)


@pytest.mark.parametrize(("name", "auth", "privacy"), USERS)
def test_v3_signs_and_seals_traps_and_informs(
    gateway: Gateway, manager: Manager, name: str, auth: str, privacy: str
) -> None:
    user = {
        "snmp.v3_auth": auth.lower().replace("-", ""),
        "snmp.v3_privacy": privacy.lower() or "none",
        "snmp.v3_read_user": name,
        "snmp.v3_read_password": PASSWORD,
        "snmp.traps.version": "v3",
    }
    gateway.order("settings.put", values=user)
    assert set(outcomes(gateway).values()) == {"sent"}
    manager.hears(f"TRAP2, SNMP v3, user {name}, context ", TEST)
    set_traps(gateway, inform=True)
    for _ in range(2):
        assert set(outcomes(gateway).values()) == {"acknowledged"}
        manager.hears(f"INFORM, SNMP v3, user {name}, context ", TEST)
    gateway.order("settings.put", values={"snmp.traps.version": "v2c", "snmp.traps.inform": False})


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("v3_read_user", "nobody", "does not know this user"),
        ("v3_read_password", "another-one", "another password"),
        ("v3_auth", "md5", "another password"),
    ],
)
def test_a_receiver_that_does_not_take_v3_says_why(
    gateway: Gateway, manager: Manager, field: str, value: str, why: str
) -> None:
    right = {"snmp.v3_auth": "sha", "snmp.v3_privacy": "aes", "snmp.v3_read_user": "sha-aes"}
    traps = {"snmp.traps.version": "v3", "snmp.traps.inform": True}
    wrong = {"snmp.v3_read_password": PASSWORD, f"snmp.{field}": value}
    gateway.order("settings.put", values=right | traps | wrong)
    (told,) = gateway.order("snmp.test")["targets"]
    assert told["outcome"] == "waiting"
    assert why in told["reason"]
    gateway.order("settings.put", values={"snmp.traps.version": "v2c", "snmp.traps.inform": False})


@pytest.mark.manual(187)
def test_two_hosts_each_with_its_port(gateway: Gateway, manager: Manager) -> None:
    first, second = manager.ports[:2]
    set_traps(gateway, host_2="localhost", port_2=second)
    assert outcomes(gateway) == {f"127.0.0.1:{first}": "sent", f"localhost:{second}": "sent"}
    told = {manager.hears(TEST).partition("->[127.0.0.1]:")[2].partition(" ")[0] for _ in "12"}
    assert {int(port) for port in told} == {first, second}
    set_traps(gateway, host_2="")


def test_a_dead_host_is_said_and_delays_nobody(gateway: Gateway, manager: Manager) -> None:
    set_traps(gateway, inform=True, host_2="no-such-host.invalid", port_2=9)
    told = gateway.order("snmp.test")["targets"]
    assert [each["outcome"] for each in told] == ["acknowledged", "waiting"]
    assert "has no address" in told[1]["reason"]
    conditions = gateway.order("status")["conditions"]
    assert [c["subject"] for c in conditions if c["name"] == "snmp.target"] == [
        "no-such-host.invalid:9"
    ]
    set_traps(gateway, inform=False, host_2="")
    conditions = gateway.order("status")["conditions"]
    assert [c for c in conditions if c["name"] == "snmp.target"] == []


def test_a_device_that_falls_silent_is_told_of(gateway: Gateway, manager: Manager) -> None:
    serial = gateway.get("/api/v1/devices/5")["serial"]
    gateway.plant("slave.off", address=5)
    try:
        told = manager.hears(LOST)
        assert f'{DEVICE}.4.5 = STRING: "{serial}"' in told
        assert f"{DEVICE}.7.5 = INTEGER: 2" in told
    finally:
        gateway.plant("slave.on", address=5)
    assert f"{DEVICE}.7.5 = INTEGER: 1" in manager.hears(RESTORED)


@pytest.mark.peer("snmpget")
def test_wrong_credentials_are_told_of_now_and_then(gateway: Gateway, manager: Manager) -> None:
    place = f"127.0.0.1:{gateway.ports()['snmp']}"
    for _ in range(3):
        command = [
            "snmpget",
            "-v2c",
            "-c",
            "guess",
            "-r",
            "0",
            "-t",
            "0.2",
            place,
            "1.3.6.1.2.1.1.1.0",
        ]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    assert f".1.3.6.1.6.3.1.1.4.3.0 = {PRODUCT}" in manager.hears(STRANGER)
    eventually(lambda: gateway.order("snmp")["suppressed"] == 2, what="two that were suppressed")


def test_another_topology_is_told_of(gateway: Gateway, manager: Manager) -> None:
    gateway.order("topology.add", address=77, model="diris-a40", bus="rs485")
    first = manager.hears(TOPOLOGY)
    gateway.order("topology.remove", address=77)
    second = manager.hears(TOPOLOGY)
    revisions = [
        int(told.partition(f"{REVISION} = Counter32: ")[2].split()[0]) for told in (first, second)
    ]
    assert revisions[1] == revisions[0] + 1


@pytest.mark.manual(188)
def test_no_notification_leaves_where_none_is_wanted(gateway: Gateway, manager: Manager) -> None:
    for path, off, on in (("snmp.traps.mode", "off", "hosts"), ("policy.snmp", False, True)):
        gateway.order("settings.set", path=path, value=off)
        eventually(lambda: state(gateway) == "off", what="nobody to tell")
        before = len(manager.lines())
        gateway.order("topology.add", address=77, model="diris-a40", bus="rs485")
        with pytest.raises(Refused, match="nobody is told anything"):
            gateway.order("snmp.test")
        gateway.order("topology.remove", address=77)
        gateway.order("settings.set", path=path, value=on)
        outcomes(gateway)
        manager.hears(TEST)
        assert [line for line in manager.lines()[before:] if TEST not in line] == []


@pytest.mark.manual(186)
def test_a_whole_network_is_told(gateway: Gateway, manager: Manager) -> None:
    networks = broadcast_addresses()
    if not networks:
        pytest.skip("this machine is in no network")
    port = manager.ports[2]
    set_traps(gateway, mode="broadcast", port_1=port)
    assert outcomes(gateway) == {f"{each}:{port}": "sent" for each in networks}
    for _ in networks:
        manager.hears("TRAP2, SNMP v2c", TEST)
    set_traps(gateway, mode="hosts", port_1=manager.ports[0])
    outcomes(gateway)
    manager.hears(TEST)


def test_the_command_line_tells_whom_and_tries(gateway: Gateway, manager: Manager) -> None:
    target = f"127.0.0.1:{manager.ports[0]}"
    assert digigate(gateway, "test") == (0, f"{target}: sent\n")
    code, text = digigate(gateway, "status")
    assert code == 0
    assert "snmp_traps: ready" in text
    assert f"\n{target}  " in text
    set_traps(gateway, mode="off")
    code, text = digigate(gateway, "test")
    assert code == 1
    assert "nobody is told anything" in text
    set_traps(gateway, mode="hosts")


def digigate(gateway: Gateway, action: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "digigate.cli", "snmp", action, "--state", str(gateway.state)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_the_page_s_reader_may_try_it_by_the_api(gateway: Gateway) -> None:
    assert gateway.status_of("/api/v1/commands") == 200
    named = {c["name"]: c["profiles"] for c in gateway.get("/api/v1/commands")["commands"]}
    assert named["snmp.test"] == ["admin", "cyber"]
