"""Log lines about what comes from outside: at most one a minute of each kind."""

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

EVERY = 60.0


class Seldom:
    """Counts what was not said, and says it with the next line."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def say(self, kind: str, client: str) -> None:
        """A message of this kind came from this client and was not served."""
        now = self._monotonic()
        if now - self._last.get(kind, -EVERY) < EVERY:
            self._unsaid[kind] = self._unsaid.get(kind, 0) + 1
            return
        self._last[kind] = now
        facts = {"reason": kind, "client": client, "more": self._unsaid.pop(kind, 0)}
        log.info("message not served", extra=facts)
