"""ifTable (RFC 1213) and ifXTable (RFC 2863)."""

from collections.abc import Callable, Mapping

from digigate.services.snmp.ber import Oid, integer, object_id, text
from digigate.services.snmp.mib2.elements import counter, counter64, gauge, octets, ticks
from digigate.services.snmp.mib2.host import HostWatch, Network
from digigate.services.snmp.mib2.links import PROMISCUOUS, Interface
from digigate.services.snmp.mib2.looks import each_look
from digigate.services.snmp.objects import Listing, Scalars
from digigate.services.snmp.tree import Table

INTERFACES: Oid = (1, 3, 6, 1, 2, 1, 2)
IF_MIB: Oid = (1, 3, 6, 1, 2, 1, 31, 1)
OTHER, ETHERNET = 1, 6
TYPES = {1: ETHERNET, 512: 23, 768: 131, 769: 131, 772: 24, 776: 131, 778: 131, 801: 71}
"""ARPHRD -> IANAifType: Ethernet, PPP, tunnels, loopback, radio."""
STATES = {"up": 1, "down": 2, "testing": 3, "dormant": 5, "notpresent": 6, "lowerlayerdown": 7}
UP, DOWN, UNKNOWN = 1, 2, 4
TRUE, FALSE = 1, 2
NOTHING = object_id((0, 0))
MEGABIT = 1_000_000

Cell = Callable[[Interface], bytes]


def interfaces(watch: HostWatch) -> tuple[Table, ...]:
    """Both tables and their scalars."""
    entries = each_look(watch, _entries)
    return (
        Scalars(
            {
                (*INTERFACES, 1): lambda: integer(len(watch.network.interfaces)),
                (*IF_MIB, 5): lambda: ticks(watch.changed),
            }
        ),
        Listing((*INTERFACES, 2, 1), _columns(watch), entries),
        Listing((*IF_MIB, 1, 1), EXTENDED, entries),
    )


def _entries(network: Network) -> Mapping[Oid, Interface]:
    return {(each.index,): each for each in network.interfaces}


def _columns(watch: HostWatch) -> Mapping[int, Cell]:
    return {
        1: lambda i: integer(i.index),
        2: lambda i: text(i.name),
        3: lambda i: integer(_type(i)),
        4: lambda i: integer(i.mtu),
        5: lambda i: gauge(i.speed * MEGABIT),
        6: lambda i: octets(i.mac),
        7: lambda i: integer(UP if i.enabled else DOWN),
        8: lambda i: integer(_state(i)),
        9: lambda i: ticks(watch.changes.get(i.index, 0)),
        10: _counted("in.bytes"),
        11: lambda i: counter(_received(i)),
        12: _counted("in.multicast"),
        13: _counted("in.drop"),
        14: _counted("in.errs"),
        15: _uncounted,
        16: _counted("out.bytes"),
        17: _counted("out.packets"),
        18: _uncounted,
        19: _counted("out.drop"),
        20: _counted("out.errs"),
        21: lambda _: gauge(0),
        22: lambda _: NOTHING,
    }


def _counted(name: str, form: Callable[[int], bytes] = counter) -> Cell:
    return lambda i: form(i.traffic.get(name, 0))


def _uncounted(_: Interface) -> bytes:
    """What no Linux counts."""
    return counter(0)


def _uncounted64(_: Interface) -> bytes:
    return counter64(0)


def _type(interface: Interface) -> int:
    return TYPES.get(interface.kind, OTHER)


def _state(interface: Interface) -> int:
    return UP if interface.works else STATES.get(interface.state, UNKNOWN)


def _received(interface: Interface) -> int:
    """Packets to this machine alone: the kernel counts those to groups among all."""
    counts = interface.traffic
    return max(0, counts.get("in.packets", 0) - counts.get("in.multicast", 0))


EXTENDED: Mapping[int, Cell] = {
    1: lambda i: text(i.name),
    2: _counted("in.multicast"),
    3: _uncounted,
    4: _uncounted,
    5: _uncounted,
    6: _counted("in.bytes", counter64),
    7: lambda i: counter64(_received(i)),
    8: _counted("in.multicast", counter64),
    9: _uncounted64,
    10: _counted("out.bytes", counter64),
    11: _counted("out.packets", counter64),
    12: _uncounted64,
    13: _uncounted64,
    14: lambda _: integer(TRUE),  # enabled: linkUp and linkDown are told of every interface
    15: lambda i: gauge(i.speed),
    16: lambda i: integer(TRUE if i.flags & PROMISCUOUS else FALSE),
    17: lambda i: integer(TRUE if _type(i) == ETHERNET else FALSE),
    18: lambda i: text(i.alias),
    19: lambda _: ticks(0),
}
