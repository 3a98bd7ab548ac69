"""MIB-II over a machine that a test has made up: every OID with its type and value."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyasn1.codec.ber import decoder

from digigate.services.snmp import ber
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.mib2 import HostWatch, tables
from digigate.services.snmp.mib2.addresses import Address
from digigate.services.snmp.mib2.host import Network
from digigate.services.snmp.mib2.links import Interface
from digigate.services.snmp.mib2.proc import Neighbour, Route, Socket
from digigate.settings.sections import Settings

MIB2 = (1, 3, 6, 1, 2, 1)
HERE, THERE, ANY = bytes((192, 0, 2, 2)), bytes((192, 0, 2, 1)), bytes(4)
FAST = {"in.bytes": 2**32 + 5, "in.packets": 100, "in.multicast": 7, "out.packets": 9}
NETWORK = Network(
    interfaces=(
        Interface(1, "lo", 772, 65536, 0, b"", 0x9, "unknown", True, "", {}),
        Interface(
            4, "eth0", 1, 1500, 10_000, b"\2\xfc\0\0\0\1", 0x1103, "up", True, "Zähler", FAST
        ),
        Interface(9, "tun0", 65534, 1400, 0, b"", 0x90, "down", False, "", {}),
    ),
    addresses=(Address(HERE, 4, 24, bytes((192, 0, 2, 255))),),
    neighbours=(
        Neighbour(THERE, b"\2\xfc\0\0\0\5", "eth0", permanent=True),
        Neighbour(HERE, b"\2\xfc\0\0\0\6", "gone0", permanent=False),
    ),
    routes=(
        Route(ANY, ANY, THERE, "eth0", 100, redirected=False),
        Route(ANY, ANY, HERE, "eth0", 50, redirected=False),
        Route(bytes((192, 0, 2, 0)), b"\xff\xff\xff\0", ANY, "eth0", 0, redirected=True),
    ),
    counters={
        "Ip": {"Forwarding": 2, "InReceives": 2**40 + 3},
        "Tcp": {"MaxConn": -1, "CurrEstab": 4, "OutRsts": 6},
    },
    tcp=(Socket(HERE, 161, THERE, 4000, 1), Socket(ANY, 22, ANY, 0, 10)),
    udp=(Socket(ANY, 161, ANY, 0, 7),),
)


@pytest.fixture
def forest() -> Forest:
    names = SimpleNamespace(contact="Anaïs", location="Halle 3")
    settings = cast("Settings", SimpleNamespace(gateway=Settings().gateway, snmp=names))
    watch = HostWatch(lambda: 1234)
    watch.take(NETWORK)
    return Forest(tables(watch, lambda: settings, lambda: 1234))


def _value(forest: Forest, *arcs: int) -> tuple[int, Any]:
    """Tag and value, as pyasn1 understands them."""
    element = forest.get(ber.pack((*MIB2, *arcs)))
    universal = {ber.COUNTER32, ber.GAUGE32, ber.TIMETICKS, ber.COUNTER64}
    if element[0] in universal:
        return element[0], int(decoder.decode(b"\x02" + element[1:])[0])
    if element[0] == ber.IP_ADDRESS:
        return element[0], element[2:]
    if element[1] == 0:
        return element[0], b""
    value = decoder.decode(element)[0]
    if element[0] == ber.OBJECT_ID:
        return element[0], tuple(value)
    return element[0], int(value) if element[0] == ber.INTEGER else bytes(value)


INTEGER, STRING, OID = ber.INTEGER, ber.OCTETS, ber.OBJECT_ID
COUNTER, GAUGE, TICKS = ber.COUNTER32, ber.GAUGE32, ber.TIMETICKS


@pytest.mark.parametrize(
    ("arcs", "tag", "value"),
    [
        ((1, 2, 0), OID, (1, 3, 6, 1, 4, 1, 4555, 10, 1, 70)),
        ((1, 3, 0), TICKS, 1234),
        ((1, 4, 0), STRING, "Anaïs".encode()),
        ((1, 5, 0), STRING, b"digigate"),
        ((1, 6, 0), STRING, b"Halle 3"),
        ((1, 7, 0), INTEGER, 72),
        ((1, 9, 1, 2, 9), OID, (1, 3, 6, 1, 4, 1, 4555)),
        ((2, 1, 0), INTEGER, 3),
        ((2, 2, 1, 2, 4), STRING, b"eth0"),
        ((2, 2, 1, 3, 1), INTEGER, 24),
        ((2, 2, 1, 3, 9), INTEGER, 1),
        ((2, 2, 1, 5, 4), GAUGE, 2**32 - 1),
        ((2, 2, 1, 6, 4), STRING, b"\2\xfc\0\0\0\1"),
        ((2, 2, 1, 6, 1), STRING, b""),
        ((2, 2, 1, 7, 9), INTEGER, 2),
        ((2, 2, 1, 8, 1), INTEGER, 1),
        ((2, 2, 1, 8, 9), INTEGER, 2),
        ((2, 2, 1, 10, 4), COUNTER, 5),
        ((2, 2, 1, 11, 4), COUNTER, 93),
        ((2, 2, 1, 12, 4), COUNTER, 7),
        ((2, 2, 1, 22, 4), OID, (0, 0)),
        ((31, 1, 1, 1, 6, 4), ber.COUNTER64, 2**32 + 5),
        ((31, 1, 1, 1, 15, 4), GAUGE, 10_000),
        ((31, 1, 1, 1, 16, 4), INTEGER, 1),
        ((31, 1, 1, 1, 17, 1), INTEGER, 2),
        ((31, 1, 1, 1, 18, 4), STRING, "Zähler".encode()),
        ((3, 1, 1, 2, 4, 1, *THERE), STRING, b"\2\xfc\0\0\0\5"),
        ((4, 1, 0), INTEGER, 2),
        ((4, 3, 0), COUNTER, 3),
        ((4, 20, 1, 3, *HERE), ber.IP_ADDRESS, b"\xff\xff\xff\0"),
        ((4, 20, 1, 4, *HERE), INTEGER, 1),
        ((4, 21, 1, 7, 0, 0, 0, 0), ber.IP_ADDRESS, HERE),
        ((4, 21, 1, 3, 0, 0, 0, 0), INTEGER, 50),
        ((4, 21, 1, 8, 0, 0, 0, 0), INTEGER, 4),
        ((4, 21, 1, 9, 192, 0, 2, 0), INTEGER, 4),
        ((4, 21, 1, 12, 192, 0, 2, 0), INTEGER, -1),
        ((4, 22, 1, 4, 4, *THERE), INTEGER, 4),
        ((4, 23, 0), COUNTER, 0),
        ((6, 4, 0), INTEGER, -1),
        ((6, 9, 0), GAUGE, 4),
        ((6, 15, 0), COUNTER, 6),
        ((6, 13, 1, 1, *HERE, 161, *THERE, 4000), INTEGER, 5),
        ((6, 13, 1, 1, *ANY, 22, *ANY, 0), INTEGER, 2),
        ((7, 5, 1, 2, *ANY, 161), INTEGER, 161),
    ],
)
def test_each_object_has_its_type_and_value(
    forest: Forest, arcs: tuple[int, ...], tag: int, value: object
) -> None:
    assert _value(forest, *arcs) == (tag, value)


@pytest.mark.parametrize(
    "arcs",
    [
        (5, 1, 0),  # this kernel does not count it
        (6, 14, 0),
        (2, 2, 1, 1, 2),
        (4, 22, 1, 1, 0, *HERE),  # its interface has gone
    ],
)
def test_what_the_machine_does_not_have_has_no_instance(
    forest: Forest, arcs: tuple[int, ...]
) -> None:
    assert forest.get(ber.pack((*MIB2, *arcs))) == ber.NO_SUCH_INSTANCE


def test_a_walk_rises_and_ends(forest: Forest) -> None:
    names = [ber.unpack(name) for name, _ in forest.walk(ber.pack(MIB2))]
    assert names == sorted(set(names))
    assert len(names) > 150


def test_another_look_shows_at_once_and_an_equal_one_keeps_the_rows() -> None:
    watch = HostWatch(lambda: 0)
    watch.take(NETWORK)
    shown = {table.columns[0]: table for table in tables(watch, Settings, lambda: 0)}
    connections = shown[*MIB2, 6, 13, 1, 1]
    before = connections.rows()
    watch.take(Network(tcp=tuple(reversed(NETWORK.tcp))))
    assert connections.rows() is before
    watch.take(Network())
    assert connections.rows() == ()
