"""tcpConnTable and udpTable (RFC 1213): the first of this machine's IPv4 connections."""

from collections.abc import Mapping

from digigate.services.snmp.ber import Oid, integer
from digigate.services.snmp.mib2.elements import address
from digigate.services.snmp.mib2.host import HostWatch, Network
from digigate.services.snmp.mib2.looks import each_look
from digigate.services.snmp.mib2.proc import Socket
from digigate.services.snmp.objects import Listing
from digigate.services.snmp.tree import Table

TCP_CONNECTION: Oid = (1, 3, 6, 1, 2, 1, 6, 13, 1)
UDP_LISTENER: Oid = (1, 3, 6, 1, 2, 1, 7, 5, 1)
CLOSED = 1
STATES = {1: 5, 2: 3, 3: 4, 4: 6, 5: 7, 6: 11, 7: CLOSED, 8: 8, 9: 9, 10: 2, 11: 10, 12: 4}
"""The kernel's states of TCP -> tcpConnState; it keeps what is half open in two of them."""


def transport(watch: HostWatch) -> tuple[Table, ...]:
    """Both tables."""
    return (
        Listing(TCP_CONNECTION, TCP_COLUMNS, each_look(watch, _connections)),
        Listing(UDP_LISTENER, UDP_COLUMNS, each_look(watch, _listeners)),
    )


def _connections(network: Network) -> Mapping[Oid, Socket]:
    return {(*s.local, s.port, *s.remote, s.remote_port): s for s in network.tcp}


def _listeners(network: Network) -> Mapping[Oid, Socket]:
    return {(*s.local, s.port): s for s in network.udp}


TCP_COLUMNS = {
    1: lambda s: integer(STATES.get(s.state, CLOSED)),
    2: lambda s: address(s.local),
    3: lambda s: integer(s.port),
    4: lambda s: address(s.remote),
    5: lambda s: integer(s.remote_port),
}
UDP_COLUMNS = {
    1: lambda s: address(s.local),
    2: lambda s: integer(s.port),
}
