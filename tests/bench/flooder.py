"""Somebody who sends far too much: `bench.flooder KIND HOST PORT SOURCE RATE SECONDS`.

KIND is `modbus` or `https`; RATE is requests a second. Prints how much it sent and how long it was
shut out, as JSON.
"""

import contextlib
import json
import socket
import ssl
import sys
import time
from typing import Any

READ = bytes.fromhex("000100000006ff03c3500001")
GET = b"GET /api/v1/gateway HTTP/1.1\r\nHost: localhost\r\n\r\n"
TICK = 0.02
RETRY = 0.05


def _connected(kind: str, place: tuple[str, int], source: str) -> socket.socket:
    plain = socket.create_connection(place, 2, source_address=(source, 0))
    if kind == "modbus":
        return plain
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(plain)
    except OSError:
        plain.close()
        raise


class Flood:
    """Sends in bursts until it is cut, then knocks until it is let in again."""

    def __init__(self, kind: str, place: tuple[str, int], source: str, rate: float) -> None:
        self._kind, self._place, self._source, self._rate = kind, place, source, rate
        self.sent = self.octets = 0
        self.shut_out: list[float] = []
        self._since: float | None = None

    def run(self, seconds: float) -> None:
        """Flood for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with _connected(self._kind, self._place, self._source) as channel:
                    self._talk(channel, end)
            except OSError:
                time.sleep(RETRY)

    def _talk(self, channel: socket.socket, end: float) -> None:
        channel.settimeout(2)
        request = READ if self._kind == "modbus" else GET
        channel.sendall(request)
        if not channel.recv(65536):
            raise ConnectionError
        if self._since is not None:
            self.shut_out.append(time.monotonic() - self._since)
            self._since = None
        burst = request * max(1, int(self._rate * TICK))
        channel.settimeout(0.001)
        while time.monotonic() < end:
            began = time.monotonic()
            try:
                channel.sendall(burst)
                self.sent += len(burst) // len(request)
                with contextlib.suppress(TimeoutError, ssl.SSLWantReadError):
                    while data := channel.recv(65536):
                        self.octets += len(data)
                    raise ConnectionResetError
            except TimeoutError:
                continue
            except OSError:
                self._since = time.monotonic()
                raise
            time.sleep(max(0.0, TICK - (time.monotonic() - began)))


def main() -> None:
    """Run with the arguments of the command line."""
    kind, host, port, source, rate, seconds = sys.argv[1:]
    flood = Flood(kind, (host, int(port)), source, float(rate))
    flood.run(float(seconds))
    found: dict[str, Any] = {"sent": flood.sent, "shut_out": flood.shut_out}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
