"""Which MAC address a neighbour has, asked of the kernel.

Only who is on the same link has one: a client behind a router, on loopback or behind Docker's
bridge does not, and no rule with a MAC matches it.
"""

import ipaddress
import socket
import struct
from collections.abc import Callable

from digigate.netlink import attributes, dump

FRESH = 0.5  # seconds that an answer of the kernel is good for: a neighbour may just have come
NEIGHBOUR = struct.Struct("=BxxxiHBB")  # ndmsg: family, interface, state, flags, type
RTM_NEWNEIGH, RTM_GETNEIGH = 28, 30
DST, LLADDR = 1, 2
UNANSWERED = 0x20 | 0x40 | 0x01  # failed, none needed (loopback, multicast), incomplete


class Neighbours:
    """The kernel's table, read anew when it has aged and somebody asks."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        read: Callable[[], dict[str, str]] | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._read = read or kernel_table
        self._table: dict[str, str] = {}
        self._at = float("-inf")

    def mac_of(self, client: str) -> str | None:
        """The MAC of this address in lower case with colons; None where the kernel knows none."""
        now, client = self._monotonic(), client.partition("%")[0]
        if now - self._at > FRESH:
            self._table, self._at = self._read(), now
        return self._table.get(client)


def kernel_table() -> dict[str, str]:
    """Every neighbour that has answered, address -> MAC; empty where the kernel does not tell."""
    try:
        told = tuple(dump(RTM_GETNEIGH, NEIGHBOUR.pack(socket.AF_UNSPEC, 0, 0, 0, 0)))
    except OSError:
        return {}
    found = (neighbour(body) for kind, body in told if kind == RTM_NEWNEIGH)
    return dict(filter(None, found))


def neighbour(body: bytes) -> tuple[str, str] | None:
    """Address and MAC of one entry; None where it has no MAC."""
    _, _, state, _, _ = NEIGHBOUR.unpack_from(body)
    facts = attributes(body, NEIGHBOUR.size)
    address, mac = facts.get(DST, b""), facts.get(LLADDR, b"")
    if state & UNANSWERED or len(address) not in {4, 16} or len(mac) != 6:
        return None
    return str(ipaddress.ip_address(address)), mac.hex(":")
