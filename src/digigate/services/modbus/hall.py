"""Where the connections of one TCP door live, and what it asks of them."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Guest(Protocol):
    """One connection, as its hall sees it."""

    transport: asyncio.Transport
    client: str  # the address of who is there
    active: bool  # whole requests have come since this was set to False
    quiet_since: float  # for whoever looks for idle connections

    @property
    def is_asking(self) -> bool:
        """Whether the client rightly waits for the line."""


class Hall(Protocol):
    """Where connections live: `TcpDoor`."""

    def purse(self, client: str) -> Callable[[int], bool]:
        """What counts this client's requests: `spend(requests)`; False = it is excluded."""

    def enter(self, guest: Guest) -> bool:
        """Give a new connection its place; False = there is none."""

    def leave(self, guest: Guest) -> None:
        """Free its place, if it had one."""
