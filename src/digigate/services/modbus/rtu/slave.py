"""The gateway as one of several slaves on an RS485 line (§8.2.2): it speaks only when asked.

Other slaves' requests and answers are heard too, so a request counts only where the line falls
silent right behind it, and never where what was heard since the last silence is a whole frame of
another unit. An answer that comes too late is dropped: the master has given up by then and may be
asking somebody else.
"""

import time
from collections.abc import Callable
from functools import partial

from digigate.bus.frames import LONGEST, build, crc16
from digigate.bus.timer import Timer
from digigate.services.modbus.client import Client
from digigate.services.modbus.rtu.asking import Answers, Asking
from digigate.services.modbus.rtu.finder import Request, RequestFinder
from digigate.settings.sections import Line

PATIENCE = 1.0
"""Seconds after which a master has usually given up."""

_monotonic = time.monotonic


class RtuSlave:
    """Hangs in a `Link` as a line does."""

    def __init__(self, name: str, settings: Line, answers: Answers) -> None:
        self.name = name
        self.down_reason = ""
        self.on_bug: Callable[[BaseException], None] = _unowned
        self._silence = settings.silence
        self._echoes = settings.echo
        self._asking = Asking(answers, Client(name, f"{name}_slave"), self._answer, self._fail)
        self._write: Callable[[bytes], None] | None = None
        self._timer: Timer | None = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._finder = RequestFinder(self._asking.is_for_us)
        self._segment = bytearray()  # heard since the last silence
        self._asked: Request | None = None  # ended with the last octet heard
        self._echo = b""
        self._last = 0.0  # when the last octet came

    def attach(self, write: Callable[[bytes], None]) -> None:
        """The port is open."""
        self._begin_anew()
        self._timer = Timer(partial(self._guarded, self._fall_silent))
        self._write = write

    def detach(self, reason: str) -> None:
        """The port is gone."""
        self.down_reason = reason
        self._write = None
        self._asking.cancel()
        if self._timer is not None:
            self._timer.close()
            self._timer = None

    def heard(self, data: bytes, now: float) -> None:
        """Octets came in at `now`."""
        if self._timer is not None:
            self._guarded(self._hear, data, now, self._timer)

    def _hear(self, data: bytes, now: float, timer: Timer) -> None:
        data = self._without_echo(data)
        if not data:
            return
        self._asking.cancel()  # somebody speaks: whoever asked has given up
        self._segment += data
        del self._segment[: -LONGEST - 1]
        found = self._finder.feed(data)
        ended = bool(found) and found[-1].end == self._finder.heard
        self._asked = found[-1] if ended else None
        self._last = now
        timer.arm(now + self._silence)

    def _without_echo(self, data: bytes) -> bytes:
        """What is not our own answer coming back from the line."""
        size = min(len(self._echo), len(data))
        if self._echo[:size] != data[:size]:
            self._echo = b""
            return data
        self._echo = self._echo[size:]
        return data[size:]

    def _guarded(self, act: Callable[..., None], *arguments: object) -> None:
        """Run a callback of the loop; its failure must end the service that owns the port."""
        try:
            act(*arguments)
        except BaseException as bug:
            self._fail(bug)
            raise

    def _fall_silent(self) -> None:
        request, self._asked = self._asked, None
        foreign = self._is_foreign()
        self._segment.clear()
        if request is not None and not foreign and not self._asking.is_busy:
            self._asking.begin(request)

    def _is_foreign(self) -> bool:
        """Whether what was heard since the last silence is one frame of another unit."""
        segment = self._segment
        if not 4 <= len(segment) <= LONGEST or self._asking.is_for_us(segment[0]):
            return False
        return crc16(segment) == 0

    def _answer(self, request: Request, answer: bytes) -> None:
        late = _monotonic() - self._last > PATIENCE
        if not answer or late or self._write is None:
            return
        frame = build(request.unit, answer)
        self._echo = frame if self._echoes else b""
        self._write(frame)

    def _fail(self, error: BaseException) -> None:
        self.on_bug(error)


def _unowned(_: BaseException) -> None:
    """Nobody runs this port as a service."""
