"""What is done for strangers is done seldom: log lines about them, and Reports to them."""

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

EVERY = 60.0
REPORTS = 50.0


class Ration:
    """So many a second, and as many at once.

    A Report costs a millisecond, a hundred times what a GET does, and whoever sends datagrams under
    borrowed addresses is nobody whom the firewall could exclude.
    """

    def __init__(
        self, rate: float = REPORTS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._left, self._at = rate, monotonic()

    def take(self) -> bool:
        """Whether there is one more."""
        now = self._monotonic()
        self._left = min(self._rate, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


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
