"""Keep one line's port open: open, hand over, notice its loss, try again."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol

from digigate.bus.port import Port, open_port
from digigate.bus.status import LineState
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import LineDown
from digigate.settings.sections import Line as LineSettings

log = logging.getLogger(__name__)

RETRY_FIRST = 0.1
RETRY_MAX = 2.0  # a device that is back must be polled again within 3 s
CONDITION = "line.down"


class Held(Protocol):
    """What hangs at a port: the engine of a line, or a slave that answers there."""

    name: str
    down_reason: str
    on_bug: Callable[[BaseException], None]
    """Called with a failure of our own, which must end the service."""

    def attach(self, write: Callable[[bytes], None]) -> None:
        """The port is open."""

    def detach(self, reason: str) -> None:
        """The port is gone, or closed."""

    def heard(self, data: bytes, now: float) -> None:
        """Bytes came in at `now`, monotonic seconds."""


class Link:
    """The state of one line's port, for status pages, and the loop that keeps it open."""

    def __init__(
        self,
        line: Held,
        settings: LineSettings,
        clock: Clock,
        conditions: Conditions,
        changed: Callable[[], None],
    ) -> None:
        self.state = LineState.DOWN if settings.port else LineState.UNWIRED
        self.since: datetime = clock.now()
        self.reason = "" if settings.port else "no port is set"
        self.up = asyncio.Event()
        self._line = line
        self._settings = settings
        self._clock = clock
        self._conditions = conditions
        self._changed = changed
        self._port: Port | None = None
        self._using = asyncio.Lock()
        self._lent_for = ""  # why the port is to be given away
        line.down_reason = self.reason or line.down_reason

    async def keep_open(self) -> None:
        """Runs until cancelled; the port and the condition end with it."""
        try:
            if self.state is LineState.UNWIRED:
                await asyncio.Event().wait()
            pause = RETRY_FIRST
            while True:
                async with self._using:
                    held = await self._hold_once()
                if held:
                    pause = RETRY_FIRST
                await asyncio.sleep(pause)
                pause = min(2 * pause, RETRY_MAX)
        finally:
            self._conditions.clear(CONDITION, self._line.name)
            if self.state is LineState.UP:
                self._turn(LineState.DOWN, "the line is not served")

    @asynccontextmanager
    async def lend(self, why: str) -> AsyncGenerator[None, None]:
        """The port is closed while the block runs, so that it can be opened another way."""
        self._lent_for = why
        try:
            if self._port is not None:
                self._port.give_up(why)
            async with self._using:
                yield
        finally:
            self._lent_for = ""

    async def _hold_once(self) -> bool:
        """Open the port and hold it until it is lost; returns whether it ever was open."""
        try:
            port = await open_port(self._settings, self._line.heard)
        except LineDown as error:
            self._go_down(str(error))
            return False
        reason = f"the line {self._line.name} was closed"
        try:
            self._line.on_bug = port.fail
            self._line.attach(port.write)
            self._port = port
            self._go_up()
            if self._lent_for:
                port.give_up(self._lent_for)
            reason = await port.lost
        finally:
            self._port = None
            self._line.detach(reason)
            self.up.clear()
            await port.close()
        self._go_down(reason)
        return True

    def _go_up(self) -> None:
        self.up.set()
        self._turn(LineState.UP, "")
        self._conditions.clear(CONDITION, self._line.name)
        log.info("line is up", extra={"line": self._line.name, "port": self._settings.port})

    def _go_down(self, reason: str) -> None:
        known = self.state is LineState.DOWN and self.reason == reason
        self._line.down_reason = reason
        self._conditions.set(CONDITION, self._line.name, reason)
        if not known:
            self._turn(LineState.DOWN, reason)

    def _turn(self, state: LineState, reason: str) -> None:
        if state is not self.state:
            self.since = self._clock.now()
        self.state, self.reason = state, reason
        self._changed()
