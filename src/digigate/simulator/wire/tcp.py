"""A line offered as RTU over a TCP port (`socket://host:port`); every connection is a wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from digigate.errors import SettingsError
from digigate.simulator.wire.outlet import Hearer, Wiring


class Connection(asyncio.Protocol):
    """One master over TCP."""

    def __init__(self, baudrate: int, wiring: Wiring, open_ones: set["Connection"]) -> None:
        self.baudrate = baudrate
        self._wiring = wiring
        self._open = open_ones
        self._line: Hearer | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A master came."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- what asyncio promises
        self._transport = transport
        self._line = self._wiring(self)
        self._open.add(self)

    def data_received(self, data: bytes) -> None:
        """It speaks."""
        if self._line:
            self._line.heard(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """It went."""
        if self._line:
            self._line.close()
        self._open.discard(self)

    def send(self, data: bytes) -> None:
        """Hand octets to the master."""
        if self._transport:
            self._transport.write(data)

    def abort(self) -> None:
        """Throw the master out."""
        if self._transport:
            self._transport.abort()


@asynccontextmanager
async def listening(listen: str, baudrate: int, wiring: Wiring) -> AsyncIterator[str]:
    """Serve `host:port` while the block runs; yields `socket://host:port` with the real port.

    Raises:
        SettingsError: the port cannot be had.
    """
    host, _, port = listen.rpartition(":")
    open_ones: set[Connection] = set()
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(
            lambda: Connection(baudrate, wiring, open_ones), host, int(port)
        )
    except (OSError, OverflowError) as error:
        raise SettingsError(f"cannot listen on {listen}: {error}") from error
    try:
        yield f"socket://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for connection in tuple(open_ones):
            connection.abort()
