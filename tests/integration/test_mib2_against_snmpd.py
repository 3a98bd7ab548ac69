"""MIB-II beside Debian's snmpd, which tells of the same machine: the same instances, types, values.

What is counted may grow between a look before snmpd's and one after it; nothing else may differ but
what is listed here with its reason.
"""

import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest
from pyasn1.codec.ber import decoder

from digigate.services.snmp import ber
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.mib2 import HostWatch, host, tables
from digigate.settings.sections import Settings
from running import eventually

pytestmark = [pytest.mark.peer("snmpd"), pytest.mark.peer("snmpbulkwalk")]

GROUPS = ("1.3.6.1.2.1.2", "1.3.6.1.2.1.3", "1.3.6.1.2.1.4", "1.3.6.1.2.1.5", "1.3.6.1.2.1.31")
SCALARS = ("1.3.6.1.2.1.6", "1.3.6.1.2.1.7")
IF, IF_X, IP = "1.3.6.1.2.1.2.2.1.", "1.3.6.1.2.1.31.1.1.1.", "1.3.6.1.2.1.4."
NEWER = (
    *tuple(f"{IP}{arc}." for arc in (24, 25, 26, 31, 32, 33, 34, 35, 36, 37)),
    "1.3.6.1.2.1.5.29.",
    "1.3.6.1.2.1.5.30.",
)
"""Tables that came after RFC 1213 and that only snmpd has."""
ONLY_OURS = (
    f"{IP}20.1.5.",  # ipAdEntReasmMaxSize
    *(f"{IP}21.1.{arc}." for arc in (4, 5, 6, 12)),  # metrics that are not used
    f"{IF_X}14.",  # ifLinkUpDownTrapEnable
)
OTHERWISE = (
    f"{IF}5.1",  # snmpd says that loopback makes 10 Mbit/s
    *(f"{IF}11.", f"{IF_X}7."),  # snmpd begins to count them when it starts
    f"{IP}21.1.3.",  # snmpd gives a route through a gateway a metric of its own
)
TAGS = {
    "INTEGER": ber.INTEGER,
    "Hex-STRING": ber.OCTETS,
    "STRING": ber.OCTETS,
    "OID": ber.OBJECT_ID,
    "IpAddress": ber.IP_ADDRESS,
    "Counter32": ber.COUNTER32,
    "Gauge32": ber.GAUGE32,
    "Timeticks": ber.TIMETICKS,
    "Counter64": ber.COUNTER64,
}
GROWING = {ber.COUNTER32, ber.COUNTER64, ber.GAUGE32}

Walked = Mapping[str, tuple[int, object]]


