"""The tables of the groups at and ip (RFC 1213): neighbours, addresses and routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from digigate.services.snmp.ber import Oid, integer, object_id
from digigate.services.snmp.mib2.addresses import Address
from digigate.services.snmp.mib2.elements import address, counter, octets
from digigate.services.snmp.mib2.host import HostWatch, Network
from digigate.services.snmp.mib2.looks import each_look
from digigate.services.snmp.mib2.proc import Neighbour, Route
from digigate.services.snmp.objects import Listing, Scalars
from digigate.services.snmp.tree import Table

T = TypeVar("T")

AT: Oid = (1, 3, 6, 1, 2, 1, 3)
IP: Oid = (1, 3, 6, 1, 2, 1, 4)
BY_ARP, BY_HAND = 3, 4  # ipNetToMediaType
DIRECT, INDIRECT = 3, 4  # ipRouteType
LOCAL, ICMP = 2, 4  # ipRouteProto
REASSEMBLED_MAX = 65535
UNUSED = integer(-1)
NOTHING = object_id((0, 0))


@dataclass(frozen=True, slots=True)
class At(Generic[T]):
    """Something with the number of its interface."""

    interface: int
    what: T


def ip(watch: HostWatch) -> tuple[Table, ...]:
    """All of them."""
    return (
        Listing((*AT, 1, 1), AT_COLUMNS, each_look(watch, _translated)),
        Listing((*IP, 20, 1), ADDRESS_COLUMNS, each_look(watch, _addresses)),
        Listing((*IP, 21, 1), ROUTE_COLUMNS, each_look(watch, _routes)),
        Listing((*IP, 22, 1), MEDIA_COLUMNS, each_look(watch, _neighbours)),
        Scalars({(*IP, 23): lambda: counter(0)}),  # Linux discards no valid route
    )


def _neighbours(network: Network) -> Mapping[Oid, At[Neighbour]]:
    found = (At(network.index(each.device), each) for each in network.neighbours)
    return {(each.interface, *each.what.address): each for each in found if each.interface}


def _translated(network: Network) -> Mapping[Oid, At[Neighbour]]:
    """The same, as the older table counts them: 1 = the address is one of IP."""
    return {(row[0], 1, *row[1:]): each for row, each in _neighbours(network).items()}


def _addresses(network: Network) -> Mapping[Oid, Address]:
    return {tuple(each.address): each for each in network.addresses}


def _routes(network: Network) -> Mapping[Oid, At[Route]]:
    """One for each destination, as the table wants it: of several that which is preferred."""
    ranked = sorted(network.routes, key=lambda route: (route.metric, -_length(route.mask)))
    found: dict[Oid, At[Route]] = {}
    for route in ranked:
        at = At(network.index(route.device), route)
        if at.interface:
            found.setdefault(tuple(route.destination), at)
    return found


def _length(mask: bytes) -> int:
    return int.from_bytes(mask, "big").bit_count()


AT_COLUMNS = {
    1: lambda n: integer(n.interface),
    2: lambda n: octets(n.what.mac),
    3: lambda n: address(n.what.address),
}
MEDIA_COLUMNS = {
    **AT_COLUMNS,
    4: lambda n: integer(BY_HAND if n.what.permanent else BY_ARP),
}
ADDRESS_COLUMNS = {
    1: lambda a: address(a.address),
    2: lambda a: integer(a.interface),
    3: lambda a: address(a.mask),
    4: lambda a: integer(a.broadcast[-1] & 1 if a.broadcast else 0),
    5: lambda _: integer(REASSEMBLED_MAX),
}
ROUTE_COLUMNS = {
    1: lambda r: address(r.what.destination),
    2: lambda r: integer(r.interface),
    3: lambda r: integer(r.what.metric),
    **dict.fromkeys((4, 5, 6, 12), lambda _: UNUSED),  # further metrics
    7: lambda r: address(r.what.gateway),
    8: lambda r: integer(INDIRECT if any(r.what.gateway) else DIRECT),
    9: lambda r: integer(ICMP if r.what.redirected else LOCAL),
    11: lambda r: address(r.what.mask),
    13: lambda _: NOTHING,
}
"""Without the age, which the kernel does not tell."""
