"""Which MAC address a neighbour has, asked of the kernel by netlink (RFC 3549).

Only who is on the same link has one: a client behind a router, on loopback or behind Docker's
bridge does not, and no rule with a MAC matches it.
"""

import ipaddress
import socket
import struct
from collections.abc import Callable, Iterator

FRESH = 0.5  # seconds that an answer of the kernel is good for: a neighbour may just have come
REQUEST = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, pid
NEIGHBOUR = struct.Struct("=BxxxiHBB")  # ndmsg: family, interface, state, flags, type
ATTRIBUTE = struct.Struct("=HH")  # rtattr: length, type
RTM_NEWNEIGH, RTM_GETNEIGH, NLMSG_ERROR, NLMSG_DONE = 28, 30, 2, 3
REQUEST_DUMP = 0x301
DST, LLADDR = 1, 2
UNANSWERED = 0x20 | 0x40 | 0x01  # failed, none needed (loopback, multicast), incomplete
PATIENCE = 0.2  # seconds; the kernel answers in some microseconds
LARGEST = 65536


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
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as channel:
            channel.settimeout(PATIENCE)
            body = NEIGHBOUR.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
            header = REQUEST.pack(REQUEST.size + len(body), RTM_GETNEIGH, REQUEST_DUMP, 1, 0)
            channel.sendto(header + body, (0, 0))
            return dict(_answered(channel))
    except OSError:
        return {}


def _answered(channel: socket.socket) -> Iterator[tuple[str, str]]:
    while True:
        for kind, body in messages(channel.recv(LARGEST)):
            if kind in {NLMSG_DONE, NLMSG_ERROR}:
                return
            if kind == RTM_NEWNEIGH and (found := neighbour(body)):
                yield found


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The messages of one datagram: type and what follows the header."""
    at = 0
    while at + REQUEST.size <= len(data):
        length, kind, *_ = REQUEST.unpack_from(data, at)
        if length < REQUEST.size:
            return
        yield kind, data[at + REQUEST.size : at + length]
        at += (length + 3) & ~3


def neighbour(body: bytes) -> tuple[str, str] | None:
    """Address and MAC of one entry; None where it has no MAC."""
    _, _, state, _, _ = NEIGHBOUR.unpack_from(body)
    facts, at = {}, NEIGHBOUR.size
    while at + ATTRIBUTE.size <= len(body):
        length, kind = ATTRIBUTE.unpack_from(body, at)
        if length < ATTRIBUTE.size:
            break
        facts[kind] = body[at + ATTRIBUTE.size : at + length]
        at += (length + 3) & ~3
    address, mac = facts.get(DST, b""), facts.get(LLADDR, b"")
    if state & UNANSWERED or len(address) not in {4, 16} or len(mac) != 6:
        return None
    return str(ipaddress.ip_address(address)), mac.hex(":")
