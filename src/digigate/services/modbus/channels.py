"""TCP channels with no more between kernel and protocol than Modbus needs.

asyncio's transports cost more per request than the request itself (docs/bench.md, ADR 4). Here one
epoll of our own hangs on the loop as a single reader: a wake-up of the loop moves the octets of
every client that has sent some. A channel is an `asyncio.Transport`, so the protocol above cannot
tell the difference and works over TLS with asyncio's own.
"""

import asyncio
import errno
import logging
import select
from collections.abc import Callable
from typing import Any

from digigate.firewall.sockets import Connection, Listener

log = logging.getLogger(__name__)

READ_SIZE = 4096  # octets of one read; more stays in the kernel until the next turn
EVENTS = 64  # of one look
ROUNDS = 4  # looks of one wake-up at most, before the loop has its turn
HIGH_WATER, LOW_WATER = 65536, 16384  # octets not taken by the client: when to stop, when to go on
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
REST = 1.0  # seconds without accepting when the system has no more descriptors

_IN, _OUT = select.EPOLLIN, select.EPOLLOUT


class Channels:
    """All connections of one listening socket."""

    def __init__(self, listener: Listener, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._protocol = protocol
        self._open: dict[int, Channel] = {}
        self._epoll = select.epoll()
        self._epoll.register(listener, _IN)
        self._loop.add_reader(self._epoll, self._wake)

    def close(self) -> None:
        """Listen no more and cut every connection; the listening socket is closed."""
        self._loop.remove_reader(self._epoll)
        for channel in tuple(self._open.values()):
            channel.abort()
        self._epoll.close()
        self._listener.close()

    def watch(self, channel: "Channel", events: int) -> None:
        """Hear of these events of a channel from now on."""
        self._epoll.modify(channel.descriptor, events)

    def forget(self, channel: "Channel") -> None:
        """Hear of a channel no more."""
        if self._open.pop(channel.descriptor, None) is not None:
            self._epoll.unregister(channel.descriptor)

    def _wake(self) -> None:
        """Move what can be moved, and what comes meanwhile: a turn of the loop costs more."""
        for _ in range(ROUNDS):
            happened = self._epoll.poll(0, EVENTS)
            if not happened:
                return
            self._move(happened)

    def _move(self, happened: list[tuple[int, int]]) -> None:
        find = self._open.get
        for descriptor, events in happened:
            channel = find(descriptor)
            if channel is None:  # behind those whose places become free just now
                self._loop.call_soon(self._accept)
            elif events == _IN:
                channel.read()
            else:
                channel.move(events)

    def _accept(self) -> None:
        if self._epoll.closed:
            return
        for _ in range(EVENTS):
            try:
                connection, peer = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in EXHAUSTED:
                    raise
                log.warning("no connection can be accepted", extra={"reason": error.strerror})
                self._epoll.modify(self._listener, 0)
                self._loop.call_later(REST, self._accept_again)
                return
            connection.settimeout(0)
            channel = Channel(self, self._loop, connection, peer, self._protocol())
            self._open[channel.descriptor] = channel
            self._epoll.register(channel.descriptor, _IN)
            channel.begin()

    def _accept_again(self) -> None:
        if not self._epoll.closed:
            self._epoll.modify(self._listener, _IN)


class Channel(asyncio.Transport):
    """One connection; its protocol is called as any `asyncio.Protocol` is."""

    def __init__(
        self,
        channels: Channels,
        loop: asyncio.AbstractEventLoop,
        connection: Connection,
        peer: tuple[Any, ...],
        protocol: asyncio.Protocol,
    ) -> None:
        super().__init__({"socket": connection, "peername": peer})
        self.descriptor = connection.fileno()
        self._channels = channels
        self._loop = loop
        self._socket = connection
        self._recv, self._send = connection.uncounted, connection.send
        self._protocol = protocol
        self._unsent = bytearray()
        self._reading = True
        self._closing = False
        self._choked = False

    def begin(self) -> None:
        """Hand the connection to its protocol."""
        self._protocol.connection_made(self)

    def move(self, events: int) -> None:
        """Move what the kernel says can be moved."""
        if events & _OUT:
            self._flush()
        if events & ~_OUT and not self._closing:
            self.read()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send at once what the kernel takes, and the rest when it takes more."""
        if self._closing:
            return
        if not self._unsent:
            try:
                sent = self._send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError as error:
                self._end(error)
                return
            if sent == len(data):
                return
            data = memoryview(data)[sent:]
        self._unsent += data
        self._watch()
        if len(self._unsent) > HIGH_WATER and not self._choked:
            self._choked = True
            self._protocol.pause_writing()

    def close(self) -> None:
        """End the connection once everything is sent."""
        if self._closing:
            return
        if self._unsent:
            self._closing = True
            self._watch()
        else:
            self._end(None)

    def abort(self) -> None:
        """End the connection now."""
        self._unsent.clear()
        self._end(None)

    def is_closing(self) -> bool:
        """Whether the connection has ended or will once everything is sent."""
        return self._closing

    def is_reading(self) -> bool:
        """Whether octets are taken from the client."""
        return self._reading and not self._closing

    def pause_reading(self) -> None:
        """Leave what comes in the kernel."""
        self._reading = False
        self._watch()

    def resume_reading(self) -> None:
        """Take octets from the client again."""
        self._reading = True
        self._watch()

    def read(self) -> None:
        """Take what has come, count it for the gate and hand it over."""
        connection = self._socket
        try:
            data = self._recv(READ_SIZE)
            meter = connection.meter
            octets = meter.octets = meter.octets - len(data)
            reads = meter.reads = meter.reads - 1
            if octets < 0 or reads < 0:
                connection.ask_on()
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        if data:
            self._protocol.data_received(data)
        else:
            self.close()

    def _flush(self) -> None:
        try:
            sent = self._send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        del self._unsent[:sent]
        if not self._unsent and self._closing:
            self._end(None)
            return
        self._watch()
        if self._choked and len(self._unsent) <= LOW_WATER:
            self._choked = False
            self._protocol.resume_writing()

    def _watch(self) -> None:
        if self._socket.fileno() < 0:
            return
        wanted = (_IN if self.is_reading() else 0) | (_OUT if self._unsent else 0)
        self._channels.watch(self, wanted)

    def _end(self, error: Exception | None) -> None:
        """Let go of the socket; the protocol hears of it in a turn of its own."""
        if self._socket.fileno() < 0:
            return
        self._closing = True
        self._unsent.clear()
        self._channels.forget(self)
        self._socket.close()
        self._loop.call_soon(self._protocol.connection_lost, error)
