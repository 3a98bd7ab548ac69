"""A manager that sends one packet again and again; its messages of version 3 are made by ours."""

import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bench.figures import CannotRun
from digigate.services.snmp.ber import OCTETS, SEQUENCE, element, integer, tlv
from digigate.services.snmp.pdu import GET
from digigate.services.snmp.secure import REPORTABLE, USM, VERSION, Secured, read_header
from digigate.services.snmp.usm import User
from digigate.settings.sections import Authentication, Privacy
from snmp.asking import message

WITHIN = 2.0
ROOM = 65507


@dataclass(frozen=True, slots=True)
class Known:
    """What a manager knows of an agent's engine."""

    id: bytes
    boots: int
    time: int


class Manager:
    """One socket to one agent."""

    def __init__(self, port: int, community: str, user: str, password: str) -> None:
        self._community = community
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(WITHIN)
        self._socket.connect(("127.0.0.1", port))
        self._user, self._password = user, password

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    def message(self, inner: bytes, *, secure: bool) -> bytes:
        """A whole message with this PDU; one of version 3 asks the agent first who it is."""
        if not secure:
            return message(1, self._community, inner)
        known = self._discovered()
        user = User(self._user.encode(), self._password, Authentication.SHA, Privacy.AES, known.id)
        return Secured(known, {}, ROOM).sealed(inner, integer(4711), user)

    def ask(self, request: bytes) -> bytes:
        """The answer.

        Raises:
            CannotRun: there was none.
        """
        self.send(request)
        answer = self.receive()
        if answer is None:
            raise CannotRun("an SNMP agent did not answer")
        return answer

    def send(self, request: bytes) -> None:
        """Send without waiting."""
        self._socket.send(request)

    def receive(self) -> bytes | None:
        """What comes, or None where nothing does."""
        try:
            return self._socket.recv(65535)
        except TimeoutError:
            return None

    def _discovered(self) -> Known:
        """Engine id by a question to nobody; boots and time by one that is out of time."""
        report = self.ask(discovery())
        _, at, end = element(report, 0, len(report))
        header = read_header(report, at + len(VERSION), end)
        return Known(header.engine, header.boots, header.time)


def discovery() -> bytes:
    """The question that every manager begins with (RFC 3414 §4)."""
    head = integer(1) + integer(ROOM) + bytes((OCTETS, 1, REPORTABLE)) + USM
    nobody = tlv(OCTETS, b"")
    security = tlv(SEQUENCE, nobody + integer(0) + integer(0) + 3 * nobody)
    scoped = tlv(SEQUENCE, 2 * nobody + tlv(GET, 3 * integer(0) + tlv(SEQUENCE, b"")))
    return tlv(SEQUENCE, VERSION + tlv(SEQUENCE, head) + tlv(OCTETS, security) + scoped)
