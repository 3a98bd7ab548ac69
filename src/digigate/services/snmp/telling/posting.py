"""What is to be told to one target, and what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from digigate.services.snmp.telling.channel import Channel
from digigate.services.snmp.tree import Notification


class Outcome(StrEnum):
    """What became of a notification on its way to one target."""

    SENT = "sent"  # as a trap, of which nobody knows whether it arrives
    ACKNOWLEDGED = "acknowledged"
    LOST = "lost"  # an inform that nobody acknowledged
    WAITING = "waiting"  # there is no way to the target now; it is tried again
    DROPPED = "dropped"  # the queue was full of newer ones, or the settings changed


@dataclass(slots=True, eq=False)
class Posting:
    """One notification for one target; `uptime` is when it happened."""

    told: Notification
    uptime: int
    followers: list[asyncio.Future[Outcome]] = field(default_factory=list)

    def end(self, outcome: Outcome) -> None:
        """Tell those who wait for it."""
        for follower in self.followers:
            if not follower.done():
                follower.set_result(outcome)


class Courier(Protocol):
    """Who brings notifications to a target, in the form that the settings want."""

    async def deliver(self, channel: Channel, posting: Posting) -> Outcome:
        """Send it, and wait for the receipt where there is one.

        Raises:
            PeerError, OSError: it could not be sent, or was refused.
        """


Form = Callable[[Posting, str], bytes]
"""The whole message, which leaves with this address."""
