"""Where a line is offered: what a channel is to a line, and how it is pulled and put back."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol

from digigate.simulator.wire.line import Channel


class Hearer(Protocol):
    """What takes the bytes of one channel."""

    def heard(self, data: bytes) -> None:
        """Bytes from the master."""
        ...

    def close(self) -> None:
        """The master is gone."""
        ...


Wiring = Callable[[Channel], Hearer]
"""Makes a line for a channel."""
Offer = Callable[[str], AbstractAsyncContextManager[str]]
"""Opens a channel, where it was before if it says where; yields where it is to be found."""


class Outlet:
    """A channel that somebody may pull."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._stack: AsyncExitStack | None = None
        self.where = ""

    @property
    def plugged(self) -> bool:
        """Whether it is there."""
        return self._stack is not None

    async def plug(self) -> None:
        """Offer it, unless it is offered.

        Raises:
            SettingsError: its path or its port cannot be had.
        """
        if self._stack is not None:
            return
        stack = AsyncExitStack()
        self.where = await stack.enter_async_context(self._offer(self.where))
        self._stack = stack

    async def pull(self) -> None:
        """Take it away: masters are hung up."""
        stack, self._stack = self._stack, None
        if stack:
            await stack.aclose()
