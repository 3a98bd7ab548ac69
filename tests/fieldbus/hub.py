"""One RS485 line with several ptys on it: what one says, all others hear."""

import os
import selectors
import threading
import time
import tty
from collections.abc import Callable
from typing import Self

Hears = Callable[[bytes], bytes]
"""A slave of the test's own: octets heard -> what it says to them."""


class Hub:
    """Ends are ttys by name; `log` holds who said what, in order, as it came in."""

    def __init__(self, *names: str, neighbours: Hears | None = None) -> None:
        self._pairs = {name: os.openpty() for name in names}
        for _, inner in self._pairs.values():
            tty.setraw(inner)
        self.devices = {name: os.ttyname(inner) for name, (_, inner) in self._pairs.items()}
        self.log: list[tuple[float, str, bytes]] = []
        self._neighbours = neighbours
        self._stop, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._carry)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._wake, b".")
        self._thread.join()
        for pair in self._pairs.values():
            for descriptor in pair:
                os.close(descriptor)
        os.close(self._stop)
        os.close(self._wake)

    def said(self, name: str) -> bytes:
        """All that one end has said."""
        return b"".join(data for _, who, data in tuple(self.log) if who == name)

    def _carry(self) -> None:
        with selectors.DefaultSelector() as selector:
            for name, (outer, _) in self._pairs.items():
                selector.register(outer, selectors.EVENT_READ, name)
            selector.register(self._stop, selectors.EVENT_READ, None)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        return
                    self._say(key.data, os.read(key.fd, 4096))

    def _say(self, name: str, data: bytes) -> None:
        self.log.append((time.monotonic(), name, data))
        for other, (outer, _) in self._pairs.items():
            if other != name:
                os.write(outer, data)
        answer = self._neighbours(data) if self._neighbours and name != "neighbour" else b""
        if answer:
            self._say("neighbour", answer)
