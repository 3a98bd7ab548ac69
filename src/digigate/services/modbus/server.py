"""The Modbus TCP server (§15.2): a few connections that never go deaf."""

import asyncio
import logging
import socket

from digigate.firewall import Gate
from digigate.services.modbus.channels import Channels
from digigate.services.modbus.connection import Answers, Connection
from digigate.settings.sections import ModbusTcp
from digigate.state import Ports
from digigate.supervisor import Ready

log = logging.getLogger(__name__)

NAME = "modbus_tcp"
SWEEP = 5.0  # seconds between two looks for idle connections, or a tenth of the time-out
PROBES, PROBE_INTERVAL = 3, 10  # of TCP keepalive, seconds


class ModbusTcpServer:
    """Serves at most `settings.connections` clients; one more is refused, the others go on."""

    def __init__(self, settings: ModbusTcp, gate: Gate, answers: Answers, ports: Ports) -> None:
        self._settings = settings
        self._gate = gate
        self._answers = answers
        self._ports = ports
        self._connections: set[Connection] = set()
        self._full = False
        self.spend = gate.spend

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled.

        Raises:
            ListenError: the port is taken.
            SettingsError: the port needs a right that we lack.
        """
        listener = self._gate.listen_tcp(self._settings.host, self._settings.port, NAME)
        channels = Channels(listener, lambda: Connection(self._answers, self))
        try:
            self._ports.announce(NAME, listener.getsockname()[1])
            ready()
            await self._sweep()
        finally:
            self._ports.withdraw(NAME)
            channels.close()

    def enter(self, connection: Connection) -> bool:
        """Give a new connection its place; False = all are taken."""
        if len(self._connections) >= self._settings.connections:
            if not self._full:
                log.warning("no place for another client", extra={"client": connection.client})
            self._full = True
            return False
        self._connections.add(connection)
        self._tune(connection.transport.get_extra_info("socket"))
        return True

    def leave(self, connection: Connection) -> None:
        """Free its place, if it had one."""
        if connection in self._connections:
            self._connections.remove(connection)
            self._full = False

    def _tune(self, connection: socket.socket) -> None:
        """Answer without delay; let the system find peers that are gone, also amid an answer."""
        idle = self._settings.keepalive
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PROBE_INTERVAL)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)
        silence = 1000 * (idle + PROBES * PROBE_INTERVAL)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, silence)

    async def _sweep(self) -> None:
        """Abort connections that have been idle for too long."""
        timeout = self._settings.idle_timeout
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(SWEEP, timeout / 10))
            self._drop_idle(loop.time(), timeout)

    def _drop_idle(self, now: float, timeout: float) -> None:
        for connection in tuple(self._connections):
            if connection.active or connection.is_asking:
                connection.active = False
                connection.quiet_since = now
            elif now - connection.quiet_since > timeout:
                log.info("idle client dropped", extra={"client": connection.client})
                connection.transport.abort()
