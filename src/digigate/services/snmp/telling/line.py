"""The way to one target: a queue that never grows without end, emptied at a steady pace."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from digigate.conditions import Conditions
from digigate.errors import PeerError
from digigate.services.snmp.telling.channel import Admits, Channel, Target, opened
from digigate.services.snmp.telling.posting import Courier, Outcome, Posting

log = logging.getLogger(__name__)

CONDITION = "snmp.target"
QUEUE_MAX = 1000
PACE = 0.02  # seconds between two notifications to one target
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)  # before a way that is not there is tried again
CHANNEL_LASTS = 300.0  # seconds until a name is asked for, and the way chosen, anew


@dataclass(frozen=True, slots=True)
class Around:
    """What every line works with."""

    conditions: Conditions
    admits: Admits
    monotonic: Callable[[], float]
    pace: float = PACE
    open: Callable[[Target, Admits], Awaitable[Channel]] = opened


@dataclass(slots=True)
class Counts:
    """What became of the notifications so far."""

    by_outcome: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    def __getitem__(self, outcome: Outcome) -> int:
        return self.by_outcome[outcome]


class Line:
    """Tells one target everything in order; a target that is dead delays nobody else."""

    def __init__(self, target: Target, courier: Courier, around: Around) -> None:
        self.target = target
        self.counts = Counts()
        self.reason = ""
        """What is wrong with the target; empty while it can be told."""
        self._courier = courier
        self._around = around
        self._queue: deque[Posting] = deque()
        self._coming = asyncio.Event()
        self._channel: Channel | None = None
        self._opened = 0.0
        self._over = False

    @property
    def waiting(self) -> int:
        """How many are queued."""
        return len(self._queue)

    def put(self, posting: Posting) -> None:
        """Queue it; where there is no room, the oldest goes."""
        if self._over:
            self._end(posting, Outcome.DROPPED)
            return
        if len(self._queue) >= QUEUE_MAX:
            self._end(self._queue.popleft(), Outcome.DROPPED)
        self._queue.append(posting)
        self._coming.set()

    async def run(self) -> None:
        """Empty the queue until cancelled; what is queued then is dropped."""
        try:
            while True:
                posting = await self._next()
                try:
                    outcome = await self._told(posting)
                except asyncio.CancelledError:
                    self._end(posting, Outcome.DROPPED)
                    raise
                self._end(posting, outcome)
                await asyncio.sleep(self._around.pace)
        finally:
            self._over = True
            self._close()
            self._judge("")
            while self._queue:
                self._end(self._queue.popleft(), Outcome.DROPPED)

    async def _next(self) -> Posting:
        while not self._queue:
            self._coming.clear()
            await self._coming.wait()
        return self._queue.popleft()

    async def _told(self, posting: Posting) -> Outcome:
        """As soon as there is a way."""
        failures = 0
        while True:
            try:
                outcome = await self._courier.deliver(await self._way(), posting)
            except (PeerError, OSError) as error:
                self._close()
                self._judge(str(error))
                posting.end(Outcome.WAITING)
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1
            else:
                self._judge(self._silent() if outcome is Outcome.LOST else "")
                return outcome

    async def _way(self) -> Channel:
        """The channel as it is, or a new one: names and rules change."""
        now, channel = self._around.monotonic(), self._channel
        fresh = channel is not None and now - self._opened < CHANNEL_LASTS
        if channel is None or not fresh or not self._admitted(channel):
            self._close()
            self._channel = channel = await self._around.open(self.target, self._around.admits)
            self._opened = now
        return channel

    def _admitted(self, channel: Channel) -> bool:
        return self._around.admits(channel.address, self.target.port)

    def _silent(self) -> str:
        self._close()
        return (
            f"{self.target} acknowledges no informs: check its address, its port and that its"
            " credentials are those of the gateway"
        )

    def _judge(self, reason: str) -> None:
        self.reason = reason
        self._around.conditions.judge(CONDITION, str(self.target), reason)

    def _end(self, posting: Posting, outcome: Outcome) -> None:
        self.counts.by_outcome[outcome] += 1
        posting.end(outcome)

    def _close(self) -> None:
        if self._channel is not None:
            with suppress(OSError):
                self._channel.close()
            self._channel = None
