"""The server's end of a connection, without a socket."""

import asyncio


class FakeTransport(asyncio.Transport):
    """Keeps what is written; tells the protocol of its end in the next round of the loop."""

    def __init__(self, protocol: asyncio.Protocol, client: str = "192.0.2.7") -> None:
        super().__init__({"peername": (client, 50000)})
        self._protocol = protocol
        self.written = bytearray()
        self.writes = 0
        self._reading = True
        self.closed = False
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        assert not self.closed
        self.written += data
        self.writes += 1

    def close(self) -> None:
        """All that was written counts as sent."""
        if not self.closed:
            self.closed = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        """As `close`, and remembered."""
        self.aborted = True
        self.close()

    def is_closing(self) -> bool:
        """As asyncio's."""
        return self.closed

    def pause_reading(self) -> None:
        """Nothing more may be fed."""
        self._reading = False

    def resume_reading(self) -> None:
        """Go on feeding."""
        self._reading = True

    def is_reading(self) -> bool:
        """As asyncio's."""
        return self._reading
