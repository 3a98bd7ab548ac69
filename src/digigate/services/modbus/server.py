"""A TCP door of the Modbus service (§15.2): a few connections that never go deaf."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from digigate.firewall import Gate
from digigate.firewall.sockets import Listener
from digigate.services.modbus.channels import Channels
from digigate.services.modbus.hall import Guest, Hall
from digigate.state import Ports
from digigate.supervisor import Ready

log = logging.getLogger(__name__)

SWEEP = 5.0  # seconds between two looks for idle connections, or a tenth of the time-out
PROBES, PROBE_INTERVAL = 3, 10  # of TCP keepalive, seconds
HANDSHAKE = 10.0  # seconds that a client has for its TLS handshake


@dataclass(frozen=True, slots=True)
class Place:
    """Where a door listens and how many it lets in; times in seconds."""

    name: str
    host: str
    port: int
    connections: int = 32
    idle_timeout: float = 600
    keepalive: int = 60


class TcpDoor:
    """Serves at most `place.connections` clients; one more is refused, the others go on.

    `welcome(hall)` makes the protocol of a connection; with a TLS context the octets are sealed.
    """

    def __init__(
        self,
        place: Place,
        gate: Gate,
        ports: Ports,
        welcome: Callable[[Hall], asyncio.Protocol],
        context: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self._place = place
        self._gate = gate
        self._ports = ports
        self._welcome = welcome
        self._context = context
        self._guests: set[Guest] = set()
        self._full = False

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled.

        Raises:
            ListenError: the port is taken.
            SettingsError: the port needs a right that we lack, or TLS something that is not there.
        """
        context = None if self._context is None else self._context()
        listener = self._gate.listen_tcp(self._place.host, self._place.port, self._place.name)
        port = listener.getsockname()[1]
        async with self._listening(listener, context):
            self._ports.announce(self._place.name, port)
            try:
                ready()
                await self._sweep()
            finally:
                self._ports.withdraw(self._place.name)

    def enter(self, guest: Guest) -> bool:
        """Give a new connection its place; False = all are taken."""
        if len(self._guests) >= self._place.connections:
            if not self._full:
                log.warning("no place for another client", extra={"client": guest.client})
            self._full = True
            return False
        self._guests.add(guest)
        self._tune(guest.transport.get_extra_info("socket"))
        return True

    def purse(self, client: str) -> Callable[[int], bool]:
        """What counts this client's requests: `spend(requests)`; False = it is excluded."""
        return self._gate.purse(client, self._place.name)

    def leave(self, guest: Guest) -> None:
        """Free its place, if it had one."""
        if guest in self._guests:
            self._guests.remove(guest)
            self._full = False

    @asynccontextmanager
    async def _listening(
        self, listener: Listener, context: ssl.SSLContext | None
    ) -> AsyncIterator[None]:
        """Let clients in; nobody is in any more afterwards."""
        if context is None:
            channels = Channels(listener, lambda: self._welcome(self))
            try:
                yield
            finally:
                channels.close()
            return
        server = await asyncio.get_running_loop().create_server(
            lambda: self._welcome(self),
            sock=listener,
            ssl=context,
            ssl_handshake_timeout=HANDSHAKE,
            ssl_shutdown_timeout=1.0,
        )
        try:
            yield
        finally:
            server.close()
            for guest in tuple(self._guests):
                guest.transport.abort()

    def _tune(self, connection: socket.socket) -> None:
        """Answer without delay; let the system find peers that are gone, also amid an answer."""
        idle = self._place.keepalive
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PROBE_INTERVAL)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)
        silence = 1000 * (idle + PROBES * PROBE_INTERVAL)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, silence)

    async def _sweep(self) -> None:
        """Abort connections that have been idle for too long."""
        timeout = self._place.idle_timeout
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(SWEEP, timeout / 10))
            self._drop_idle(loop.time(), timeout)

    def _drop_idle(self, now: float, timeout: float) -> None:
        for guest in tuple(self._guests):
            if guest.active or guest.is_asking:
                guest.active = False
                guest.quiet_since = now
            elif now - guest.quiet_since > timeout:
                log.info("idle client dropped", extra={"client": guest.client})
                guest.transport.abort()
