"""One client's TCP connection: octets in, answers out, in the order of the requests."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from struct import Struct
from typing import Protocol, cast

from digigate.services.modbus.client import Client, by_address
from digigate.services.modbus.hall import Hall
from digigate.services.modbus.pdu import CHANGES, READ_MAX, READS

IN_FLIGHT = 16  # pipelined requests of one connection that may wait for the line
TURN = 64  # requests answered at one go, before others have their turn
HELD = 4096  # octets that may wait for their turn before reading pauses
LENGTH_MIN, LENGTH_MAX = 2, 254  # what a header may say: unit, function and up to 252 octets

_HEADER = Struct(">HHHB")  # transaction, protocol, length, unit
_HEADED = 6  # octets before those that `length` counts
_FUNCTION_AT = 7
_PLAIN_READ_SIZE, _PLAIN_READ_LENGTH = 12, 6  # of all octets, of those that `length` counts
_unpack_read = Struct(">HHHBBHH").unpack  # header, function, start, count
_pack_registers = Struct(">HHHBBB").pack  # header, function, byte count


class Answers(Protocol):
    """Who knows the answers: `Handler`."""

    @property
    def own_units(self) -> frozenset[int]:
        """The units whose registers are not in `registers`."""

    @property
    def registers(self) -> Callable[[int, int, int], bytes | None]:
        """`registers(unit, start, count)`: what can be had at once, for counts of 1 to 125."""

    def answer(self, unit: int, pdu: bytes, client: Client) -> bytes | Awaitable[bytes]:
        """The answer PDU to any request PDU."""


@dataclass(slots=True, eq=False)
class _Asked:
    """A request that is out on the line."""

    transaction: int
    unit: int
    answer: asyncio.Future[bytes]

    def frame(self) -> bytes | None:
        """The whole answer, once it is there."""
        if self.answer.done():
            return framed(self.transaction, self.unit, self.answer.result())
        return None


class Connection(asyncio.Protocol):
    """Takes every whole ADU out of what has come; what can be answered goes out in one write.

    Reads may wait for the line side by side. A write begins when all before it is answered, and
    what follows begins after it: who reads behind his own write gets what he wrote. A header that
    is none (protocol, length) ends the connection behind the answers to what came before it. The
    end of the client's stream ends the connection: what waits for the line is cancelled, because
    a client that gave up cannot be told from one that closed only its sending half.
    """

    def __init__(
        self,
        answers: Answers,
        hall: Hall,
        introduce: Callable[[asyncio.BaseTransport], Client] = by_address,
    ) -> None:
        self._answers = answers
        self._registers = answers.registers
        self._own_units = answers.own_units
        self._hall = hall
        self._held = b""  # what has come and was not yet answered
        self._waiting: deque[_Asked | bytes] = deque()  # on the line, or answers behind those
        self._writing = False  # a write is out on the line
        self._choked = False  # the client does not take its answers
        self._ended = False  # nothing more is taken from this client
        self._paused = False
        self._turn: asyncio.Handle | None = None
        self._introduce = introduce
        self.client = ""
        self.active = True  # whole requests have come since this was set to False
        self.quiet_since = 0.0  # for whoever looks for idle connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a place; without one the connection is aborted."""
        self.transport = cast("asyncio.Transport", transport)
        self._asker = self._introduce(transport)
        self.client = self._asker.host
        self._spend = self._hall.purse(self.client)
        if not self._hall.enter(self):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- as asyncio calls it
        """Free the place; nobody wants the answers of the line any more."""
        for asked in self._waiting:
            if isinstance(asked, _Asked):
                asked.answer.cancel()
        self._waiting.clear()
        if self._turn is not None:
            self._turn.cancel()
        self._hall.leave(self)

    def data_received(self, data: bytes) -> None:
        """Octets have come: by far most often one plain read of registers that are at hand."""
        if len(data) == _PLAIN_READ_SIZE and not (self._held or self._waiting or self._choked):
            transaction, protocol, length, unit, function, start, count = _unpack_read(data)
            plain = length == _PLAIN_READ_LENGTH and not protocol and function in READS
            if plain and 0 < count <= READ_MAX and unit not in self._own_units:
                registers = self._registers(unit, start, count)
                if registers is not None:
                    self.active = True
                    if self._spend(1):
                        size = len(registers)
                        head = _pack_registers(transaction, 0, size + 3, unit, function, size)
                        self.transport.write(head + registers)
                    else:
                        self.transport.abort()
                    return
        self._held = self._held + data if self._held else data
        if self._turn is None:
            self._serve()

    def pause_writing(self) -> None:
        """The client is slow: begin nothing more for it."""
        self._choked = True

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._choked = False
        self._serve()

    @property
    def is_asking(self) -> bool:
        """Whether the client rightly waits for the line."""
        return bool(self._waiting) and not self._choked

    def _serve(self) -> None:
        """Answer whole ADUs whose turn it is, up to one turn's worth."""
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        held, at, taken = self._held, 0, 0
        ready: list[bytes] = []
        while taken < TURN and (end := self._end_of_adu(held, at)) is not None:
            frame = self._answer(held[at:end])
            if frame is not None:
                (self._waiting or ready).append(frame)
            at = end
            taken += 1
        self._held = held[at:]
        if taken:
            self.active = True
            if not self._spend(taken):
                self.transport.abort()
                return
            self._send(ready)
        if taken == TURN:
            self._turn = asyncio.get_running_loop().call_soon(self._serve)
        self._settle()

    def _end_of_adu(self, held: bytes, at: int) -> int | None:
        """Where the ADU that begins at `at` ends; None where it is not whole or not its turn."""
        busy = self._writing or self._choked or self._ended or len(self._waiting) >= IN_FLIGHT
        if busy or len(held) - at < _HEADED:
            return None
        length = held[at + 4] << 8 | held[at + 5]
        if held[at + 2] or held[at + 3] or not LENGTH_MIN <= length <= LENGTH_MAX:
            self._ended = True
            return None
        end = at + _HEADED + length
        if end > len(held) or (self._waiting and held[at + _FUNCTION_AT] in CHANGES):
            return None
        return end

    def _answer(self, adu: bytes) -> bytes | None:
        """The answer to any ADU; None where it has to come from the line."""
        transaction, _, _, unit = _HEADER.unpack_from(adu)
        pdu = adu[_FUNCTION_AT:]
        answer = self._answers.answer(unit, pdu, self._asker)
        if isinstance(answer, bytes):
            return framed(transaction, unit, answer)
        future = asyncio.ensure_future(answer)
        self._waiting.append(_Asked(transaction, unit, future))
        self._writing = pdu[0] in CHANGES
        future.add_done_callback(self._answered)
        return None

    def _answered(self, future: asyncio.Future[bytes]) -> None:
        """The line has answered one request: send what is next in order, go on with what waits.

        Raises:
            Exception: what the handler raised, a bug; the loop's exception handler reports it.
        """
        if future.cancelled() or future.exception() is not None:
            self.transport.abort()  # nobody may wait for an answer that never comes
        if not future.cancelled():
            future.result()
        if self.transport.is_closing():
            return
        ready: list[bytes] = []
        while self._waiting:
            first = self._waiting[0]
            frame = first if isinstance(first, bytes) else first.frame()
            if frame is None:
                break
            ready.append(frame)
            self._waiting.popleft()
        self._writing = self._writing and bool(self._waiting)
        self._send(ready)
        self._serve()

    def _send(self, frames: list[bytes]) -> None:
        if frames:
            self.transport.write(b"".join(frames))

    def _settle(self) -> None:
        """Stop reading where too much waits, go on where not; close what has ended."""
        full = self._ended or len(self._held) >= HELD
        if full != self._paused:
            self._paused = full
            (self.transport.pause_reading if full else self.transport.resume_reading)()
        if self._ended and not self._waiting:
            self.transport.close()


def framed(transaction: int, unit: int, pdu: bytes) -> bytes:
    """A PDU behind its MBAP header."""
    return _HEADER.pack(transaction, 0, 1 + len(pdu), unit) + pdu
