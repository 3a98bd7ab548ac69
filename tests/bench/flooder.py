"""Somebody who sends far too much: `bench.flooder KIND HOST PORT SOURCE RATE KNOCKS SECONDS`.

KIND is `modbus`, `https` or `snmp`; RATE is requests a second, KNOCKS connections or datagrams a
second while shut out. Prints as JSON how much it sent until it was cut, how often it knocked, how
long it was shut out.
"""

import contextlib
import json
import os
import socket
import ssl
import sys
import time
from typing import Any

READ = bytes.fromhex("000100000006ff03c3500001")
GET = b"GET /api/v1/gateway HTTP/1.1\r\nHost: localhost\r\n\r\n"
ASK = bytes.fromhex(
    "302802010104087075626c69635632a019020101020100020100300e300c06082b060102010b01000500"
)  # snmpInPkts.0, by publicV2
REQUESTS = {"modbus": READ, "https": GET, "snmp": ASK}
SILENCE = 0.3  # seconds without any answer that mean to have been shut out
TICK = 0.02
START = 2.0  # seconds for programs to start, which costs more than a flood
NICE = 10  # it would be another machine: it takes what the gateway and its plant leave


class Flood:
    """Sends in bursts until it is cut, then knocks until it is let in again, and rests."""

    def __init__(self, kind: str, place: tuple[str, int], source: str) -> None:
        self._kind, self._place, self._source = kind, place, source
        self.sent = self.knocks = 0
        self.cut = False
        self.shut_out: list[float] = []

    def run(self, rate: float, knocks: float, seconds: float) -> None:
        """Flood for so long."""
        end = time.monotonic() + seconds
        with contextlib.suppress(OSError), self._connected() as channel:
            self._pour(channel, rate, end)
        began = time.monotonic()
        while time.monotonic() < end:
            tick = time.monotonic()
            if self._answered():
                self.shut_out.append(time.monotonic() - began)
                return
            self._knock(max(0, int(knocks * TICK) - 1))
            time.sleep(max(0.0, TICK - (time.monotonic() - tick)))

    def _connected(self) -> socket.socket:
        plain = socket.create_connection(self._place, 2, source_address=(self._source, 0))
        if self._kind != "https":
            return plain
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            return context.wrap_socket(plain)
        except OSError:
            plain.close()
            raise

    def _pour(self, channel: socket.socket, rate: float, end: float) -> None:
        request = REQUESTS[self._kind]
        burst = max(1, int(rate * TICK))
        channel.settimeout(0.001)
        while time.monotonic() < end:
            began = time.monotonic()
            try:
                with contextlib.suppress(TimeoutError):
                    channel.sendall(request * burst)
                self.sent += burst
                with contextlib.suppress(TimeoutError, ssl.SSLWantReadError):
                    while channel.recv(65536):
                        continue
                    raise ConnectionResetError
            except OSError:
                self.cut = True
                raise
            time.sleep(max(0.0, TICK - (time.monotonic() - began)))

    def _answered(self) -> bool:
        """Whether one request is answered (again)."""
        self.knocks += 1
        try:
            with self._connected() as channel:
                channel.sendall(REQUESTS[self._kind])
                return len(channel.recv(65536)) > 0
        except OSError:
            return False

    def _knock(self, times: int) -> None:
        """Connect and leave, without waiting for anything."""
        for _ in range(times):
            self.knocks += 1
            with contextlib.suppress(OSError), socket.socket() as plain:
                plain.bind((self._source, 0))
                plain.setblocking(False)
                plain.connect(self._place)


class DatagramFlood(Flood):
    """The same without connections: who is shut out only hears nothing any more."""

    def _connected(self) -> socket.socket:
        plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        plain.bind((self._source, 0))
        plain.connect(self._place)
        plain.settimeout(TICK)
        return plain

    def _pour(self, channel: socket.socket, rate: float, end: float) -> None:
        channel.setblocking(False)
        heard = time.monotonic()
        while time.monotonic() < end:
            began = time.monotonic()
            for _ in range(max(1, int(rate * TICK))):
                with contextlib.suppress(BlockingIOError):
                    channel.send(REQUESTS[self._kind])
                    self.sent += 1
            with contextlib.suppress(BlockingIOError):
                while channel.recv(65536):
                    heard = time.monotonic()
            if time.monotonic() - heard > SILENCE:
                self.cut = True
                return
            time.sleep(max(0.0, TICK - (time.monotonic() - began)))

    def _knock(self, times: int) -> None:
        with self._connected() as channel:
            for _ in range(times):
                self.knocks += 1
                with contextlib.suppress(OSError):
                    channel.send(REQUESTS[self._kind])


def main() -> None:
    """Run with the arguments of the command line."""
    kind, host, port, source, rate, knocks, seconds = sys.argv[1:]
    os.nice(NICE)
    time.sleep(START)
    flood = (DatagramFlood if kind == "snmp" else Flood)(kind, (host, int(port)), source)
    flood.run(float(rate), float(knocks), float(seconds))
    found: dict[str, Any] = {
        "sent": flood.sent, "cut": flood.cut, "knocks": flood.knocks, "shut_out": flood.shut_out,
    }  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
