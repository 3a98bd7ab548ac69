"""One request at a time: given to the handler, its answer told."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from digigate.services.modbus.client import Client
from digigate.services.modbus.rtu.finder import Request

BROADCAST = 0


class Answers(Protocol):
    """Who knows the answers: `Handler`."""

    def serves(self, unit: int) -> bool:
        """Whether this unit is answered for."""

    def answer(self, unit: int, pdu: bytes, client: Client) -> bytes | Awaitable[bytes]:
        """The answer PDU to any request PDU."""

    def broadcast(self, pdu: bytes, client: Client) -> bytes | Awaitable[bytes]:
        """Obey what is said to all."""


class Asking:
    """`tell(request, answer)` is called with each answer PDU, at once or later; not for broadcasts.

    `fail(error)` gets what the handler raised: a bug.
    """

    def __init__(
        self,
        answers: Answers,
        client: Client,
        tell: Callable[[Request, bytes], None],
        fail: Callable[[BaseException], None],
    ) -> None:
        self._answers = answers
        self._client = client
        self._tell = tell
        self._fail = fail
        self._asked: asyncio.Future[bytes] | None = None

    def is_for_us(self, unit: int) -> bool:
        """Whether requests to this unit are taken."""
        return unit == BROADCAST or self._answers.serves(unit)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._asked is not None

    def begin(self, request: Request) -> None:
        """Ask; there must be nothing under way."""
        if request.unit == BROADCAST:
            answer = self._answers.broadcast(request.pdu, self._client)
        else:
            answer = self._answers.answer(request.unit, request.pdu, self._client)
        if isinstance(answer, bytes):
            self._end(request, answer)
            return
        self._asked = asyncio.ensure_future(answer)
        self._asked.add_done_callback(lambda asked: self._answered(request, asked))

    def cancel(self) -> None:
        """Nobody wants the answer any more."""
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None

    def _answered(self, request: Request, asked: asyncio.Future[bytes]) -> None:
        if asked.cancelled() or asked is not self._asked:
            return
        self._asked = None
        error = asked.exception()
        if error is None:
            self._end(request, asked.result())
        else:
            self._fail(error)

    def _end(self, request: Request, answer: bytes) -> None:
        self._tell(request, b"" if request.unit == BROADCAST else answer)
