"""Sockets that ask the gate before anything above them sees an octet.

asyncio's selector loop calls `accept`, `recv`, `recv_into` and `recvfrom` of the socket object it
is given, so subclasses guard plain and TLS, TCP and UDP alike, before any handshake or parser.
"""

import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from digigate.firewall.bucket import Meter
from digigate.firewall.purse import Holder
from digigate.firewall.rules import Door

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

DRAIN = 64  # refused connections or datagrams that are thrown away per wake-up of the loop
LARGEST = 65536  # octets of one read: asyncio asks for 256 KiB, which costs more than it saves
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER 0: reset at close, nothing lingers in the kernel

_recv = socket.socket.recv
_recv_into = socket.socket.recv_into


class Guard(Protocol):
    """What a socket asks: whether it may go on."""

    def admits_connection(self, client: str, door: Door) -> bool:
        """A client wants to connect."""

    def admits_more(self, holder: Holder) -> bool:
        """A connection has counted its client's meter below zero."""

    def admits_datagram(self, client: str, door: Door, octets: int) -> bool:
        """A datagram of this size has come."""

    def opened(self, connection: "Connection") -> None:
        """A connection was admitted and now exists: give it its client's meter."""


def plain_address(host: str) -> str:
    """The address as text; an IPv4 address inside IPv6 (`::ffff:10.0.0.1`) counts as IPv4."""
    if host.startswith("::ffff:") and "." in host:
        return host[7:]
    return host


class Connection(socket.socket):
    """A connection that was admitted: each read is counted, and refused once over the limit.

    The counting stands in the reads themselves because a call costs more (docs/bench.md). Whoever
    wants to spare the call of `recv`, too, reads by `uncounted` and counts `meter` down as it does.
    """

    __slots__ = ("client", "door", "guard", "meter")

    guard: Guard
    client: str
    door: Door
    meter: Meter

    uncounted = _recv

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """As `socket.recv`.

        Raises:
            ConnectionResetError: the client is excluded.
        """
        if bufsize > LARGEST:  # noqa: PLR1730 -- `min` costs as much as all the counting below
            bufsize = LARGEST
        data = _recv(self, bufsize, flags)
        meter = self.meter
        octets = meter.octets = meter.octets - len(data)
        reads = meter.reads = meter.reads - 1
        if octets < 0 or reads < 0:
            self.ask_on()
        return data

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        """As `socket.recv_into`; raises as `recv`."""
        count = _recv_into(self, buffer, nbytes, flags)
        meter = self.meter
        octets = meter.octets = meter.octets - count
        reads = meter.reads = meter.reads - 1
        if octets < 0 or reads < 0:
            self.ask_on()
        return count

    @property
    def service(self) -> str:
        """Whose door it came through."""
        return self.door.service

    def ask_on(self) -> None:
        """The meter's open portion has run out: may the client go on?

        Raises:
            ConnectionResetError: it is excluded.
        """
        if not self.guard.admits_more(self):
            raise ConnectionResetError("the client is excluded")

    def cut(self) -> None:
        """End the connection in both directions; the loop then sees its end and closes it."""
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)


class Listener(socket.socket):
    """A listening TCP socket."""

    guard: Guard
    door: Door

    def accept(self) -> tuple[Connection, Any]:
        """As `socket.accept`, but connections of excluded clients are reset and passed over.

        Raises:
            BlockingIOError: none is waiting that may come in.
        """
        for _ in range(DRAIN):
            accepted, address = super().accept()
            connection = Connection(self.family, self.type, self.proto, accepted.detach())
            connection.client = plain_address(address[0])
            if self.guard.admits_connection(connection.client, self.door):
                connection.guard, connection.door = self.guard, self.door
                self.guard.opened(connection)
                return connection, address
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
            connection.close()
        raise BlockingIOError("only excluded clients are waiting")


class Datagrams(socket.socket):
    """A bound UDP socket."""

    guard: Guard
    door: Door

    def recvfrom(self, bufsize: int, flags: int = 0, /) -> tuple[bytes, Any]:
        """As `socket.recvfrom`, but datagrams of excluded clients are thrown away.

        Raises:
            BlockingIOError: none is waiting that may come in.
        """
        for _ in range(DRAIN):
            data, address = super().recvfrom(bufsize, flags)
            if self._admits(address, len(data)):
                return data, address
        raise BlockingIOError("only excluded clients are sending")

    def recvfrom_into(
        self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0
    ) -> tuple[int, Any]:
        """As `socket.recvfrom_into`; drops and raises as `recvfrom`."""
        for _ in range(DRAIN):
            count, address = super().recvfrom_into(buffer, nbytes, flags)
            if self._admits(address, count):
                return count, address
        raise BlockingIOError("only excluded clients are sending")

    def _admits(self, address: Any, octets: int) -> bool:  # noqa: ANN401 -- as `recvfrom` gives it
        return self.guard.admits_datagram(plain_address(address[0]), self.door, octets)
