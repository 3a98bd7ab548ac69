"""Keep services alive; restart those whose section changed."""

from collections.abc import Callable
from typing import Protocol

Ready = Callable[[], None]


class Service(Protocol):
    """Everything that runs."""

    async def run(self, ready: Ready) -> None:
        """Hold every resource inside this call; call `ready()` once serving; return only by
        cancellation. `SettingsError` means refused until new settings come; anything else is
        retried with back-off.
        """
