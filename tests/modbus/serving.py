"""The server on a real port, in the loop of the test."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.firewall import Gate
from digigate.services.modbus import Connection, Place, TcpDoor
from digigate.settings.sections import Firewall
from digigate.state import Ports, StateDirectory
from modbus.plant import Plant

HOST = "127.0.0.1"
PATIENCE = 30.0
PLACE = Place("modbus_tcp", HOST, 0)
LIMITS = Firewall(requests=100_000, kbits=1_000_000)


@dataclass(slots=True)
class Served:
    """A running server with all that it was given."""

    plant: Plant
    server: TcpDoor
    ports: Ports
    gate: Gate
    task: asyncio.Task[None]
    clients: list["Client"] = field(default_factory=list)

    async def connect(self) -> "Client":
        """A new client, closed at the end at the latest."""
        client = Client(*await asyncio.open_connection(HOST, self.port))
        self.clients.append(client)
        return client

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.ports.all()["modbus_tcp"]


@asynccontextmanager
async def served(
    state: Path, *, place: Place = PLACE, limits: Firewall = LIMITS
) -> AsyncIterator[Served]:
    """Serve a plant while the block runs."""
    plant, up = Plant(), asyncio.Event()
    with StateDirectory(state) as directory:
        gate, ports = Gate(limits, Conditions(Clock())), Ports(directory)
        server = TcpDoor(place, gate, ports, partial(Connection, plant.handler))
        task = asyncio.create_task(server.run(up.set))
        gateway = Served(plant, server, ports, gate, task)
        try:
            async with asyncio.timeout(PATIENCE):
                await up.wait()
            yield gateway
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            for client in gateway.clients:
                await client.leave()


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true.

    Raises:
        TimeoutError: it did not.
    """
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 -- what is looked at tells nobody of its changes
            await asyncio.sleep(0.01)


class Client:
    """A client that sends what it is told and reads frames."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, *frames: bytes) -> None:
        """Send octets."""
        self._writer.write(b"".join(frames))

    async def frame(self) -> bytes:
        """The next whole frame; empty where the connection has ended."""
        async with asyncio.timeout(PATIENCE):
            try:
                head = await self._reader.readexactly(6)
                return head + await self._reader.readexactly(int.from_bytes(head[4:], "big"))
            except (asyncio.IncompleteReadError, ConnectionError):
                return b""

    async def ask(self, frame: bytes) -> bytes:
        """Send one frame, read one."""
        self.send(frame)
        return await self.frame()

    def close_sending_half(self) -> None:
        """FIN, while the answers may still come."""
        self._writer.write_eof()

    def reset(self) -> None:
        """RST."""
        connection: socket.socket = self._writer.get_extra_info("socket")
        linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    def close(self) -> None:
        """FIN."""
        self._writer.close()

    async def leave(self) -> None:
        """Close at once and wait until it is done."""
        self._writer.transport.abort()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
