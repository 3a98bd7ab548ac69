"""One HTTP connection with deadlines that aiohttp does not keep by itself."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import StreamReader, web

from digigate.services.web.problems import SEALS, problem

log = logging.getLogger(__name__)
access_log = logging.getLogger("digigate.services.web.access")
access_log.setLevel(logging.WARNING)  # a page asks often; INFO here shows each request

BUFFERED = 65536  # octets that may wait for a client; TLS would else keep half a megabyte


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections, and how many seconds each phase of one may last."""

    total: int = 64
    per_client: int = 16
    handshake: float = 10.0
    request: float = 10.0  # from its first octet (or from the connection) to the end of its head
    body: float = 30.0  # of a request, from the end of its head
    idle: float = 75.0  # between two requests
    stall: float = 30.0  # a client that does not take what we send


class HttpConnection(web.RequestHandler):
    """Cuts who is silent, slow or does not listen; `left` is called once at its end."""

    __slots__ = (
        "_deadline", "_left", "_limits", "_reading", "_serving", "_stalled", "asked", "client",
    )  # fmt: skip

    def __init__(
        self, manager: web.Server, client: str, limits: Limits, left: Callable[[], None]
    ) -> None:
        super().__init__(
            manager,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=limits.idle,
            access_log=access_log,
            lingering_time=1.0,
        )
        self.client = client
        self.asked = False
        """Whether a whole request has come."""
        self._limits = limits
        self._left = left
        self._serving = 0
        self._reading = False
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    @contextmanager
    def serving(self) -> Iterator[None]:
        """A request has come in whole and is being answered meanwhile."""
        self.asked = True
        self._serving += 1
        self._reading = False
        self._expect(None)
        try:
            yield
        finally:
            self._serving -= 1
            self._expect(self._limits.idle)

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return self._serving > 0

    def await_body(self, body: StreamReader) -> None:
        """The rest of the request that is being served must come in its time."""
        if not body.is_eof():
            self._expect(self._limits.body)
            body.on_eof(lambda: self._expect(None))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is done; a request must follow."""
        super().connection_made(transport)
        if isinstance(transport, asyncio.WriteTransport):
            transport.set_write_buffer_limits(BUFFERED)
        self._expect(self._limits.request)

    def data_received(self, data: bytes) -> None:
        """The first octet of a request sets the deadline of its head; later ones do not move it."""
        if data and not self._serving and not self._reading:
            self._reading = True
            self._expect(self._limits.request)
        super().data_received(data)

    def pause_writing(self) -> None:
        """The client takes no more for now."""
        super().pause_writing()
        self._stalled = self._loop.call_later(self._limits.stall, self.cut)

    def resume_writing(self) -> None:
        """It takes more."""
        super().resume_writing()
        self._unstall()

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection is gone, whoever ended it."""
        self._expect(None)
        self._unstall()
        super().connection_lost(exc)
        self._left()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 -- what aiohttp would tell of its parser
    ) -> web.StreamResponse:
        """The answer to what is no HTTP (400), or to a bug of ours (500), which is logged.

        Raises:
            ConnectionError: the client is gone or has been answered in part.
        """
        gone = isinstance(exc, ConnectionError)
        if status >= 500 and not gone:
            log.error("a request failed", exc_info=exc, extra={"path": request.path})
        if gone or request.writer.output_size > 0:
            raise ConnectionError("nothing more can be answered") from exc
        text = "the gateway failed to answer" if status >= 500 else "this is not valid HTTP"
        response = problem(request.path, status, text)
        response.headers.update({**SEALS, "Server": "digigate"})  # else aiohttp names its version
        response.force_close()
        return response

    def _expect(self, seconds: float | None) -> None:
        """Cut the connection in so many seconds unless told otherwise before."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if seconds is not None and self.transport is not None:
            self._deadline = self._loop.call_later(seconds, self.cut)

    def _unstall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def cut(self) -> None:
        """End it at once, whatever it is about."""
        if self.transport is not None:
            self.transport.abort()
