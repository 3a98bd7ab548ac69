"""One line with its slaves: hears requests, answers when the wire would have brought the answer."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from digigate.simulator.wire.collision import collided
from digigate.simulator.wire.frames import Receiver
from digigate.simulator.wire.pacing import FIFO, Piece, Wire, delivery, heard

IDEAL = Wire(0.0)
SILENCE = 0.02  # s; longer than t3.5, so that a host that is late does not cut a frame


@dataclass(frozen=True, slots=True)
class Saying:
    """What a slave says after a request; `delay` in s, beyond what every answer takes."""

    frame: bytes
    delay: float = 0.0


class Slave(Protocol):
    """One device on the line."""

    @property
    def baudrate(self) -> int:
        """Its own speed; at any other all is noise to it."""
        ...

    def hear(self, request: bytes) -> Sequence[Saying]:
        """Its answers to one request without CRC, of whomever it is; nothing = it is silent."""
        ...


@dataclass(slots=True)
class Counters:
    """What happened on one line."""

    requests: int = 0
    answers: int = 0
    lost: int = 0  # requests sent while a slave was speaking
    dropped: int = 0  # bytes that were no frame
    collisions: int = 0


@dataclass(frozen=True, slots=True)
class Manner:
    """How slaves answer on one line."""

    bits: int  # of a character
    turnaround: float  # s
    jitter: float  # s at most, on top
    chunk: int = FIFO

    def wire(self, baudrate: int) -> Wire:
        """The wire at this speed."""
        return Wire(self.bits / baudrate, self.chunk)


class Channel(Protocol):
    """What a line speaks through: a pty or a connection."""

    @property
    def baudrate(self) -> int:
        """The speed at which the master speaks."""
        ...

    def send(self, data: bytes) -> None:
        """Hand octets to the master."""
        ...


class Trouble(Protocol):
    """What is wrong with a line."""

    @property
    def echoes(self) -> bool:
        """Whether the master hears itself."""
        ...

    def loses(self) -> bool:
        """Whether noise makes this request unintelligible."""
        ...

    def passed(self, frame: bytes) -> bytes:
        """What arrives of an answer."""
        ...


class Line:
    """Serves the slaves of one bus to one master behind a channel of bytes.

    A line is half duplex: what the master says while a slave is answering is lost.
    """

    def __init__(
        self,
        slaves: Collection[Slave],
        manner: Manner,
        channel: Channel,
        counters: Counters,
        trouble: Trouble,
        paced: Callable[[], bool],
        chance: Random,
    ) -> None:
        self._slaves = slaves
        self._manner = manner
        self._channel = channel
        self._counters = counters
        self._trouble = trouble
        self._paced = paced
        self._chance = chance
        self._receiver = Receiver()
        self._loop = asyncio.get_running_loop()
        self._began = 0.0
        self._pieces: deque[Piece] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._quiet: asyncio.TimerHandle | None = None
        self._late: set[asyncio.TimerHandle] = set()
        self.open = True

    def heard(self, data: bytes) -> None:
        """Bytes from the master."""
        now = self._loop.time()
        if self._trouble.echoes:
            self._channel.send(data)
        if not self._receiver.pending:
            self._began = now
        self._take(self._receiver.feed(data), now)
        self._await_silence()

    def close(self) -> None:
        """Say nothing more."""
        self.open = False
        for timer in (self._timer, self._quiet, *self._late):
            if timer:
                timer.cancel()
        self._late.clear()
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
        return self._manner.wire(self._channel.baudrate) if self._paced() else IDEAL

    def _take(self, requests: list[bytes], now: float) -> None:
        self._counters.dropped, self._receiver.dropped = (
            self._counters.dropped + self._receiver.dropped,
            0,
        )
        for request in requests:
            hearing = [s for s in self._slaves if s.baudrate == self._channel.baudrate]
            if not hearing or self._trouble.loses():
                self._counters.dropped += len(request) + 2
                continue
            self._counters.requests += 1
            if self._pieces:
                self._counters.lost += 1
            else:
                self._answer([s for slave in hearing for s in slave.hear(request)], request, now)

    def _answer(self, sayings: Sequence[Saying], request: bytes, now: float) -> None:
        """Let those who speak at once collide, and whoever is late come later."""
        wire = self._wire
        over = heard(wire, self._began, now, len(request) + 2) if wire.char_time else now
        prompt = [saying.frame for saying in sayings if not saying.delay]
        if prompt:
            pause = self._manner.turnaround + self._chance.uniform(0, self._manner.jitter)
            self._begin(self._together(prompt), over + pause * bool(wire.char_time))
        for saying in sayings:
            if saying.delay:
                self._later(saying, over)

    def _together(self, frames: Sequence[bytes]) -> bytes:
        self._counters.answers += 1
        if len(frames) == 1:
            return frames[0]
        self._counters.collisions += 1
        return collided(frames, self._chance)

    def _later(self, saying: Saying, over: float) -> None:
        def due() -> None:
            self._late.discard(timer)
            self.speak(saying.frame)

        timer = self._loop.call_at(over + self._manner.turnaround + saying.delay, due)
        self._late.add(timer)

    def speak(self, frame: bytes) -> None:
        """Put octets on the wire now, over whatever is being said there."""
        self._begin(frame, self._loop.time())

    def _begin(self, frame: bytes, at: float) -> None:
        if self._pieces:
            rest = b"".join(piece.data for piece in self._pieces)
            self._pieces.clear()
            if self._timer:
                self._timer.cancel()
            frame = self._together([rest, frame])
        frame = self._trouble.passed(frame)
        wire = self._wire
        if not wire.char_time:
            self._channel.send(frame)
            return
        self._pieces.extend(delivery(wire, at, frame))
        self._arm()

    def _arm(self) -> None:
        self._timer = self._loop.call_at(self._pieces[0].due, self._deliver)

    def _deliver(self) -> None:
        now = self._loop.time()
        due = bytearray()
        while self._pieces and self._pieces[0].due <= now:
            due += self._pieces.popleft().data
        if due:
            self._channel.send(bytes(due))
        if self._pieces:
            self._arm()
