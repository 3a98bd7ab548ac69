"""The UDP door of the agent: datagrams come in through the gate, answers leave at once."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from digigate.firewall import Gate
from digigate.state import Ports
from digigate.supervisor import Ready

SERVICE = "snmp"
MOST = 65535
Address = tuple[Any, ...]
Reply = Callable[[bytes, Address], None]
"""Send an answer; what cannot be sent now is lost, as any datagram may be."""


class Answering(Protocol):
    """Who answers."""

    def take(self, datagram: bytes, address: Address) -> bytes | None:
        """The answer, where there is one at once."""

    async def work(self, reply: Reply) -> None:
        """Carry out what takes time and reply to it, until cancelled."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the door is; port 0 = any free one."""

    host: str
    port: int


class SnmpDoor:
    """Opens the port once `prepare` has made who answers."""

    def __init__(
        self, place: Place, gate: Gate, ports: Ports, prepare: Callable[[], Awaitable[Answering]]
    ) -> None:
        self._place = place
        self._gate = gate
        self._ports = ports
        self._prepare = prepare

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled.

        Raises:
            ListenError: the port is taken.
            SettingsError: the port needs a right that we lack, or a password is lost.
        """
        agent = await self._prepare()
        loop = asyncio.get_running_loop()
        with self._gate.listen_udp(self._place.host, self._place.port, SERVICE) as sock:
            self._ports.announce(SERVICE, sock.getsockname()[1])
            loop.add_reader(sock, _answer, sock, agent.take)
            try:
                ready()
                await agent.work(partial(_send, sock))
            finally:
                loop.remove_reader(sock)
                self._ports.withdraw(SERVICE)


def _answer(sock: socket.socket, take: Callable[[bytes, Address], bytes | None]) -> None:
    """One datagram: the loop has its turn before the next, whoever sends how many."""
    try:
        datagram, address = sock.recvfrom(MOST)
    except OSError:  # nothing that may come in, or what became of a former answer
        return
    answer = take(datagram, address)
    if answer is not None:
        _send(sock, answer, address)


def _send(sock: socket.socket, answer: bytes, address: Address) -> None:
    try:
        sock.sendto(answer, address)
    except OSError:  # nobody is there any more, or the kernel has no room: datagrams may be lost
        return
