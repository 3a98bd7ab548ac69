"""Set the slaves' clocks (§15.2): when one returns, after a step or a change of zone, once a day.

Devices count local time. One slave after the other, never in a burst; a date is written when half
of its second is over, so that it is right to half a second whatever the device does with the rest.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from digigate.bus.conversation import Conversation
from digigate.bus.dates import ClockRegisters, clock_registers, read_time
from digigate.bus.roster import Roster
from digigate.bus.status import SlaveState, SlaveStatus
from digigate.bus.vocabulary import exception_words
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SettingsError, SlaveError, SlaveException
from digigate.supervisor import Ready, Service

log = logging.getLogger(__name__)

CONDITION = "slave.clock"
CLIENT = "clocks"
DAILY = "once a day"
PAUSE = 0.25
"""Real seconds between two slaves."""
LOOK_EVERY = 10.0
"""Real seconds between two looks at what is due by the time of day."""
RETRY_AFTER = 60.0
"""Real seconds before a clock that could not be set is tried again."""
DAILY_REAL_MIN = 1800.0
"""Real seconds between two daily settings at least, however fast a demo's days are."""
MIDDLE, EARLY, LATE = 0.5, 0.35, 0.25
"""Of a second: when a date is written, when the slave is first asked, how late it may get."""
STEP_MIN = timedelta(seconds=0.5)
"""A smaller step of the gateway's clock is nothing that the slaves' seconds could show."""
RIGHT = 1.0
"""Seconds by which a clock may be off before the daily look sets it."""
SET_WRONG = 5.0
"""Seconds by which a clock that was just set may be off at most."""
RUNAWAY = 60.0
"""Seconds that a clock may lose or win from one day to the next."""


class Slaves(Protocol):
    """The bus as the clocks need it."""

    def slaves(self) -> dict[int, SlaveStatus]:
        """All slaves by address."""

    def watch(self, watcher: Callable[[], None]) -> AbstractContextManager[None]:
        """Hear of each change of a slave's state."""


@dataclass(slots=True)
class SlaveClock:
    """What is known of one slave's clock; offsets in seconds, positive where it is ahead."""

    online_since: datetime | None = None
    due: str = ""  # why it is to be set; empty = it is not
    last_set: datetime | None = None
    before: float | None = None
    after: float | None = None
    reason: str = ""  # why it could not be set
    day: int = 0  # the last one on which the daily look was taken
    looked_at: float = field(default=float("-inf"))  # monotonic
    retry_at: float = field(default=float("-inf"))  # monotonic


class Plan:
    """When which clock is due: no I/O, times by the gateway's clock."""

    def __init__(self, clock: Clock) -> None:
        self.known: dict[int, SlaveClock] = {}
        self._clock = clock
        self._expected = self._moment()
        self._shift = self._utc_offset()

    def update(self, slaves: dict[int, SlaveStatus]) -> None:
        """Take in who is there and who has come back since."""
        self.known = {unit: self.known.get(unit, SlaveClock()) for unit in slaves}
        for unit, status in slaves.items():
            known = self.known[unit]
            if status.state is not SlaveState.ONLINE:
                known.online_since = None
            elif known.online_since != status.since:
                known.online_since = status.since
                known.retry_at = float("-inf")
                known.due = "it came online"

    def clock_changed(self) -> None:
        """The gateway's clock was stepped, given another zone or another speed."""
        monotonic, expected, speed = self._expected
        elapsed = timedelta(seconds=(self._clock.monotonic() - monotonic) * speed)
        self._expected = self._moment()
        if abs(self._clock.now() - (expected + elapsed)) >= STEP_MIN:
            self.all_due("the gateway's clock was set")

    def all_due(self, why: str) -> None:
        """Set every clock."""
        for known in self.known.values():
            known.due, known.retry_at = why, float("-inf")

    def next(self) -> int | None:
        """The slave whose clock is to be set now."""
        self._look_at_the_date()
        now = self._clock.monotonic()
        for unit, known in sorted(self.known.items()):
            if known.due and known.online_since is not None and known.retry_at <= now:
                return unit
        return None

    def _look_at_the_date(self) -> None:
        shift = self._utc_offset()
        if shift != self._shift:
            self._shift = shift
            self.all_due("the local time was shifted")
        local, now = self._clock.local(), self._clock.monotonic()
        for unit, known in self.known.items():
            rested = now - known.looked_at >= DAILY_REAL_MIN
            if known.day != local.toordinal() and rested and local >= quiet_minute(local, unit):
                if known.day:
                    known.due = known.due or DAILY
                known.day, known.looked_at = local.toordinal(), now

    def _moment(self) -> tuple[float, datetime, float]:
        return self._clock.monotonic(), self._clock.now(), self._clock.speed

    def _utc_offset(self) -> timedelta | None:
        return self._clock.local().utcoffset()


def quiet_minute(day: datetime, unit: int) -> datetime:
    """The minute of the day for this slave: between 3 and 6, apart from the ends of periods."""
    hour, slot = divmod(unit % 126, 42)
    tens, minute = divmod(slot, 7)
    return day.replace(hour=3 + hour, minute=10 * tens + 2 + minute, second=0, microsecond=0)


