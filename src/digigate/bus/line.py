"""The engine of one line: asks, keeps the silence, matches answers, never sleeps on the way.

Everything happens in callbacks of the event loop: bytes come in by `heard`, one timer of
microseconds ends silences and deadlines. When an answer's last byte has come, the timer is armed
for the silent interval; it sends what is next, and only then are the former answer's waiters told,
so that their work lies under the next request's time on the wire.
"""

import asyncio
import time
from collections.abc import Callable, Hashable
from enum import Enum, auto
from functools import partial

from digigate.bus.frames import LONGEST, REFUSAL
from digigate.bus.lateness import Lateness
from digigate.bus.ledger import Ledger
from digigate.bus.queue import Exchange, RequestQueue
from digigate.bus.reception import Reception, Sight
from digigate.bus.requests import Priority
from digigate.bus.timer import Timer
from digigate.bus.timing import MARGIN, Wire
from digigate.bus.trace import Frame, FrameKind
from digigate.errors import LineDown, SlaveException, SlaveGarbled, SlaveTimeout
from digigate.settings.sections import Line as LineSettings
from digigate.watchers import Watchers

BROADCAST = 0
BROADCAST_DELAY = 0.1
"""Seconds that slaves get to act on a broadcast, which none answers (serial line guide V1.02)."""
PAUSE = 0.02
"""Silence in seconds after which nothing more is coming, even through a USB adapter."""
PATIENCE = 1.0
"""Seconds of foreign noise after which a request is sent all the same."""
SPIN = 0.0002
"""The end of each silence is not slept but watched: waking up takes the system about that long."""

_monotonic = time.monotonic


class _State(Enum):
    DOWN = auto()
    IDLE = auto()  # nothing may go; the timer may be armed for the end of a hold
    QUIET = auto()  # the silent interval runs
    ASKING = auto()
    BROADCASTING = auto()


