"""Keep one line's channel open: open, hand over, notice its loss, try again."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from digigate.bus.plug import Opening, Plug
from digigate.bus.port import Port
from digigate.bus.status import LineState
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import LineDown

log = logging.getLogger(__name__)

RETRY_FIRST = 0.1
RETRY_MAX = 2.0  # a device that is back must be polled again within 3 s
CONDITION = "line.down"

Greeting = Callable[[], Awaitable[None]]


class Held(Protocol):
    """What hangs at a port: the engine of a line, or a slave that answers there."""

    name: str
    down_reason: str
    on_bug: Callable[[BaseException], None]
    """Ends the channel: by LineDown in the order of things, by any other failure with a bug."""

    def attach(self, write: Callable[[bytes], None]) -> None:
        """The port is open."""

    def detach(self, reason: str) -> None:
        """The port is gone, or closed."""

    def heard(self, data: bytes, now: float) -> None:
        """Bytes came in at `now`, monotonic seconds."""


class Link:
    """The state of one line's channel, for status pages, and the loop that keeps it open.

    `greet` returns as soon as the open channel is known to be of use; without it, it is at once.
    """

    def __init__(
        self,
        line: Held,
        plug: Plug,
        clock: Clock,
        conditions: Conditions,
        changed: Callable[[], None],
        greet: Greeting | None = None,
    ) -> None:
        self.state = plug.state
        self.since: datetime = clock.now()
        self.reason = plug.reason
        self.up = asyncio.Event()
        self._line = line
        self._plug = plug
        self._greet = greet
        self._clock = clock
        self._conditions = conditions
        self._changed = changed
        self._port: Port | None = None
        self._using = asyncio.Lock()
        self._lent_for = ""  # why the port is to be given away
        line.down_reason = self.reason or line.down_reason

    async def keep_open(self) -> None:
        """Runs until cancelled; the channel and the condition end with it."""
        try:
            if self._plug.open is None:
                await asyncio.Event().wait()
            else:
                await self._keep_trying(self._plug.open)
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

    async def _keep_trying(self, opening: Opening) -> None:
        pause = RETRY_FIRST
        while True:
            async with self._using:
                useful = await self._hold_once(opening)
            if useful:
                pause = RETRY_FIRST
            await asyncio.sleep(pause)
            pause = min(2 * pause, RETRY_MAX)

    async def _hold_once(self, opening: Opening) -> bool:
        """Open the channel and hold it until it is lost; returns whether it ever was of use."""
        try:
            port = await opening(self._line.heard)
        except LineDown as error:
            self._go_down(str(error))
            return False
        reason = f"the line {self._line.name} was closed"
        try:
            self._line.on_bug = port.fail
            self._line.attach(port.write)
            self._port = port
            if self._lent_for:
                port.give_up(self._lent_for)
            if await self._is_greeted(port):
                self._go_up()
            reason = await port.lost
        except LineDown as error:
            reason = str(error)
        finally:
            self._port = None
            self._line.detach(reason)
            self.up.clear()
            await port.close()
        useful = self.state is LineState.UP
        self._go_down(reason)
        return useful

    async def _is_greeted(self, port: Port) -> bool:
        if self._greet is not None:
            greeting = asyncio.ensure_future(self._greet())
            either: set[asyncio.Future[Any]] = {greeting, port.lost}
            try:
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            finally:
                greeting.cancel()
        return not port.lost.done()

    def _go_up(self) -> None:
        self.up.set()
        self._turn(LineState.UP, "")
        self._conditions.clear(CONDITION, self._line.name)
        log.info("line is up", extra={"line": self._line.name, "port": self._plug.place})

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