class SlaveClocks:
    """The service; its knowledge outlives restarts of itself."""

    def __init__(self, bus: Slaves, roster: Roster, clock: Clock, board: Conditions) -> None:
        self.plan = Plan(clock)
        self._bus = bus
        self._roster = roster
        self._clock = clock
        self._board = board
        self._wake = asyncio.Event()

    def service(self, wanted: bool) -> Service:  # noqa: FBT001 -- a view of the settings
        """Itself, or what does nothing where the slaves' clocks are not to be set."""
        return self if wanted else _Idle(self._forget)

    async def run(self, ready: Ready) -> None:
        """Set what is due, until cancelled."""
        with self._bus.watch(self._wake.set), self._clock.watch(self._clock_changed):
            ready()
            while True:
                self._wake.clear()
                self.plan.update(self._with_clocks())
                unit = self.plan.next()
                if unit is not None:
                    await self.set(unit)
                    await asyncio.sleep(PAUSE)
                    continue
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_EVERY)

    def set_all(self) -> None:
        """Set every clock soon: the gateway's own was synchronised."""
        self.plan.all_due("the gateway's clock was set")
        self._wake.set()

    async def set(self, unit: int) -> None:
        """Set the clock of one slave and note how far it was off."""
        known = self.plan.known[unit]
        why, known.due = known.due, ""
        await self._until(EARLY)  # here, so that others may ask the slave meanwhile
        try:
            async with self._roster.talk(unit, CLIENT, writing=True) as talk:
                registers = clock_registers(talk.model)
                if registers is not None:
                    await self._set(known, talk, registers, daily=why == DAILY)
        except SettingsError:
            pass  # it has left or changed since; it comes online again, or is gone
        except SlaveException as error:
            self._fail(unit, known, f"refuses its clock: {exception_words(error.code)}")
        except SlaveError as error:
            known.reason = str(error)
            known.due, known.retry_at = why, self._clock.monotonic() + RETRY_AFTER
        else:
            self._judge(unit, known, daily=why == DAILY)

    async def _set(
        self, known: SlaveClock, talk: Conversation, registers: ClockRegisters, *, daily: bool
    ) -> None:
        known.before = await self._offset(talk, registers)
        if daily and known.before is not None and abs(known.before) <= RIGHT:
            known.after = known.before
            return
        if registers.locked:
            await talk.unlock()
        if not registers.fine:
            await self._until(MIDDLE)
        await talk.write(registers.start, registers.words(self._clock.local()))
        known.last_set = self._clock.now()
        known.after = await self._offset(talk, registers)

    async def _until(self, share: float) -> None:
        """Wait until this share of a second of the gateway's clock is over, or rather more."""
        missing = (share - self._clock.now().microsecond / 1e6) % 1.0
        if self._clock.speed <= 1 and missing < 1 - LATE:
            await asyncio.sleep(missing / self._clock.speed)

    async def _offset(self, talk: Conversation, registers: ClockRegisters) -> float | None:
        """Seconds by which the slave's clock is ahead; whole seconds count from their middle."""
        time = await read_time(talk, registers)
        if time is None:
            return None
        middle = timedelta(0) if registers.fine else timedelta(seconds=0.5)
        off = time + middle - self._clock.local().replace(tzinfo=None)
        return round(off.total_seconds(), 3)

    def _judge(self, unit: int, known: SlaveClock, *, daily: bool) -> None:
        paced = self._clock.speed <= 1
        known.reason = ""
        if paced and known.after is not None and abs(known.after) > SET_WRONG:
            self._fail(unit, known, f"was set and is {known.after:+.0f} s off all the same")
        elif paced and daily and known.before is not None and abs(known.before) > RUNAWAY:
            self._fail(unit, known, f"ran {known.before:+.0f} s away within a day")
        else:
            self._board.clear(CONDITION, str(unit))

    def _fail(self, unit: int, known: SlaveClock, reason: str) -> None:
        known.reason = reason
        log.warning("clock not right", extra={"slave": unit, "reason": reason})
        self._board.set(CONDITION, str(unit), f"the clock of slave {unit} {reason}")

    def _with_clocks(self) -> dict[int, SlaveStatus]:
        """The slaves whose clocks are ours to set: a remote gateway looks after its own."""
        statuses, found = self._bus.slaves(), {}
        for device in self._roster.devices:
            model = self._roster.model(device.address)
            settable = model is not None and clock_registers(model) is not None
            if settable and not device.gateway and device.address in statuses:
                found[device.address] = statuses[device.address]
        self._forget(but=found)
        return found

    def _forget(self, but: Collection[int] = ()) -> None:
        """Nothing is wrong any more with clocks that are not ours to set."""
        for condition in self._board.active(CONDITION):
            if int(condition.subject) not in but:
                self._board.clear(CONDITION, condition.subject)

    def _clock_changed(self) -> None:
        self.plan.clock_changed()
        self._wake.set()


class _Idle:
    """The service while clocks are not to be set."""

    def __init__(self, begin: Callable[[], None]) -> None:
        self._begin = begin

    async def run(self, ready: Ready) -> None:
        """Nothing, until cancelled."""
        self._begin()
        ready()
        await asyncio.get_running_loop().create_future()
