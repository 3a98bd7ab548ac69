"""A relay between a client and a server of this machine that keeps every byte it passes on."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress


class Wiretap:
    """`port` leads to the server's; `heard` is what went either way."""

    def __init__(self, server: int) -> None:
        self.heard = bytearray()
        self._server = server
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]

    def serve(self) -> None:
        """Take callers until the door is shut."""
        with suppress(OSError):
            while True:
                caller, _ = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                for source, sink in ((caller, server), (server, caller)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def shut(self) -> None:
        """Take no more callers."""
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError), closing(sink):
            while data := source.recv(65536):
                self.heard += data
                sink.sendall(data)


@contextmanager
def tapped(server: int) -> Iterator[Wiretap]:
    """A wiretap before the server at this port, while the block runs."""
    tap = Wiretap(server)
    thread = threading.Thread(target=tap.serve, daemon=True)
    thread.start()
    try:
        yield tap
    finally:
        tap.shut()
        thread.join()
