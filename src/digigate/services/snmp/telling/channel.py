"""A way to one receiver: a connected socket, which nobody but that receiver can write to."""

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fcntl import ioctl

from digigate.errors import Refused, Unreachable

DATAGRAM_MAX = 65535
PATIENCE = 10.0  # seconds for the resolver
SIOCGIFFLAGS, SIOCGIFBRDADDR = 0x8913, 0x8919
UP, BROADCAST = 0x1, 0x2
REQUEST = struct.Struct("16s24x")

Admits = Callable[[str, int], bool]
"""Whether the gateway may call this address and port."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to tell, as the settings name it."""

    host: str
    port: int
    broadcast: bool = False

    def __str__(self) -> str:
        """As conditions name it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Channel:
    """Sends to one address; what leaves shows the address of the interface that it leaves by."""

    def __init__(self, target: Target, address: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.address = address
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            if target.broadcast:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self._socket.connect((address, target.port))
        except OSError:
            self._socket.close()
            raise
        self.own_address: str = self._socket.getsockname()[0]

    def send(self, message: bytes) -> None:
        """Put one datagram onto its way; raises OSError where there is none."""
        self._socket.send(message)

    async def receive(self) -> bytes:
        """The next datagram of the receiver; that its port was closed a moment ago is no answer."""
        loop = asyncio.get_running_loop()
        while True:
            with suppress(ConnectionRefusedError):
                return await loop.sock_recv(self._socket, DATAGRAM_MAX)

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()


async def opened(target: Target, admits: Admits) -> Channel:
    """A channel to the first address of a target that the gateway may call.

    Raises:
        Unreachable: its name has no address, or there is no way to it.
        Refused: the firewall's rules for outgoing calls do not name it.
    """
    addresses = await _addresses(target)
    admitted = [each for each in addresses if admits(each, target.port)]
    if not admitted:
        raise Refused(
            f"the firewall's rules do not let the gateway call {target}: add a rule for it"
        )
    reason = ""
    for address in admitted:
        try:
            return Channel(target, address)
        except OSError as error:
            reason = error.strerror or str(error)
    raise Unreachable(f"there is no way to {target}: {reason}")


async def _addresses(target: Target) -> list[str]:
    """Of a name, asked off the loop; IPv4 first, because v1 can say no other."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(target.host))]
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PATIENCE):
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:  # OSError: also that the resolver does not answer
        raise Unreachable(
            f"{target.host} has no address ({error or 'no answer'}): check the name and the name"
            " server"
        ) from error
    return [str(each[4][0]) for each in sorted(found, key=lambda each: each[0] != socket.AF_INET)]


def broadcast_addresses() -> tuple[str, ...]:
    """Of every network that this machine is in; the first address of each interface counts."""
    return tuple(dict.fromkeys(_of_interfaces()))


def _of_interfaces() -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            request = REQUEST.pack(name.encode())
            with suppress(OSError):  # it has no IPv4 address, or is gone
                (flags,) = struct.unpack_from("H", ioctl(asked, SIOCGIFFLAGS, request), 16)
                if flags & UP and flags & BROADCAST:
                    yield socket.inet_ntoa(ioctl(asked, SIOCGIFBRDADDR, request)[20:24])
