"""The way to the slaves behind another gateway: Modbus TCP, a few transactions at a time."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from digigate.bus.frames import READ_BITS, READ_REGISTERS, REFUSAL, build
from digigate.bus.ledger import Ledger
from digigate.bus.mbap import Adu, split
from digigate.bus.queue import Exchange, RequestQueue
from digigate.bus.requests import Priority
from digigate.bus.timing import Wire
from digigate.bus.trace import Frame, FrameKind
from digigate.errors import LineDown, SlaveException, SlaveGarbled, SlaveTimeout
from digigate.settings.topology import RemoteGateway
from digigate.watchers import Watchers

IN_FLIGHT = 4
"""Transactions at a time: enough to hide the network, few enough for any gateway to take them."""
ANSWER_WITHIN = 3.0
"""Seconds for one answer: the far gateway waits in its own queue, and for its own slave."""
_PATH_UNAVAILABLE, _NO_RESPONSE = 0x0A, 0x0B
_WORDS = {
    _PATH_UNAVAILABLE: "has no path to it",
    _NO_RESPONSE: "got no answer from it",
}
_HELLO = bytes.fromhex("03c3500004")  # the first words of the identification block, 50000

_monotonic = time.monotonic
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Flight:
    """One transaction under way; a hello asks the gateway itself, for nobody."""

    unit: int
    exchange: Exchange | None
    sent: float
    timer: asyncio.TimerHandle
    alone: bool


class RemoteLine:
    """The slaves behind one gateway: implements `Requests`; units are those of the far side.

    A gateway that takes requests and answers none is asked for itself; where that is not answered
    either, the connection is given up (`on_bug`). One that forgets a request over others gets one
    at a time from then on, beginning with the reads that it forgot.
    """

    def __init__(
        self,
        gateway: RemoteGateway,
        frames: Watchers[[Frame]],
        answer_within: float = ANSWER_WITHIN,
    ) -> None:
        self.name = gateway.key
        self.place = f"{gateway.host}:{gateway.port}"
        self.wire = Wire(0.0, 0.0)
        self.frames = frames
        self.ledger = Ledger(self.name, _monotonic(), frames)
        self.down_reason = f"gateway {self.name} is not connected yet"
        self.on_bug: Callable[[BaseException], None] = _unowned
        self._label = f"gateway {gateway.name or gateway.key} ({self.place})"
        self._own_unit = gateway.unit
        self._answer_within = answer_within
        self._queue = RequestQueue()
        self._forgotten: deque[Exchange] = deque()
        self._flights: dict[int, _Flight] = {}
        self._transaction = 0
        self._limit = IN_FLIGHT
        self._write: Callable[[bytes], None] | None = None
        self._buffer = bytearray()
        self._heard_at = self._busy_since = 0.0
        self._greeted: asyncio.Future[None] | None = None

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        """As `Requests.request`."""
        if self._write is None:
            raise LineDown(self.down_reason)
        waiter: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queue.add(unit, pdu, priority, client, waiter)
        self._send_next()
        return await waiter

    def attach(self, write: Callable[[bytes], None]) -> None:
        """The connection stands; nothing is known yet of who is at its far end."""
        self._write = write
        self._buffer.clear()

    async def greet(self) -> None:
        """Returns once the gateway has answered anything at all."""
        self._greeted = asyncio.get_running_loop().create_future()
        self._say_hello()
        await self._greeted

    def detach(self, reason: str) -> None:
        """The connection is gone: all who wait raise LineDown, and so do all who ask."""
        self._write = None
        self.down_reason = reason
        flights, self._flights = self._flights, {}
        for flight in flights.values():
            flight.timer.cancel()
            if flight.exchange is not None:
                self.ledger.lost(flight.unit)
                flight.exchange.fail(LineDown(reason))
        for exchange in (*self._forgotten, *self._queue.drain()):
            exchange.fail(LineDown(reason))
        self._forgotten.clear()

    def heard(self, data: bytes, now: float) -> None:
        """Octets came in at `now`."""
        self._buffer += data
        self._heard_at = now
        try:
            for adu in split(self._buffer):
                self._take(adu, now)
        except ValueError as error:
            self.on_bug(LineDown(f"{self._label} does not speak Modbus TCP: {error}"))
        except BaseException as bug:
            self.on_bug(bug)
            raise
        self._send_next()

    def _send_next(self) -> None:
        while self._write is not None and len(self._flights) < self._limit:
            exchange = self._forgotten.popleft() if self._forgotten else self._queue.take(_any)
            if exchange is None:
                return
            self._depart(exchange.unit, exchange.pdu, exchange)
            self.ledger.asked(exchange.unit, exchange.frame, _monotonic())

    def _depart(self, unit: int, pdu: bytes, exchange: Exchange | None) -> None:
        if self._write is None:
            return
        self._transaction = (self._transaction + 1) & 0xFFFF
        number, now = self._transaction, _monotonic()
        timer = asyncio.get_running_loop().call_later(self._answer_within, self._overdue, number)
        if not self._flights:
            self._busy_since = now
        self._flights[number] = _Flight(unit, exchange, now, timer, alone=self._limit == 1)
        self._write(Adu(number, unit, pdu).encode())

    def _land(self, number: int, now: float) -> _Flight | None:
        flight = self._flights.pop(number, None)
        if flight is not None:
            flight.timer.cancel()
            if not self._flights:
                self.ledger.busy.add(now, now - self._busy_since)
        return flight

    def _take(self, adu: Adu, now: float) -> None:
        """An answer: to whoever its transaction number says, or to nobody any more."""
        flight = self._land(adu.transaction, now)
        if flight is None:
            self.ledger.stray(adu.encode(), 0, now)
        elif flight.exchange is None:
            if self._greeted is not None and not self._greeted.done():
                self._greeted.set_result(None)
        else:
            self._end(flight.exchange, adu, now, now - flight.sent)

    def _end(self, exchange: Exchange, adu: Adu, now: float, took: float) -> None:
        frame = build(adu.unit, adu.pdu)
        code = adu.pdu[1] if adu.pdu[0] & REFUSAL and len(adu.pdu) == 2 else 0
        if not exchange.expected.fits(frame):
            self.ledger.garbled(exchange.unit, frame, now, took, whole=False)
            exchange.fail(SlaveGarbled(f"{self._label} answered for slave {exchange.unit} wrongly"))
        elif code in _WORDS:
            self.ledger.tell(FrameKind.EXCEPTION, exchange.unit, frame, now, took)
            self.ledger.missed(exchange.unit, now, took)
            exchange.fail(SlaveTimeout(f"{self._label} {_WORDS[code]} (exception {code:#04x})"))
        else:
            self.ledger.answered(exchange.unit, frame, now, took)
            self.ledger.slave(exchange.unit).turnaround.add(took)
            if code:
                exchange.fail(SlaveException(code))
            else:
                exchange.answer(adu.pdu)

    def _overdue(self, number: int) -> None:
        now = _monotonic()
        flight = self._land(number, now)
        if flight is None:
            return
        if flight.exchange is None:
            self.on_bug(LineDown(f"{self._label} takes requests and answers none"))
            return
        self.ledger.missed(flight.unit, now, now - flight.sent)
        heard = self._heard_at >= flight.sent
        if heard:
            self._slow_down()
        elif not self._is_saying_hello():
            self._say_hello()
        if heard and not flight.alone and _changes_nothing(flight.exchange):
            self._forgotten.append(flight.exchange)
        else:
            reason = f"{self._label} did not answer within {self._answer_within:.3g} s"
            flight.exchange.fail(SlaveTimeout(reason))
        self._send_next()

    def _slow_down(self) -> None:
        """Others were answered meanwhile: the gateway may have forgotten this one over them."""
        if self._limit > 1:
            self._limit = 1
            log.warning("one transaction at a time from now on", extra={"gateway": self._label})

    def _say_hello(self) -> None:
        self._depart(self._own_unit, _HELLO, None)

    def _is_saying_hello(self) -> bool:
        return any(flight.exchange is None for flight in self._flights.values())


def _any(_: Exchange) -> bool:
    return True


def _changes_nothing(exchange: Exchange) -> bool:
    return exchange.pdu[0] in READ_REGISTERS or exchange.pdu[0] in READ_BITS


def _unowned(_: BaseException) -> None:
    """Nobody holds this connection."""
