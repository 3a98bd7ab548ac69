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

from digigate.bus.frames import LONGEST, REFUSAL, REFUSAL_LENGTH, ends_with, find, measure
from digigate.bus.lateness import Lateness
from digigate.bus.queue import Exchange, RequestQueue
from digigate.bus.requests import Priority
from digigate.bus.slave import SlaveRecord
from digigate.bus.statistics import BusyTime, Tally
from digigate.bus.timer import Timer
from digigate.bus.timing import MARGIN, Wire
from digigate.errors import LineDown, SlaveException, SlaveTimeout
from digigate.settings.sections import Line as LineSettings

BROADCAST = 0
BROADCAST_DELAY = 0.1
"""Seconds that slaves get to act on a broadcast, which none answers (serial line guide V1.02)."""
PAUSE = 0.02
"""Silence in seconds after which nothing more is coming, even through a USB adapter."""
PATIENCE = 1.0
"""Seconds of foreign noise after which a request is sent all the same."""
SPIN = 0.0002
"""The end of each silence is not slept but watched: waking up takes the system about that long."""
NOISE_KEPT = 2 * LONGEST

_monotonic = time.monotonic


class _State(Enum):
    DOWN = auto()
    IDLE = auto()  # nothing may go; the timer may be armed for the end of a hold
    QUIET = auto()  # the silent interval runs
    ASKING = auto()
    BROADCASTING = auto()


