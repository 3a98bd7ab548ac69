"""Which IPv4 addresses this machine has, asked of the kernel; no file under /proc tells."""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from digigate.netlink import attributes, dump

RTM_NEWADDR, RTM_GETADDR = 20, 22
MESSAGE = struct.Struct("=BBBBi")  # ifaddrmsg: family, prefix length, flags, scope, interface
ADDRESS, LOCAL, BROADCAST = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Address:
    """One address of one interface."""

    address: bytes
    interface: int
    prefix: int
    broadcast: bytes
    """Empty where the interface knows none."""

    @property
    def mask(self) -> bytes:
        """The network mask."""
        return (0xFFFFFFFF << 32 - self.prefix & 0xFFFFFFFF).to_bytes(4, "big")


def kernel_addresses() -> tuple[Address, ...]:
    """All of them; none where the kernel does not tell."""
    try:
        told = tuple(dump(RTM_GETADDR, MESSAGE.pack(socket.AF_INET, 0, 0, 0, 0)))
    except OSError:
        return ()
    return addresses(body for kind, body in told if kind == RTM_NEWADDR)


def addresses(bodies: Iterable[bytes]) -> tuple[Address, ...]:
    """Those of IPv4 among the kernel's messages."""
    found = []
    for body in bodies:
        family, prefix, _, _, interface = MESSAGE.unpack_from(body)
        facts = attributes(body, MESSAGE.size)
        own = facts.get(LOCAL) or facts.get(ADDRESS, b"")
        if family == socket.AF_INET and len(own) == 4 and prefix <= 32:
            found.append(Address(own, interface, prefix, facts.get(BROADCAST, b"")))
    return tuple(found)
