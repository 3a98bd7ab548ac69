"""Debian's snmptrapd as a manager: what it has received, a line for each notification."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from running.waiting import eventually

FORMATS = r"""
format1 %P agent=%a enterprise=%N generic=%w specific=%q uptime=%T by=%b | %v\n
format2 %P by=%b | %v\n
"""


class Manager:
    """One snmptrapd, listening at several ports."""

    def __init__(self, ports: tuple[int, ...], log: Path) -> None:
        self.ports = ports
        self._log = log
        self._heard = 0

    def lines(self) -> list[str]:
        """Everything that it has received so far."""
        return [line for line in self._log.read_text(errors="replace").splitlines() if "|" in line]

    def hears(self, *words: str) -> str:
        """The first after the last that was heard that has all these words, once it comes."""
        return eventually(lambda: self._next(words), what=f"a notification with {words}")

    def _next(self, words: tuple[str, ...]) -> str | None:
        for at, line in enumerate(self.lines()[self._heard :], self._heard + 1):
            if all(word in line for word in words):
                self._heard = at
                return line
        return None


@contextmanager
def snmptrapd(
    folder: Path, *hosts: str, extra: str = "authCommunity log,execute public"
) -> Iterator[Manager]:
    """A manager that listens at a free port of each of these addresses while the block runs."""
    ports = free_ports(*hosts)
    places = ",".join(f"udp:{host}:{port}" for host, port in zip(hosts, ports, strict=True))
    folder.mkdir(parents=True, exist_ok=True)
    conf, log = folder / "snmptrapd.conf", folder / "snmptrapd.log"
    conf.write_text(f"snmpTrapdAddr {places}\n{extra}\n{FORMATS}")
    log.touch()
    process = subprocess.Popen(
        ["snmptrapd", "-f", "-Lf", str(log), "-C", "-c", str(conf), "-On", "-m", ""],
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "persistent")},
        stdin=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: "NET-SNMP version" in log.read_text(), what="snmptrapd")
        yield Manager(ports, log)
    finally:
        process.terminate()
        process.wait(20)


def free_ports(*hosts: str) -> tuple[int, ...]:
    """Ports that nobody had a moment ago."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket(type=socket.SOCK_DGRAM)) for _ in hosts]
        for sock, host in zip(sockets, hosts, strict=True):
            sock.bind((host, 0))
        return tuple(sock.getsockname()[1] for sock in sockets)
