"""The agent as managers see it: Debian's tools, and a client that somebody else wrote."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket

import pytest
from gufo.snmp.sync import SnmpSession
from gufo.snmp.user import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    BaseAuthKey,
    BasePrivKey,
    DesKey,
    Md5Key,
    Sha1Key,
    Sha256Key,
    Sha512Key,
    User,
)
from gufo.snmp.version import SnmpVersion

from running import Gateway, eventually, free_demo

pytestmark = [pytest.mark.peer("snmpget"), pytest.mark.peer("snmpset")]

READ_PASSWORD, WRITE_PASSWORD = "maplesyrup", "sixteen letters!"
V1_READ, V1_WRITE = ("-v1", "-cpublic"), ("-v1", "-cprivate")
V2_READ, V2_WRITE = ("-v2c", "-cpublicV2"), ("-v2c", "-cprivateV2")
DESCRIPTION, CONTACT, ENGINE_BOOTS = (
    "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.4.0", "1.3.6.1.6.3.10.2.1.2.0",
)  # fmt: skip
INSTANTANEOUS = "1.3.6.1.4.1.4555.10.20.20.1"
LOADS = "1.3.6.1.4.1.4555.10.10.30"
"""A table in which nothing comes or goes between two walks."""
AUTH = {"md5": "MD5", "sha": "SHA", "sha256": "SHA-256", "sha512": "SHA-512"}
PRIVACY = {"des": "DES", "aes": "AES", "aes192": "AES-192", "aes256": "AES-256"}
THEIR_AUTH: dict[str, type[BaseAuthKey]] = {
    "md5": Md5Key, "sha": Sha1Key, "sha256": Sha256Key, "sha512": Sha512Key,
}  # fmt: skip
THEIR_PRIVACY: dict[str, type[BasePrivKey]] = {
    "des": DesKey, "aes": Aes128Key, "aes192": Aes192Key, "aes256": Aes256Key,
}  # fmt: skip
BAD = 200
PAIRS = (
    ("none", "none"),
    *product(AUTH, ("none", "des", "aes")),
    ("sha", "aes192"),
    ("sha", "aes256"),
    ("sha256", "aes256"),
)


def user(
    name: str = "reader", password: str = READ_PASSWORD, auth: str = "sha", privacy: str = "aes"
) -> tuple[str, ...]:
    """How Debian's tools are told who asks."""
    who: tuple[str, ...] = ("-v3", f"-u{name}", "-lnoAuthNoPriv")
    if auth != "none":
        who = (*who[:2], "-lauthNoPriv", f"-a{AUTH[auth]}", f"-A{password}")
    if privacy != "none":
        who = (*who[:2], "-lauthPriv", *who[3:], f"-x{PRIVACY[privacy]}", f"-X{password}")
    return who


V3_READ, V3_WRITE = user(), user("writer", WRITE_PASSWORD)


