"""Who tells managers of what happens: every notification to every target, at its own pace."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Protocol

from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.telling.channel import Target
from digigate.services.snmp.telling.line import CONDITION, Around, Line
from digigate.services.snmp.telling.pdus import AUTHENTICATION_FAILURE, STANDARD, TRAP_ENTERPRISE
from digigate.services.snmp.telling.posting import Courier, Outcome, Posting
from digigate.services.snmp.tree import Notification
from digigate.supervisor import Ready

STRANGERS_EVERY = 10.0  # seconds between two notifications of wrong credentials
MOVED_EVERY = 30.0  # seconds between two looks at the networks of this machine
NOBODY = "nobody"
NO_TARGETS = "nobody can be told: name a host, or give this machine an address in a network"
FOLLOWED_FOR = 20.0  # seconds that somebody waits to hear what became of a test


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells: when it has come up, in hundredths of a second ago, and its sysObjectID."""

    uptime: Callable[[], int]
    product: Callable[[], Oid]
    tells_of_strangers: Callable[[], bool]
    """Whether requests with wrong credentials are told of (snmpEnableAuthenTraps)."""
    monotonic: Callable[[], float]


class Reminding(Protocol):
    """Who tells again what lasts."""

    async def run(self) -> None:
        """Until cancelled."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a notification at one target so far."""

    line: Line
    outcome: Outcome


class Sender:
    """Lives as long as the gateway; the lines to its targets come and go with the settings."""

    def __init__(self, who: Teller) -> None:
        self._who = who
        self._strangers: float | None = None
        self.lines: Sequence[Line] = ()
        self.suppressed = 0
        """Notifications of wrong credentials that would have been too many."""

    def send(self, notification: Notification) -> None:
        """Queue it for every target; returns at once."""
        if notification.oid == AUTHENTICATION_FAILURE and not self._may_tell_of_strangers():
            return
        told = self._whole(notification)
        for line in self.lines:
            line.put(Posting(told, self._who.uptime()))

    async def follow(self, told: Notification, within: float = FOLLOWED_FOR) -> tuple[Report, ...]:
        """As `send`, then wait a while for what becomes of it at each target."""
        loop, posted = asyncio.get_running_loop(), []
        for line in self.lines:
            posting = Posting(told, self._who.uptime(), [loop.create_future()])
            posted.append((line, posting.followers[0]))
            line.put(posting)
        if posted:
            await asyncio.wait([outcome for _, outcome in posted], timeout=within)
        return tuple(
            Report(line, o.result() if o.done() else Outcome.WAITING) for line, o in posted
        )

    @contextmanager
    def by(self, lines: Sequence[Line]) -> Iterator[None]:
        """Tell by these lines while the block runs."""
        self.lines = lines
        try:
            yield
        finally:
            self.lines = ()

    def _may_tell_of_strangers(self) -> bool:
        if not self._who.tells_of_strangers():
            return False
        now = self._who.monotonic()
        if self._strangers is not None and now - self._strangers < STRANGERS_EVERY:
            self.suppressed += 1
            return False
        self._strangers = now
        return True

    def _whole(self, told: Notification) -> Notification:
        """With what a standard notification says of the product that sends it (RFC 3584 §3.2)."""
        if told.oid[:-1] != STANDARD:
            return told
        product = (TRAP_ENTERPRISE, ber.object_id(self._who.product()))
        return replace(told, varbinds=(*told.varbinds, product))


class SenderService:
    """The sender with the targets that the settings want; `first` is told once it serves."""

    def __init__(
        self,
        sender: Sender,
        targets: Callable[[], tuple[Target, ...]],
        courier: Callable[[Target], Courier],
        around: Around,
        reminding: Reminding,
        first: Sequence[Notification] = (),
    ) -> None:
        self._sender = sender
        self._targets = targets
        self._courier = courier
        self._around = around
        self._reminding = reminding
        self._first = first

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled; other networks mean other lines."""
        try:
            await self._serve(ready)
        finally:
            self._around.conditions.clear(CONDITION, NOBODY)

    async def _serve(self, ready: Ready) -> None:
        while True:
            targets = self._targets()
            self._around.conditions.judge(CONDITION, NOBODY, "" if targets else NO_TARGETS)
            lines = [Line(each, self._courier(each), self._around) for each in targets]
            with suppress(_Moved), self._sender.by(lines):
                for told in self._first:
                    self._sender.send(told)
                self._first = ()
                ready()
                await self._served(targets, lines)

    async def _served(self, targets: tuple[Target, ...], lines: Sequence[Line]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for line in lines:
                    group.create_task(line.run(), name=f"notifications to {line.target}")
                group.create_task(self._reminding.run())
                group.create_task(self._watched(targets))
        except* _Moved as moved:
            raise _Moved from moved

    async def _watched(self, targets: tuple[Target, ...]) -> None:
        """Raises _Moved once there are other targets."""
        while True:
            await asyncio.sleep(MOVED_EVERY)
            if self._targets() != targets:
                raise _Moved


class _Moved(Exception):
    """The networks of this machine are others now."""
