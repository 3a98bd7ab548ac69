"""One line with its slaves: hears requests, answers when the wire would have brought the answer."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Protocol

from digigate.simulator.device.answers import Registers, answer
from digigate.simulator.wire.frames import Receiver, sealed
from digigate.simulator.wire.pacing import Piece, Wire, delivery, heard

log = logging.getLogger(__name__)

BROADCAST = 0
WRITES = (6, 16)
IDEAL = Wire(0.0)
SILENCE = 0.02  # s; longer than t3.5, so that a host that is late does not cut a frame


class Slave(Protocol):
    """One device on the line."""

    @property
    def on(self) -> bool:
        """Whether it is supplied."""
        ...

    @property
    def registers(self) -> Registers:
        """What it answers from."""
        ...


@dataclass(slots=True)
class Counters:
    """What happened on one line."""

    requests: int = 0
    answers: int = 0
    lost: int = 0  # requests sent while a slave was speaking
    dropped: int = 0  # bytes that were no frame


@dataclass(frozen=True, slots=True)
class Manner:
    """How slaves answer on one line."""

    wire: Wire
    turnaround: float  # s
    jitter: float  # s at most, on top


class Line:
    """Serves the slaves of one bus to one master behind a channel of bytes.

    A line is half duplex: what the master says while a slave is answering is lost.
    """

    def __init__(
        self,
        slaves: Mapping[int, Slave],
        manner: Manner,
        send: Callable[[bytes], None],
        counters: Counters,
        paced: Callable[[], bool],
        chance: Random,
    ) -> None:
        self._slaves = slaves
        self._manner = manner
        self._send = send
        self._counters = counters
        self._paced = paced
        self._chance = chance
        self._receiver = Receiver()
        self._loop = asyncio.get_running_loop()
        self._began = 0.0
        self._pieces: deque[Piece] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._quiet: asyncio.TimerHandle | None = None

    def heard(self, data: bytes) -> None:
        """Bytes from the master."""
        now = self._loop.time()
        if not self._receiver.pending:
            self._began = now
        self._take(self._receiver.feed(data), now)
        self._await_silence()

    def close(self) -> None:
        """Say nothing more."""
        for timer in (self._timer, self._quiet):
            if timer:
                timer.cancel()
        self._pieces.clear()

    def _await_silence(self) -> None:
        if self._quiet:
            self._quiet.cancel()
            self._quiet = None
        if self._receiver.pending:
            wait = max(SILENCE, 4 * self._wire.char_time)
            self._quiet = self._loop.call_later(wait, self._silent)

    def _silent(self) -> None:
        self._quiet = None
        self._take(self._receiver.silence(), self._loop.time() - SILENCE)

    @property
    def _wire(self) -> Wire:
        return self._manner.wire if self._paced() else IDEAL

    def _take(self, requests: list[bytes], now: float) -> None:
        self._counters.dropped, self._receiver.dropped = (
            self._counters.dropped + self._receiver.dropped,
            0,
        )
        for request in requests:
            self._counters.requests += 1
            if self._pieces:
                self._counters.lost += 1
            elif frame := self._reply(request):
                self._speak(frame, now, len(request) + 2)

    def _reply(self, request: bytes) -> bytes | None:
        unit, pdu = request[0], request[1:]
        if unit == BROADCAST:
            for slave in self._slaves.values():
                if slave.on and pdu[0] in WRITES:
                    answer(slave.registers, pdu)
            return None
        found = self._slaves.get(unit)
        if found is None or not found.on:
            return None
        return sealed(bytes((unit,)) + answer(found.registers, pdu))

    def _speak(self, frame: bytes, now: float, asked: int) -> None:
        wire = self._wire
        self._counters.answers += 1
        if not wire.char_time:
            self._send(frame)
            return
        end = heard(wire, self._began, now, asked)
        turnaround = self._manner.turnaround + self._chance.uniform(0, self._manner.jitter)
        self._pieces.extend(delivery(wire, end + turnaround, frame))
        self._arm()

    def _arm(self) -> None:
        self._timer = self._loop.call_at(self._pieces[0].due, self._deliver)

    def _deliver(self) -> None:
        now = self._loop.time()
        due = bytearray()
        while self._pieces and self._pieces[0].due <= now:
            due += self._pieces.popleft().data
        if due:
            self._send(bytes(due))
        if self._pieces:
            self._arm()
