"""One client's TCP connection: octets in, answers out, in the order of the requests."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Hashable
from dataclasses import dataclass
from struct import Struct
from typing import Protocol, cast

from digigate.services.modbus.pdu import READ_MAX, READS, WRITES

RECEIVE = 4096  # octets taken in while the answers to them have not gone out
IN_FLIGHT = 16  # pipelined requests of one connection that may wait for the line
LENGTH_MIN, LENGTH_MAX = 2, 254  # what a header may say: unit, function and up to 252 octets

_HEADER = Struct(">HHHB")  # transaction, protocol, length, unit
_PROTOCOL_AND_LENGTH = Struct(">HH")
_LENGTH_AT, _FUNCTION_AT = 4, 7
_REQUEST = Struct(">HHHBBHH")  # header, function, start, count: a plain read
_PLAIN_READ = 6  # its length as the header says it
_PLAIN_READ_SIZE = _REQUEST.size
_READ_HEADER = Struct(">HHHBBB")  # header, function, byte count of the answer to it


class Answers(Protocol):
    """Who knows the answers: `Handler`."""

    def registers(self, unit: int, start: int, count: int) -> bytes | None:
        """Registers that can be had at once (count 1..125)."""

    def answer(self, unit: int, pdu: bytes, client: Hashable) -> bytes | Awaitable[bytes]:
        """The answer PDU to any request PDU."""


class Hall(Protocol):
    """Where connections live: `ModbusTcpServer`."""

    def enter(self, connection: "Connection") -> bool:
        """Give a new connection its place; False = there is none."""

    def leave(self, connection: "Connection") -> None:
        """Free its place, if it had one."""

    def spend(self, client: str, requests: int) -> bool:
        """Count requests; False = the client is excluded."""


@dataclass(slots=True, eq=False)
class _Asked:
    """A request that is out on the line."""

    transaction: int
    unit: int
    answer: asyncio.Future[bytes]


class Connection(asyncio.BufferedProtocol):
    """Takes every whole ADU out of what has come; what can be answered goes out in one write.

    Reads may wait for the line side by side. A write begins when all before it is answered, and
    what follows begins after it: who reads behind his own write gets what he wrote. A header that
    is none (protocol, length) ends the connection behind the answers to what came before it. The
    end of the client's stream ends the connection: what waits for the line is cancelled, because
    a client that gave up cannot be told from one that closed only its sending half.
    """

    def __init__(self, answers: Answers, hall: Hall) -> None:
        self._answers = answers
        self._registers = answers.registers
        self._hall = hall
        self._time = asyncio.get_running_loop().time
        self._buffer = bytearray(RECEIVE + _REQUEST.size)  # so that a header can be read anywhere
        self._view = memoryview(self._buffer)[:RECEIVE]
        self._filled = 0
        self._waiting: deque[_Asked | bytes] = deque()  # on the line, or answers behind those
        self._writing = False  # a write is out on the line
        self._choked = False  # the client does not take its answers
        self._ended = False  # nothing more is taken from this client
        self._paused = False
        self.client = ""
        self.heard = self._time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a place; without one the connection is aborted."""
        self.transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.client = peer[0] if peer else ""
        if not self._hall.enter(self):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- as asyncio calls it
        """Free the place; nobody wants the answers of the line any more."""
        for asked in self._waiting:
            if isinstance(asked, _Asked):
                asked.answer.cancel()
        self._waiting.clear()
        self._hall.leave(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 -- as asyncio calls it
        """Where the next octets go; never empty, for reading pauses when it is full."""
        return self._view[self._filled :] if self._filled else self._view

    def buffer_updated(self, nbytes: int) -> None:
        """Octets have come: by far most often one plain read of registers that are at hand."""
        self._filled += nbytes
        if self._filled != _PLAIN_READ_SIZE or self._waiting or self._choked or self._ended:
            self._serve()
            return
        frame = self._plain_read(0)
        if frame is None:
            self._serve()
            return
        self._filled = 0
        self.heard = self._time()
        if self._hall.spend(self.client, 1):
            self.transport.write(frame)
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        """The client is slow: begin nothing more for it."""
        self._choked = True

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._choked = False
        self._serve()

    def is_idle(self, since: float) -> bool:
        """Whether no whole request has come since then (loop time), and none is on the line."""
        return self.heard < since and (self._choked or not self._waiting)

    def _serve(self) -> None:
        """Answer every whole ADU whose turn it is."""
        at = taken = 0
        ready: list[bytes] = []
        while (end := self._end_of_adu(at)) is not None:
            frame = self._plain_read(at) or self._answer(at, end)
            if frame is None:
                pass
            elif self._waiting:
                self._waiting.append(frame)
            else:
                ready.append(frame)
            at = end
            taken += 1
        if taken:
            self._consume(at)
            self.heard = self._time()
            if not self._hall.spend(self.client, taken):
                self.transport.abort()
                return
            self._send(ready)
        self._settle()

    def _end_of_adu(self, at: int) -> int | None:
        """Where the ADU that begins at `at` ends; None where it is not whole or not its turn."""
        busy = self._writing or self._choked or self._ended or len(self._waiting) >= IN_FLIGHT
        if busy or self._filled - at < _LENGTH_AT + 2:
            return None
        protocol, length = _PROTOCOL_AND_LENGTH.unpack_from(self._buffer, at + 2)
        if protocol or not LENGTH_MIN <= length <= LENGTH_MAX:
            self._ended = True
            return None
        end = at + _LENGTH_AT + 2 + int(length)
        if end > self._filled or (self._waiting and self._buffer[at + _FUNCTION_AT] in WRITES):
            return None
        return end

    def _plain_read(self, at: int) -> bytes | None:
        """The answer to the ADU at `at` if it reads registers that are at hand."""
        transaction, protocol, length, unit, function, start, count = _REQUEST.unpack_from(
            self._buffer, at
        )
        if length != _PLAIN_READ or protocol or function not in READS or not 0 < count <= READ_MAX:
            return None
        data = self._registers(unit, start, count)
        if data is None:
            return None
        size = len(data)
        return _READ_HEADER.pack(transaction, 0, size + 3, unit, function, size) + data

    def _answer(self, at: int, end: int) -> bytes | None:
        """The answer to any ADU; None where it has to come from the line."""
        transaction, _, _, unit = _HEADER.unpack_from(self._buffer, at)
        pdu = bytes(self._view[at + _FUNCTION_AT : end])
        answer = self._answers.answer(unit, pdu, self.client)
        if isinstance(answer, bytes):
            return framed(transaction, unit, answer)
        future = asyncio.ensure_future(answer)
        self._waiting.append(_Asked(transaction, unit, future))
        self._writing = pdu[0] in WRITES
        future.add_done_callback(self._answered)
        return None

    def _answered(self, future: asyncio.Future[bytes]) -> None:
        """The line has answered one request: send what is next in order, go on with what waits."""
        if future.cancelled() or future.exception() is not None:
            self.transport.abort()  # nobody may wait for an answer that never comes
        if not future.cancelled():
            future.result()
        if self.transport.is_closing():
            return
        ready: list[bytes] = []
        while self._waiting:
            frame = _frame(self._waiting[0])
            if frame is None:
                break
            ready.append(frame)
            self._waiting.popleft()
        self._writing = self._writing and bool(self._waiting)
        self._send(ready)
        self._serve()

    def _consume(self, size: int) -> None:
        """Take the first octets out of the buffer."""
        left = self._filled - size
        self._buffer[:left] = self._buffer[size : self._filled]
        self._filled = left

    def _send(self, frames: list[bytes]) -> None:
        if frames:
            self.transport.write(b"".join(frames))

    def _settle(self) -> None:
        """Stop reading where there is no room, go on where there is, close what has ended."""
        full = self._ended or self._filled == RECEIVE
        if full != self._paused:
            self._paused = full
            (self.transport.pause_reading if full else self.transport.resume_reading)()
        if self._ended and not self._waiting:
            self.transport.close()


def framed(transaction: int, unit: int, pdu: bytes) -> bytes:
    """A PDU behind its MBAP header."""
    return _HEADER.pack(transaction, 0, 1 + len(pdu), unit) + pdu


def _frame(waiting: _Asked | bytes) -> bytes | None:
    if isinstance(waiting, bytes):
        return waiting
    if not waiting.answer.done():
        return None
    return framed(waiting.transaction, waiting.unit, waiting.answer.result())