@pytest.fixture(scope="module")
def sockets() -> Iterator[list[str]]:
    """Sockets that both must show: the OIDs of their states and ports."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = stack.enter_context(socket.create_connection(listening.getsockname()))
        stack.enter_context(listening.accept()[0])
        bound = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        bound.bind(("127.0.0.1", 0))
        here, there = client.getsockname()[1], listening.getsockname()[1]
        yield [
            f"1.3.6.1.2.1.6.13.1.1.127.0.0.1.{there}.0.0.0.0.0",
            f"1.3.6.1.2.1.6.13.1.1.127.0.0.1.{here}.127.0.0.1.{there}",
            f"1.3.6.1.2.1.7.5.1.2.127.0.0.1.{bound.getsockname()[1]}",
        ]


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's agent at a free port."""
    home = tmp_path_factory.mktemp("snmpd")
    with socket.socket(type=socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    (home / "snmpd.conf").write_text(f"agentAddress udp:{place}\nrocommunity public\n")
    command = ["snmpd", "-f", "-Lf", str(home / "log"), "-C", "-c", str(home / "snmpd.conf")]
    environment = {"SNMP_PERSISTENT_DIR": str(home), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    with subprocess.Popen([*command, "-m", ""], env=environment) as process:
        try:
            eventually(lambda: _walk(place, "1.3.6.1.2.1.1.5"), what="an answer of snmpd")
            yield place
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def walks(request: pytest.FixtureRequest, sockets: list[str]) -> tuple[Walked, Walked, Walked]:
    """Ours, then snmpd's, which reads when it starts, then ours again."""
    before = _ours()
    place: str = request.getfixturevalue("snmpd")
    theirs: dict[str, tuple[int, object]] = {}
    for group in (*GROUPS, *SCALARS):
        theirs |= _walk(place, group)
    return before, theirs, _ours()


def _ours() -> Walked:
    watch = HostWatch(lambda: 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(host, "SOCKETS_MAX", 100_000)  # a busy machine has many
        watch.take(host.look())
    forest = Forest(tables(watch, Settings, lambda: 0))
    found = forest.walk(ber.pack((1, 3, 6, 1, 2, 1, 1, 99)))
    return {".".join(map(str, ber.unpack(oid))): _read(value) for oid, value in found}


def _read(element: bytes) -> tuple[int, object]:
    tag, content = element[0], element[2:]
    if tag in {ber.OCTETS, ber.IP_ADDRESS}:
        return tag, content
    if tag == ber.OBJECT_ID:
        return tag, ".".join(map(str, decoder.decode(element)[0]))
    return tag, int.from_bytes(content, "big", signed=True)


def _walk(place: str, group: str) -> Walked:
    command = ["snmpbulkwalk", "-v2c", "-cpublic", "-m", "", "-Onxt", "-t", "5", place, group]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    lines = (line for line in done.stdout.replace("\n ", " ").splitlines() if " = " in line)
    return {line.partition(" = ")[0][1:]: _told(line.partition(" = ")[2]) for line in lines}


def _told(text: str) -> tuple[int, object]:
    kind, _, value = text.partition(": ")
    if text == '""':
        return ber.OCTETS, b""
    if kind == "Timeticks" or text.strip('"').isdigit():
        return ber.TIMETICKS, int(value or text)
    if kind == "Hex-STRING":
        return ber.OCTETS, bytes.fromhex(value)
    if kind == "IpAddress":
        return ber.IP_ADDRESS, socket.inet_aton(value)
    return TAGS[kind], value.removeprefix(".") if kind == "OID" else int(value)


def _shared(walked: Walked, unlike: tuple[str, ...]) -> dict[str, tuple[int, object]]:
    """Without what only one has, and without the tables of sockets, which come and go."""
    moving = (*(f"1.3.6.1.2.1.6.{arc}." for arc in (13, 19, 20)), "1.3.6.1.2.1.7.5.")
    unlike += (*moving, "1.3.6.1.2.1.7.7.")
    return {oid: v for oid, v in walked.items() if not oid.startswith(unlike)}


def test_both_have_the_same_instances(walks: tuple[Walked, Walked, Walked]) -> None:
    ours, theirs, _ = walks
    assert set(_shared(ours, ONLY_OURS)) == set(_shared(theirs, NEWER))


def test_their_types_are_the_same(walks: tuple[Walked, Walked, Walked]) -> None:
    ours, theirs, _ = walks
    unlike = {oid for oid in ours.keys() & theirs.keys() if ours[oid][0] != theirs[oid][0]}
    assert unlike == set()


def test_values_are_the_same_but_for_what_grows(walks: tuple[Walked, Walked, Walked]) -> None:
    before, theirs, after = (_shared(walked, OTHERWISE) for walked in walks)
    unlike = {
        oid: (before[oid], theirs[oid], after[oid])
        for oid in before.keys() & theirs.keys() & after.keys()
        if not _between(before[oid], theirs[oid], after[oid])
    }
    assert unlike == {}


def _between(
    before: tuple[int, object], told: tuple[int, object], after: tuple[int, object]
) -> bool:
    if told in {before, after}:
        return True
    low, value, high = before[1], told[1], after[1]
    if told[0] not in GROWING or not isinstance(low, int) or not isinstance(value, int):
        return False
    grown = isinstance(high, int) and low <= value <= high
    return grown or told[0] == ber.GAUGE32


def test_both_show_the_sockets_of_this_test(
    walks: tuple[Walked, Walked, Walked], sockets: list[str]
) -> None:
    _, theirs, ours = walks
    listening, connected, bound = sockets
    for walked in (ours, theirs):
        assert walked[listening] == (ber.INTEGER, 2)
        assert walked[connected] == (ber.INTEGER, 5)
        assert walked[bound] == (ber.INTEGER, int(bound.rpartition(".")[2]))