class Line:
    """One line: implements `Requests` for the slaves that hang on it.

    `frames` tells what passes on it; lines of one bus share it.
    """

    def __init__(
        self, name: str, settings: LineSettings, frames: Watchers[[Frame]] | None = None
    ) -> None:
        self.name = name
        self.wire = Wire.of(settings)
        self.frames = Watchers[[Frame]]() if frames is None else frames
        self.ledger = Ledger(name, _monotonic(), self.frames)
        self.down_reason = f"the line {name} is not open yet"
        self.on_bug: Callable[[BaseException], None] = _unowned
        self._turnaround_max = settings.turnaround_max
        self._echoes = settings.echo
        self._queue = RequestQueue()
        self._lateness = Lateness(settings.turnaround_max)
        self._reception = Reception()
        self._state = _State.DOWN
        self._write: Callable[[bytes], None] = _nowhere
        self._timer: Timer | None = None
        self._current: Exchange | None = None
        self._finished: tuple[Exchange, bytes | SlaveTimeout] | None = None
        self._sent = self._deadline = 0.0
        self._quiet_at = self._patient_until = 0.0

    async def request(
        self,
        unit: int,
        pdu: bytes,
        priority: Priority = Priority.CLIENT,
        client: Hashable = None,
        *,
        patience: float | None = None,
    ) -> bytes:
        """As `Requests.request`; a broadcast (unit 0) is answered by nobody and returns `b""`.

        `patience` is how many seconds the slave may take to begin its answer, instead of what is
        learnt and set; the caller then takes it upon himself that no answer comes later.

        Raises:
            ValueError: the PDU is none.
        """
        if self._state is _State.DOWN:
            raise LineDown(self.down_reason)
        waiter: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queue.add(unit, pdu, priority, client, waiter, patience)
        if self._state is _State.IDLE:
            self._patient_until = _monotonic() + PATIENCE
            self._advance()
        return await waiter

    def attach(self, write: Callable[[bytes], None]) -> None:
        """The port is open: requests can go, after one silent interval."""
        self._timer = Timer(partial(self._guarded, self._tick))
        self._write = write
        self._state = _State.IDLE
        self._quiet_at = _monotonic() + self.wire.silence

    def detach(self, reason: str) -> None:
        """The port is gone: all who wait raise LineDown, and so do all who ask until `attach`."""
        state, self._state = self._state, _State.DOWN
        self._write = _nowhere
        self.down_reason = reason
        if self._timer is not None:
            self._timer.close()
            self._timer = None
        self._deliver()
        waiting = self._queue.drain()
        if self._current is not None:
            self._lateness.missed(self._current, self._sent, self._deadline)
            if state is _State.ASKING:
                self.ledger.lost(self._current.unit)
            waiting.append(self._current)
            self._current = None
        for exchange in waiting:
            exchange.fail(LineDown(reason))

    def heard(self, data: bytes, now: float) -> None:
        """Bytes came in at `now`."""
        self._guarded(self._hear, data, now)

    def _guarded(self, act: Callable[..., None], *arguments: object) -> None:
        """Run a callback of the loop; its failure must end the service that owns the line."""
        try:
            act(*arguments)
        except BaseException as bug:
            self.on_bug(bug)
            raise

    # The way out: silence kept, send what is next, then tell those who wait for the former one.

    def _advance(self) -> None:
        now = _monotonic()
        if now < self._quiet_at - SPIN:
            self._keep_quiet()
            return
        exchange = self._next(now)
        if exchange is None:
            self._rest()
            return
        while now < self._quiet_at:
            now = _monotonic()
        self._write(exchange.frame)
        self._begin(exchange, now)
        self._deliver()

    def _keep_quiet(self) -> None:
        self._state = _State.QUIET
        self._arm(self._quiet_at - SPIN)

    def _next(self, now: float) -> Exchange | None:
        lateness = self._lateness
        if not lateness:
            return self._queue.take(_any)
        lateness.expire(now)
        return self._queue.take(lambda exchange: lateness.free_at(exchange) <= now)

    def _begin(self, exchange: Exchange, now: float) -> None:
        asked = now + len(exchange.frame) * self.wire.char
        self._current, self._sent = exchange, now
        self._reception.begin(exchange.expected, exchange.frame if self._echoes else b"")
        if exchange.unit == BROADCAST:
            self._state, self._deadline = _State.BROADCASTING, asked + BROADCAST_DELAY
            self._arm(self._deadline)
            self.ledger.tell(FrameKind.BROADCAST, BROADCAST, exchange.frame, now)
            return
        self._state = _State.ASKING
        self._deadline = asked + self._allowance(exchange) + self._answer_time(exchange)
        self._arm(self._deadline)
        self.ledger.asked(exchange.unit, exchange.frame, now)

    def _allowance(self, exchange: Exchange) -> float:
        if exchange.patience is not None:
            return exchange.patience
        return self.ledger.slave(exchange.unit).turnaround.allowance(self._turnaround_max)

    def _answer_time(self, exchange: Exchange) -> float:
        return (exchange.expected.length or LONGEST) * self.wire.char + MARGIN

    def _rest(self) -> None:
        self._state = _State.IDLE
        self._deliver()
        change = self._lateness.next_change() if self._queue else None
        if change is not None:
            self._arm(change)

    def _deliver(self) -> None:
        if self._finished is None:
            return
        (exchange, outcome), self._finished = self._finished, None
        if isinstance(outcome, SlaveTimeout):
            exchange.fail(outcome)
        elif len(outcome) > 1 and outcome[1] & REFUSAL:
            exchange.fail(SlaveException(outcome[2]))
        else:
            exchange.answer(outcome[1:-2])

    # The way in: the right answer, or nothing.

    def _hear(self, data: bytes, now: float) -> None:
        exchange = self._current
        if self._state is not _State.ASKING or exchange is None:
            self._hear_stray(data, now)
            return
        sight = self._reception.hear(data, now)
        if sight is Sight.ANSWER:
            self._complete(exchange, now)
        elif sight is Sight.DOUBT:
            noise = self._reception.trim()
            if noise:
                self.ledger.stray(noise, exchange.unit, now)
            self._arm(min(self._deadline, now + PAUSE))

    def _complete(self, exchange: Exchange, now: float) -> None:
        frame, noise = self._reception.take()
        self._end_exchange(exchange, frame, now)
        if self._reception.echoed():
            self.ledger.tell(FrameKind.ECHO, exchange.unit, exchange.frame, now)
        self.ledger.answered(exchange.unit, frame, now, now - self._sent)
        if noise:
            self.ledger.stray(noise, exchange.unit, now)
            self._pay(bytearray(noise))
        elif not self._lateness.in_doubt(exchange.unit):
            asked = self._sent + len(exchange.frame) * self.wire.char
            self.ledger.slave(exchange.unit).turnaround.add(self._reception.first - asked)
        if self._lateness:
            refused = bool(frame[1] & REFUSAL)
            self._lateness.answered(exchange, self._sent, refused=refused)
        self._proceed()

    def _overdue(self, exchange: Exchange) -> None:
        """The deadline has passed, and whatever the kernel held back by then has been heard."""
        if self._state is not _State.ASKING or self._current is not exchange:
            return
        if self._reception.settle():
            self._complete(exchange, max(self._reception.last, self._sent))
        else:
            self._fail(exchange)

    def _paused(self, exchange: Exchange) -> None:
        """Enough bytes for an answer, then silence: it is hidden, garbled or still to come."""
        if self._reception.settle():
            self._complete(exchange, self._reception.last)
        elif self._broken(exchange):
            self._fail(exchange)
        else:
            self._arm(self._deadline)

    def _broken(self, exchange: Exchange) -> bool:
        """Whether what was heard is this very answer, whole but broken."""
        in_doubt = self._lateness.in_doubt(exchange.unit)
        return not in_doubt and self._reception.whole_but_broken()

    def _fail(self, exchange: Exchange) -> None:
        now = _monotonic()
        broken = self._broken(exchange)
        heard = bytes(self._reception.buffer)
        ended = self._reception.last if heard else now - self.wire.silence
        if not broken:
            self._lateness.missed(exchange, self._sent, self._latest(exchange))
        failure = self._failure(exchange, heard, now, broken=broken)
        self._end_exchange(exchange, failure, ended)
        self._reception.buffer.clear()
        self._proceed()

    def _failure(
        self, exchange: Exchange, heard: bytes, now: float, *, broken: bool
    ) -> SlaveTimeout:
        """What went wrong, counted and in words: silence, or something else than an answer."""
        unit, took = exchange.unit, now - self._sent
        late = bool(heard) and not broken and self._pay(bytearray(heard))
        if late or not heard:
            if heard:
                self.ledger.stray(heard, unit, now)
            self.ledger.missed(unit, now, took)
            return SlaveTimeout(f"slave {unit} did not answer within {took:.3f} s")
        self.ledger.garbled(unit, heard, now, took, whole=broken)
        if heard == exchange.frame:
            return SlaveGarbled(
                f"slave {unit} did not answer, but our own request came back:"
                " if the adapter repeats it, set `echo: true` for this line"
            )
        return SlaveGarbled(f"the answer of slave {unit} came garbled")

    def _latest(self, exchange: Exchange) -> float | None:
        """The last moment at which the answer may still begin; None: the caller sees to that."""
        if exchange.patience is not None:
            return None
        asked = self._sent + len(exchange.frame) * self.wire.char
        return asked + self._turnaround_max + self._answer_time(exchange)

    def _end_exchange(self, exchange: Exchange, outcome: bytes | SlaveTimeout, now: float) -> None:
        self._quiet_at = now + self.wire.silence
        self._patient_until = now + PATIENCE
        self._keep_quiet()
        self._current = None
        self._finished = (exchange, outcome)

    def _proceed(self) -> None:
        if not self._queue:
            self._deliver()  # the silent interval is free, and the waiter may ask more meanwhile
        if self._quiet_at <= _monotonic():
            self._advance()

    def _hear_stray(self, data: bytes, now: float) -> None:
        """Bytes that nobody asked for: never an answer, but the silence begins anew."""
        if self._state is _State.DOWN:
            return
        quiet_at = now + self.wire.silence
        if self._state is _State.IDLE:
            self._quiet_at = quiet_at
        elif self._state is _State.QUIET:
            self._quiet_at = max(self._quiet_at, min(quiet_at, self._patient_until))
            self._keep_quiet()
        self.ledger.stray(data, 0, now)
        buffer = self._reception.buffer
        buffer += data
        self._pay(buffer)
        del buffer[:-LONGEST]

    def _pay(self, strays: bytearray) -> bool:
        """Whether bytes that answer nobody hold the late answer that a slave owes."""
        debt = self._lateness.settle(strays) if self._lateness else None
        if debt is None:
            return False
        strays.clear()
        self.ledger.slave(debt.unit).turnaround.add(_monotonic() - debt.sent)
        if self._state is _State.IDLE:
            self._keep_quiet()
        return True

    def _tick(self) -> None:
        exchange = self._current
        if self._state is _State.ASKING and exchange is not None:
            if _monotonic() < self._deadline:
                self._paused(exchange)
            else:
                asyncio.get_running_loop().call_soon(self._guarded, self._overdue, exchange)
        elif self._state is _State.BROADCASTING and exchange is not None:
            now = _monotonic()
            self.ledger.busy.add(now, now - self._sent)
            self._end_exchange(exchange, b"", now - self.wire.silence)
            self._proceed()
        else:
            self._advance()

    def _arm(self, at: float) -> None:
        if self._timer is not None:
            self._timer.arm(at)


def _any(_: Exchange) -> bool:
    return True


def _unowned(_: BaseException) -> None:
    """Nobody runs this line as a service: the loop's own handler says it."""


def _nowhere(data: bytes) -> None:
    """A closed line takes nothing."""
