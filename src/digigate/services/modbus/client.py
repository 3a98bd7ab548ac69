"""Who asks."""

import asyncio
from dataclasses import dataclass

from digigate.firewall.sockets import plain_address


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """One connection, or one serial port: an object of its own, so that lines tell them apart.

    `host` is what limits, locks, white lists and audit lines know of it: an address, or the port's
    name.
    """

    host: str
    door: str = "modbus_tcp"
    writes: bool = True
    """Whether it may change anything, as far as its own rights go."""


def host_of(transport: asyncio.BaseTransport) -> str:
    """The address of who is at the other end."""
    peer = transport.get_extra_info("peername")
    return plain_address(peer[0]) if peer else ""


def by_address(transport: asyncio.BaseTransport) -> Client:
    """A client of Modbus TCP."""
    return Client(host_of(transport))
