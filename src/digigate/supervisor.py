"""Keep services alive; restart those whose part of the settings changed."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import DigigateError, SettingsError

log = logging.getLogger(__name__)

Ready = Callable[[], None]
S = TypeVar("S")
T = TypeVar("T")

FAILED, REFUSED = "service.failed", "service.refused"
LAG = "loop.lag"
LOOP = "loop"  # subject of what concerns the event loop itself
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)  # seconds before a failed service is tried again
STOP_WITHIN = 10.0  # seconds that a service has for its end
LAG_MAX = 0.05  # seconds that the loop may stand still
LAG_EVERY = 0.25  # seconds between two looks
LAG_QUIET = 10.0  # seconds without a lag that end its condition
UNOWNED_FOR = 600.0  # seconds that a failure which nobody owns stays on the board


class Service(Protocol):
    """Everything that runs."""

    async def run(self, ready: Ready) -> None:
        """Hold every resource inside this call; call `ready()` once serving; return only by
        cancellation. `SettingsError` means refused until new settings come; anything else is
        retried with back-off.
        """


class ServiceState(StrEnum):
    """How a service is."""

    STARTING = "starting"
    READY = "ready"
    REFUSED = "refused"  # its settings cannot be done; waits for new ones
    FAILED = "failed"  # will be tried again
    OFF = "off"  # the settings want none
    STOPPED = "stopped"


UNWELL = frozenset((ServiceState.FAILED, ServiceState.REFUSED))
"""Neither running nor meant to be off."""


@dataclass(frozen=True, slots=True)
class Off:
    """What a factory gives instead of a service that the settings do not want; `reason` says why
    where a user could wonder.
    """

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """How one service is, since when, and why if it is not well."""

    name: str
    state: ServiceState
    since: datetime
    reason: str = ""


class Supervisor(Generic[S]):
    """Runs every wired service; `S` is the whole tree of settings.

    One service that fails, refuses or hangs leaves the others as they are.
    """

    def __init__(
        self,
        conditions: Conditions,
        clock: Clock,
        *,
        pauses: Sequence[float] = PAUSES,
        stop_within: float = STOP_WITHIN,
    ) -> None:
        self._conditions = conditions
        self._clock = clock
        self._pauses = pauses
        self._stop_within = stop_within
        self._keepers: list[_Keeper] = []
        self._views: list[Callable[[S], object]] = []

    def wire(
        self, name: str, view: Callable[[S], T], factory: Callable[[T], Service | Off]
    ) -> None:
        """Run `factory(view(settings))` and start it anew whenever the view changes.

        The view picks what the service depends on, and nothing else; it is compared by `!=`.
        """

        def start(wanted: Any) -> Service | Off:  # noqa: ANN401 -- comes out of `view`, so it is a T
            return factory(wanted)

        board = _Board(name, self._conditions, self._clock)
        self._keepers.append(_Keeper(start, board, self._pauses, self._stop_within))
        self._views.append(view)

    async def run(self, settings: S) -> None:
        """Run all services until cancelled; then stop them all at once, each within 10 s."""
        loop = asyncio.get_running_loop()
        self.apply(settings)
        former = loop.get_exception_handler()
        loop.set_exception_handler(self._unowned)
        try:
            async with asyncio.TaskGroup() as group:
                for keeper in self._keepers:
                    group.create_task(keeper.keep(), name=f"keeper of {keeper.health.name}")
                group.create_task(self._watch_lag(), name="lag of the loop")
        finally:
            loop.set_exception_handler(former)

    def apply(self, settings: S) -> None:
        """Restart just the services whose view of the settings is another one now."""
        wanted = [view(settings) for view in self._views]
        for keeper, part in zip(self._keepers, wanted, strict=True):
            keeper.want(part)

    async def settled(self) -> None:
        """Wait until each service has become ready, was refused or has failed once."""
        for keeper in self._keepers:
            await keeper.settled.wait()

    def health(self) -> tuple[Health, ...]:
        """Every service, in the order of wiring."""
        return tuple(keeper.health for keeper in self._keepers)

    def stuck(self) -> tuple[str, ...]:
        """The services that did not stop when told to."""
        return tuple(keeper.health.name for keeper in self._keepers if keeper.stuck)

    def _unowned(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        message = str(context.get("message", "unknown"))
        log.error("failure that no service owns", extra={"event": message}, exc_info=error)
        reason = f"{message}: {error!r}" if error else message
        self._conditions.set(FAILED, LOOP, reason)
        asyncio.get_running_loop().call_later(UNOWNED_FOR, lambda: self._end_unowned(reason))

    def _end_unowned(self, reason: str) -> None:
        for condition in self._conditions.active(FAILED):
            if condition.subject == LOOP and condition.reason == reason:
                self._conditions.clear(FAILED, LOOP)

    async def _watch_lag(self) -> None:
        await self.settled()
        lag = Lag(self._conditions)
        loop = asyncio.get_running_loop()
        while True:
            expected = loop.time() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            lag.observe(loop.time() - expected, loop.time())


class Lag:
    """Raises `loop.lag` when a timer comes too late and ends it after a quiet while."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._last: float | None = None

    def observe(self, late: float, now: float) -> None:
        """A timer rang `late` seconds after its time, at `now` (monotonic seconds)."""
        if late > LAG_MAX:
            self._last = now
            reason = f"the gateway stood still for {late * 1000:.0f} ms"
            self._conditions.set(LAG, LOOP, reason)
        elif self._last is not None and now - self._last >= LAG_QUIET:
            self._last = None
            self._conditions.clear(LAG, LOOP)