class Line:
    """One line: implements `Requests` for the slaves that hang on it."""

    def __init__(self, name: str, settings: LineSettings, started: float | None = None) -> None:
        self.name = name
        self.wire = Wire.of(settings)
        self.tally = Tally()
        self.busy = BusyTime(_monotonic() if started is None else started)
        self.down_reason = f"the line {name} is not open yet"
        self.on_bug: Callable[[BaseException], None] = _unowned
        self._turnaround_max = settings.turnaround_max
        self._echoes = settings.echo
        self._slaves: dict[int, SlaveRecord] = {}
        self._queue = RequestQueue()
        self._lateness = Lateness(settings.turnaround_max)
        self._state = _State.DOWN
        self._write: Callable[[bytes], None] = _nowhere
        self._timer: Timer | None = None
        self._current: Exchange | None = None
        self._finished: tuple[Exchange, bytes | SlaveTimeout] | None = None
        self._buffer = bytearray()
        self._need = 0  # bytes before which looking at the buffer is useless
        self._echo = b""  # what must come back before the answer
        self._sent = self._deadline = self._first = self._last = 0.0
        self._quiet_at = self._patient_until = 0.0

    def slave(self, unit: int) -> SlaveRecord:
        """Counters and turnaround of one slave, begun at first sight."""
        record = self._slaves.get(unit)
        if record is None:
            record = self._slaves[unit] = SlaveRecord()
        return record

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        """As `Requests.request`; a broadcast (unit 0) is answered by nobody and returns `b""`.

        Raises:
            ValueError: the PDU is none.
        """
        if self._state is _State.DOWN:
            raise LineDown(self.down_reason)
        waiter: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queue.add(unit, pdu, priority, client, waiter)
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
        self._state = _State.DOWN
        self._write = _nowhere
        self.down_reason = reason
        if self._timer is not None:
            self._timer.close()
            self._timer = None
        self._deliver()
        waiting = self._queue.drain()
        if self._current is not None:
            self._lateness.missed(self._current, self._sent, self._deadline)
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

    def _hear(self, data: bytes, now: float) -> None:
        if self._state is not _State.ASKING:
            self._hear_stray(data, now)
            return
        buffer = self._buffer
        if not buffer:
            self._first = now
        buffer += data
        self._last = now
        if len(buffer) >= self._need:
            self._examine(now)

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
        char = self.wire.char
        asked = now + len(exchange.frame) * char
        self._current, self._sent = exchange, now
        self._buffer.clear()
        if exchange.unit == BROADCAST:
            self._state, self._deadline = _State.BROADCASTING, asked + BROADCAST_DELAY
            self._arm(self._deadline)
            return
        slave = self.slave(exchange.unit)
        allowance = slave.turnaround.allowance(self._turnaround_max)
        self._state = _State.ASKING
        self._deadline = asked + allowance + self._answer_time(exchange)
        self._arm(self._deadline)
        self._echo = exchange.frame if self._echoes else b""
        self._need = len(self._echo) + REFUSAL_LENGTH
        self.tally.asked += 1
        slave.tally.asked += 1

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

    def _examine(self, now: float) -> None:
        exchange = self._current
        if exchange is None or (self._echo and not self._strip_echo()):
            return
        buffer = self._buffer
        length = measure(exchange.expected, buffer)
        if length and len(buffer) < length:
            self._need = length
            return
        found = ends_with(exchange.expected, buffer)
        if found is not None:
            self._complete(exchange, found, now)
            return
        self._need = 0
        if len(buffer) > NOISE_KEPT:
            self._count_stale(bytes(buffer[:-LONGEST]), exchange.unit)
            del buffer[:-LONGEST]
        if len(buffer) >= (exchange.expected.length or REFUSAL_LENGTH - 1):
            self._arm(min(self._deadline, now + PAUSE))

    def _strip_echo(self) -> bool:
        """Take our own frame off; what differs from it is a collision and never an answer."""
        size = len(self._echo)
        if self._buffer[:size] != self._echo:
            self._need = 1 << 16
            return False
        del self._buffer[:size]
        self._echo, self._need = b"", REFUSAL_LENGTH
        self._first = self._last
        return len(self._buffer) >= REFUSAL_LENGTH

    def _complete(self, exchange: Exchange, found: tuple[int, int], now: float) -> None:
        start, end = found
        frame = bytes(self._buffer[start:end])
        strays = bytes(self._buffer[:start] + self._buffer[end:])
        self._end_exchange(exchange, frame, now)
        refused = bool(frame[1] & REFUSAL)
        slave = self.slave(exchange.unit)
        for tally in (self.tally, slave.tally):
            tally.answered += not refused
            tally.exceptions += refused
        slave.heard = now
        if strays:
            self._settle(strays, exchange.unit)
        elif not self._lateness.in_doubt(exchange.unit):
            asked = self._sent + len(exchange.frame) * self.wire.char
            slave.turnaround.add(self._first - asked)
        if self._lateness:
            self._lateness.answered(exchange, self._sent, refused=refused)
        self._proceed()

    def _overdue(self, exchange: Exchange) -> None:
        """The deadline has passed, and whatever the kernel held back by then has been heard."""
        if self._state is not _State.ASKING or self._current is not exchange:
            return
        found = None if self._echo else find(exchange.expected, self._buffer, silent=True)
        if found is not None:
            self._complete(exchange, found, max(self._last, self._sent))
            return
        self._fail(exchange)

    def _paused(self, exchange: Exchange) -> None:
        """Enough bytes for an answer, then silence: it is hidden, garbled or still to come."""
        found = find(exchange.expected, self._buffer, silent=True)
        if found is not None:
            self._complete(exchange, found, self._last)
        elif self._garbled(exchange):
            self._fail(exchange)
        else:
            self._arm(self._deadline)

    def _garbled(self, exchange: Exchange) -> bool:
        """Whether what was heard is this very answer, whole but broken."""
        return (
            not self._echo
            and self._buffer.startswith(exchange.expected.prefix)
            and len(self._buffer) == exchange.expected.length
            and not self._lateness.in_doubt(exchange.unit)
        )

    def _fail(self, exchange: Exchange) -> None:
        now = _monotonic()
        slave = self.slave(exchange.unit)
        if self._garbled(exchange):
            words = f"the answer of slave {exchange.unit} came garbled"
            self.tally.crc_errors += 1
            slave.tally.crc_errors += 1
        else:
            words = f"slave {exchange.unit} did not answer within {now - self._sent:.3f} s"
            self.tally.timeouts += 1
            slave.tally.timeouts += 1
            asked = self._sent + len(exchange.frame) * self.wire.char
            latest = asked + self._turnaround_max + self._answer_time(exchange)
            self._lateness.missed(exchange, self._sent, latest)
            if self._buffer:
                self._settle(bytes(self._buffer), exchange.unit)
        ended = self._last if self._buffer else now - self.wire.silence
        self._end_exchange(exchange, SlaveTimeout(words), ended)
        self._proceed()

    def _end_exchange(self, exchange: Exchange, outcome: bytes | SlaveTimeout, now: float) -> None:
        self._quiet_at = now + self.wire.silence
        self._patient_until = now + PATIENCE
        self._keep_quiet()
        self._current = None
        self._finished = (exchange, outcome)
        self._buffer.clear()
        self.busy.add(now, now - self._sent)

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
        self._buffer += data
        self._count_stale(data, None)
        if self._lateness:
            self._hear_debt(self._buffer)
        del self._buffer[:-LONGEST]

    def _settle(self, strays: bytes, unit: int) -> None:
        self._count_stale(strays, unit)
        if self._lateness:
            self._hear_debt(bytearray(strays))

    def _hear_debt(self, strays: bytearray) -> None:
        debt = self._lateness.settle(strays)
        if debt is not None:
            strays.clear()
            self.slave(debt.unit).turnaround.add(_monotonic() - debt.sent)
            if self._state is _State.IDLE:
                self._keep_quiet()

    def _count_stale(self, data: bytes, unit: int | None) -> None:
        self.tally.stale_bytes += len(data)
        if unit is not None:
            self.slave(unit).tally.stale_bytes += len(data)

    def _tick(self) -> None:
        exchange = self._current
        if self._state is _State.ASKING and exchange is not None:
            if _monotonic() < self._deadline:
                self._paused(exchange)
            else:
                asyncio.get_running_loop().call_soon(self._guarded, self._overdue, exchange)
        elif self._state is _State.BROADCASTING and exchange is not None:
            self._end_exchange(exchange, b"", _monotonic() - self.wire.silence)
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