class Manager:
    """Whoever asks the gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def asked(self, tool: str, who: Sequence[str], *words: str) -> str:
        """What the tool says."""
        place = f"127.0.0.1:{self.gateway.ports()['snmp']}"
        command = [tool, "-m", "", "-t2", "-r1", "-On", *who, place, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout + done.stderr

    def walk(self, tool: str, who: Sequence[str], root: str) -> list[str]:
        """The names that it shows, in order; the tools themselves want them rising."""
        told = self.asked(tool, who, root)
        assert "not increasing" not in told
        return [line.split(" = ")[0] for line in told.splitlines() if line.startswith(".1.3")]

    def set(self, **values: object) -> None:
        """Settings of the section `snmp`."""
        for name, value in values.items():
            self.gateway.order("settings.set", path=f"snmp.{name}", value=value)

    def service(self) -> str:
        """How the agent is."""
        services = self.gateway.order("status")["services"]
        return next(str(each["state"]) for each in services if each["name"] == "snmp")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("agent")


@pytest.fixture(scope="module")
def manager(home: Path) -> Iterator[Manager]:
    with free_demo(home / "state") as gateway:
        manager = Manager(gateway)
        manager.set(v3_read_password=READ_PASSWORD, v3_write_password=WRITE_PASSWORD)
        _served(manager, V3_WRITE)
        eventually(lambda: len(_measured(manager)) > 500, what="most measurements read")
        yield manager


def _measured(manager: Manager) -> list[str]:
    return manager.walk("snmpbulkwalk", V2_READ, INSTANTANEOUS)


def _described(manager: Manager, who: Sequence[str]) -> str:
    return manager.asked("snmpget", who, DESCRIPTION)


def _served(manager: Manager, who: Sequence[str]) -> None:
    """Wait until this one is answered: settings act within a moment."""
    eventually(lambda: "STRING" in _described(manager, who), what=f"an answer to {who}")


@pytest.mark.manual(173, 174, 189, 190)
def test_all_versions_are_served_at_once_with_the_factorys_communities(manager: Manager) -> None:
    for who in (V1_READ, V1_WRITE, V2_READ, V2_WRITE, V3_READ, V3_WRITE):
        assert 'STRING: "SOCOMEC DIRIS DIGIWARE M-70' in _described(manager, who)
    for who in (("-v1", "-cpublicV2"), ("-v2c", "-cpublic"), ("-v2c", "-cwrong")):
        assert "Timeout" in _described(manager, (*who, "-r0", "-t0.3"))


@pytest.mark.manual(175)
def test_every_walk_reaches_the_end_of_the_tree_in_order(manager: Manager) -> None:
    """The tables of counters of 64 bits are what version 1 does not see."""
    assert len(manager.walk("snmpbulkwalk", (*V2_READ, "-Cr50"), "1.3")) > 2000
    assert len(manager.walk("snmpbulkwalk", (*V3_READ, "-Cr50"), "1.3")) > 2000
    by_one = manager.walk("snmpwalk", V2_READ, LOADS)
    assert by_one == manager.walk("snmpwalk", V1_READ, LOADS)
    assert by_one == manager.walk("snmpbulkwalk", (*V3_READ, "-Cr10"), LOADS)
    wide = manager.walk("snmpwalk", V2_READ, "1.3.6.1.2.1.31")
    narrow = manager.walk("snmpwalk", V1_READ, "1.3.6.1.2.1.31")
    assert set(narrow) < set(wide)
    told = manager.asked("snmpgetnext", V2_READ, LOADS)
    assert told.split(" = ")[0] == by_one[0]


@pytest.mark.manual(176)
@pytest.mark.parametrize("who", [V2_READ, V3_READ], ids=["v2c", "v3"])
def test_a_bulk_of_50_has_50(manager: Manager, who: tuple[str, ...]) -> None:
    told = manager.asked("snmpbulkget", (*who, "-Cn0", "-Cr50"), "1.3.6.1.4.1.4555.10.20.20")
    assert told.count(" = ") == 50
    assert manager.asked("snmpbulkget", (*who, "-Cn0", "-Cr0"), INSTANTANEOUS) == ""
    many = [f"1.3.6.1.2.1.{n}" for n in range(1, 71)]
    assert manager.asked("snmpbulkget", (*who, "-Cn70"), *many).count(" = ") == 70


@pytest.mark.manual(192, 195)
def test_who_may_only_read_cannot_set(manager: Manager) -> None:
    for place, who in enumerate((V1_WRITE, V2_WRITE, V3_WRITE)):
        assert f'"team {place}"' in manager.asked("snmpset", who, CONTACT, "s", f"team {place}")
        assert f'"team {place}"' in manager.asked("snmpget", V2_READ, CONTACT)
    for who, reason in (
        (V1_READ, "noSuchName"),
        (V2_READ, "noAccess"),
        (V3_READ, "noAccess"),
    ):
        assert reason in manager.asked("snmpset", who, CONTACT, "s", "nobody")
    assert '"team 2"' in manager.asked("snmpget", V2_READ, CONTACT)
    crossed = manager.asked("snmpset", user("writer", READ_PASSWORD), CONTACT, "s", "nobody")
    assert "Authentication failure" in crossed


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (user(password="wrong password"), "Authentication failure"),
        (user("nobody"), "Unknown user name"),
        (user(privacy="none"), "Unsupported security level"),
        (user(auth="none", privacy="none"), "Unsupported security level"),
        ((*user()[:-1], "-Xwrong password"), "Decryption error"),
        ((*user(), "-e0x8000000001020304"), "Unknown engine ID"),
        ((*user(), "-nelsewhere"), "Bad context specified"),
    ],
)
def test_a_stranger_hears_why_he_is_not_served(
    manager: Manager, who: tuple[str, ...], reason: str
) -> None:
    assert reason in _described(manager, who)


@pytest.mark.manual(193, 194)
def test_every_pair_of_protocols_serves_two_clients(manager: Manager) -> None:
    try:
        for auth, privacy in PAIRS:
            manager.set(v3_auth=auth, v3_privacy=privacy)
            _served(manager, (*user(auth=auth, privacy=privacy), "-r0", "-t1"))
            assert _by_gufo(manager, auth, privacy).startswith(b"SOCOMEC DIRIS")
    finally:
        manager.set(v3_auth="sha", v3_privacy="aes")
        _served(manager, V3_READ)


def _by_gufo(manager: Manager, auth: str, privacy: str) -> bytes:
    password = READ_PASSWORD.encode()
    who = User(
        "reader",
        auth_key=None if auth == "none" else THEIR_AUTH[auth](password),
        priv_key=None if privacy == "none" else THEIR_PRIVACY[privacy](password),
    )
    with _session(manager, version=SnmpVersion.v3, user=who) as session:
        value = session.get(DESCRIPTION)
    assert isinstance(value, bytes)
    return value


def _session(manager: Manager, **how: object) -> SnmpSession:
    port = manager.gateway.ports()["snmp"]
    return SnmpSession(addr="127.0.0.1", port=port, timeout=5.0, **how)  # type: ignore[arg-type]


def test_another_client_walks_as_well(manager: Manager) -> None:
    expected = [name[1:] for name in manager.walk("snmpbulkwalk", V2_READ, LOADS)]
    assert len(expected) > 50
    with _session(manager, community="publicV2", version=SnmpVersion.v2c) as session:
        assert [name for name, _ in session.getbulk(LOADS)] == expected
    with _session(manager, community="public", version=SnmpVersion.v1) as session:
        assert [name for name, _ in session.getnext(LOADS)] == expected


def test_many_bad_datagrams_are_a_few_lines_in_the_log(manager: Manager) -> None:
    place = ("127.0.0.1", manager.gateway.ports()["snmp"])
    before = manager.gateway.log.read_text().count("message not served")
    with closing(socket(AF_INET, SOCK_DGRAM)) as sender:
        for number in range(BAD):
            sender.sendto(bytes((0x30, number % 256)), place)
            sender.sendto(bytes(5000), place)
    assert "STRING" in _described(manager, V2_READ)
    assert manager.gateway.log.read_text().count("message not served") - before <= 2
    malformed = manager.asked("snmpget", V2_READ, "1.3.6.1.2.1.11.6.0")
    assert int(malformed.split()[-1]) >= BAD


@pytest.mark.manual(197)
def test_the_agent_listens_on_161_and_traps_go_to_162(manager: Manager) -> None:
    shown = {
        field["path"]: field["default"]
        for field in manager.gateway.order("settings", path="snmp")["fields"]
    }
    assert [shown[f"snmp.{name}"] for name in ("port", "traps.port_1", "traps.port_2")] == [
        161, 162, 162,
    ]  # fmt: skip
    manager.set(host="127.0.0.161", port=161)
    asked = ["snmpget", "-m", "", "-t1", "-r0", *V2_READ, "127.0.0.161", DESCRIPTION]
    try:
        eventually(
            lambda: subprocess.run(asked, capture_output=True, check=False).returncode == 0,
            what="an answer at port 161",
        )
    finally:
        manager.set(host="127.0.0.1", port=0)
        _served(manager, V2_READ)


def test_a_taken_port_stops_snmp_alone(manager: Manager) -> None:
    with closing(socket(AF_INET, SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        manager.set(port=taken.getsockname()[1])
        eventually(lambda: manager.service() == "failed", what="snmp to fail")
        conditions = manager.gateway.order("status")["conditions"]
        assert [c["subject"] for c in conditions if c["name"] == "service.failed"] == ["snmp"]
        assert manager.gateway.get("/api/v1/gateway")
    eventually(lambda: manager.service() == "ready", what="snmp to find its port free")
    manager.set(port=0)
    _served(manager, V2_READ)


@pytest.mark.manual(208)
def test_the_policy_closes_the_port(manager: Manager) -> None:
    port = manager.gateway.ports()["snmp"]
    asked = ["snmpget", "-m", "", "-t0.3", "-r0", *V2_READ, f"127.0.0.1:{port}", DESCRIPTION]
    assert subprocess.run(asked, capture_output=True, check=False).returncode == 0
    manager.gateway.order("settings.set", path="policy.snmp", value=False)
    try:
        eventually(lambda: manager.service() == "off", what="snmp to be off")
        assert subprocess.run(asked, capture_output=True, check=False).returncode == 1
        assert "snmp" not in manager.gateway.ports()
        services = manager.gateway.order("status")["services"]
        states = {each["name"]: each["state"] for each in services}
        assert states["snmp_traps"] == "off"
    finally:
        manager.gateway.order("settings.set", path="policy.snmp", value=True)
        eventually(lambda: manager.service() == "ready", what="snmp to be on again")
    assert "STRING" in _described(manager, V3_READ)


def test_boots_grow_and_managers_follow(manager: Manager) -> None:
    before = manager.asked("snmpget", V3_READ, ENGINE_BOOTS)
    manager.gateway.order("gateway.reboot")
    eventually(
        lambda: (
            manager.asked("snmpget", V3_READ, ENGINE_BOOTS).startswith(f".{ENGINE_BOOTS}")
            and manager.asked("snmpget", V3_READ, ENGINE_BOOTS) != before
        ),
        what="an answer after the restart",
    )
    after = manager.asked("snmpget", V3_READ, ENGINE_BOOTS)
    assert int(after.split()[-1]) == int(before.split()[-1]) + 1
