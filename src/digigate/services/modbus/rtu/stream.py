"""RTU with one master and nobody else: over TCP, or on the USB port."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

from digigate.bus.frames import build
from digigate.services.modbus.client import Client, host_of
from digigate.services.modbus.hall import Hall
from digigate.services.modbus.rtu.asking import Answers, Asking
from digigate.services.modbus.rtu.finder import Request, RequestFinder

WAITING = 16  # requests that may wait for the one on the line; what comes beyond is not answered


class Conversation:
    """Octets in by `take`, answers out by `write` in the order of the requests.

    Units that are not there get silence, and so does what is said to all.
    """

    def __init__(
        self,
        answers: Answers,
        client: Client,
        write: Callable[[bytes], None],
        fail: Callable[[BaseException], None],
    ) -> None:
        self._write = write
        self._asking = Asking(answers, client, self._answer, fail)
        self._finder = RequestFinder(self._asking.is_for_us)
        self._waiting: deque[Request] = deque()

    @property
    def is_asking(self) -> bool:
        """Whether the master rightly waits."""
        return self._asking.is_busy

    def take(self, data: bytes) -> int:
        """Octets have come; returns how many requests ended in them."""
        found = self._finder.feed(data)
        for request in found:
            if len(self._waiting) < WAITING:
                self._waiting.append(request)
                self._proceed()
        return len(found)

    def end(self) -> None:
        """The master has gone."""
        self._waiting.clear()
        self._asking.cancel()

    def _proceed(self) -> None:
        while self._waiting and not self._asking.is_busy:
            self._asking.begin(self._waiting.popleft())

    def _answer(self, request: Request, answer: bytes) -> None:
        if answer:
            self._write(build(request.unit, answer))
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._proceed)


class RtuPort:
    """The master at a serial port of its own; hangs in a `Link` as a line does."""

    def __init__(self, name: str, answers: Answers) -> None:
        self.name = name
        self.down_reason = ""
        self.on_bug: Callable[[BaseException], None] = _unowned
        self._answers = answers
        self._talk: Conversation | None = None

    def attach(self, write: Callable[[bytes], None]) -> None:
        """The port is open."""
        client = Client(self.name, self.name)
        self._talk = Conversation(self._answers, client, write, self._fail)

    def detach(self, reason: str) -> None:
        """The port is gone."""
        self.down_reason = reason
        if self._talk is not None:
            self._talk.end()
            self._talk = None

    def heard(self, data: bytes, _: float) -> None:
        """Octets came in."""
        if self._talk is None:
            return
        try:
            self._talk.take(data)
        except BaseException as bug:
            self._fail(bug)
            raise

    def _fail(self, error: BaseException) -> None:
        self.on_bug(error)


def _unowned(_: BaseException) -> None:
    """Nobody runs this port as a service."""


class RtuConnection(asyncio.Protocol):
    """RTU frames over one TCP connection."""

    def __init__(self, answers: Answers, hall: Hall, door: str) -> None:
        self._answers = answers
        self._hall = hall
        self._door = door
        self._talk: Conversation | None = None
        self.client = ""
        self.active = True
        self.quiet_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a place; without one the connection is aborted."""
        self.transport = cast("asyncio.Transport", transport)
        self.client = host_of(transport)
        self._spend = self._hall.purse(self.client)
        if not self._hall.enter(self):
            self.transport.abort()
            return
        asker = Client(self.client, self._door)
        self._talk = Conversation(self._answers, asker, self.transport.write, self._fail)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- as asyncio calls it
        """Free the place."""
        if self._talk is not None:
            self._talk.end()
        self._hall.leave(self)

    def data_received(self, data: bytes) -> None:
        """Octets have come."""
        requests = self._talk.take(data) if self._talk else 0
        if requests:
            self.active = True
            if not self._spend(requests):
                self.transport.abort()

    def pause_writing(self) -> None:
        """The client does not take its answers: take no requests either."""
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self.transport.resume_reading()

    @property
    def is_asking(self) -> bool:
        """Whether the client rightly waits for the line."""
        return self._talk is not None and self._talk.is_asking

    def _fail(self, error: BaseException) -> None:
        self.transport.abort()  # nobody may wait for an answer that never comes
        raise error