class _Board:
    """How one service is, told to the conditions and, once per change, to the log."""

    def __init__(self, name: str, conditions: Conditions, clock: Clock) -> None:
        self._conditions = conditions
        self._clock = clock
        self.health = Health(name, ServiceState.STOPPED, clock.now())

    def plain(self, state: ServiceState) -> None:
        """Starting, ready or stopped: nothing is wrong, but only `ready` ends what was."""
        if state is ServiceState.READY:
            self._conditions.clear(FAILED, self.health.name)
            self._conditions.clear(REFUSED, self.health.name)
        if self._changes(state):
            log.info("service is %s", state, extra={"service": self.health.name})

    def off(self, reason: str) -> None:
        """Its settings want none."""
        self._conditions.clear(FAILED, self.health.name)
        self._conditions.clear(REFUSED, self.health.name)
        if self._changes(ServiceState.OFF, reason):
            log.info("service is off", extra={"service": self.health.name, "reason": reason})

    def refused(self, reason: str) -> None:
        """Its settings cannot be done."""
        self._conditions.clear(FAILED, self.health.name)
        self._conditions.set(REFUSED, self.health.name, reason)
        if self._changes(ServiceState.REFUSED, reason):
            facts = {"service": self.health.name, "reason": reason}
            log.error("service refused its settings", extra=facts)

    def failed(self, reason: str, error: BaseException | None) -> None:
        """It ended; `error` is given where it is a bug, whose traceback goes to the log."""
        self._conditions.clear(REFUSED, self.health.name)
        self._conditions.set(FAILED, self.health.name, reason)
        if self._changes(ServiceState.FAILED, reason):
            facts = {"service": self.health.name, "reason": reason}
            log.error("service failed and will be tried again", extra=facts, exc_info=error)

    def _changes(self, state: ServiceState, reason: str = "") -> bool:
        former = self.health
        if (former.state, former.reason) == (state, reason):
            return False
        since = former.since if former.state is state else self._clock.now()
        self.health = Health(former.name, state, since, reason)
        return True


class _Keeper:
    """Runs one service over and over; no ordinary exception leaves it."""

    def __init__(
        self,
        start: Callable[[object], Service | Off],
        board: _Board,
        pauses: Sequence[float],
        stop_within: float,
    ) -> None:
        self.settled = asyncio.Event()
        self.stuck = False
        self._start = start
        self._board = board
        self._pauses = pauses
        self._stop_within = stop_within
        self._wanted: list[object] = []  # one element once there are settings
        self._changed = asyncio.Event()
        self._failures = 0
        self._current: asyncio.Task[None] | None = None

    @property
    def health(self) -> Health:
        """How the service is now."""
        return self._board.health

    def want(self, wanted: object) -> None:
        """Run with this part of the settings; nothing happens where it is the same."""
        if self._wanted == [wanted]:
            return
        self._wanted = [wanted]
        self._failures = 0
        self.settled.clear()
        self._changed.set()

    async def keep(self) -> None:
        """Run the service until cancelled."""
        try:
            while True:
                if self._changed.is_set():
                    self._changed.clear()
                    self._board.plain(ServiceState.STARTING)
                await self._pause(await self._run_once())
        finally:
            self._board.plain(ServiceState.STOPPED)

    async def _run_once(self) -> float | None:
        """Returns seconds until the next try; None = not before the settings change."""
        run = self._current = asyncio.create_task(self._serve(), name=self.health.name)
        change = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait({run, change}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._current = None
            change.cancel()
            if not run.done():
                await self._stop(run)
        return 0 if self._changed.is_set() else self._judge(run)

    async def _serve(self) -> None:
        me = asyncio.current_task()

        def ready() -> None:
            if self._current is me:
                self._failures = 0
                self._board.plain(ServiceState.READY)
                self.settled.set()

        service = self._start(self._wanted[0])
        if isinstance(service, Off):
            self._board.off(service.reason)
            self.settled.set()
            await asyncio.Event().wait()
        else:
            await service.run(ready)

    async def _stop(self, run: asyncio.Task[None]) -> None:
        run.cancel()
        await asyncio.wait({run}, timeout=self._stop_within)
        self.stuck = not run.done()
        facts = {"service": self.health.name}
        if self.stuck:
            log.error("service did not stop within %g s", self._stop_within, extra=facts)
        elif not run.cancelled() and (error := run.exception()):
            log.error("service failed while stopping", extra=facts, exc_info=error)

    def _judge(self, run: asyncio.Task[None]) -> float | None:
        error = None if run.cancelled() else run.exception()
        causes = tuple(_causes(error)) if error else ()
        reason = "; ".join(dict.fromkeys(map(_told, causes))) or "it ended by itself"
        pause: float | None = None
        if causes and all(isinstance(cause, SettingsError) for cause in causes):
            self._board.refused(reason)
        else:
            expected = all(isinstance(cause, DigigateError | OSError) for cause in causes)
            self._board.failed(reason, None if expected else error)
            pause = self._pauses[min(self._failures, len(self._pauses) - 1)]
            self._failures += 1
        self.settled.set()
        return pause

    async def _pause(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What a service failed of: the leaves of a task group's exception."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _causes(inner)
    else:
        yield error


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, DigigateError | OSError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
