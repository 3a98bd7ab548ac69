"""The one source of time: monotonic base + offset, with a zone, a speed and steps.

Everyone asks this clock for the date; deadlines of wires and sockets use the loop's own time,
because a simulated hour must not make a real slave late.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from digigate.watchers import Watchers

Monotonic = Callable[[], float]
Watcher = Callable[[], None]


class Clock:
    """UTC date as `base + speed * elapsed`; offset and zone can be set, watchers hear of it."""

    def __init__(
        self,
        zone: str = "UTC",
        *,
        offset: timedelta = timedelta(0),
        speed: float = 1.0,
        monotonic: Monotonic = time.monotonic,
        started: datetime | None = None,
    ) -> None:
        self.monotonic = monotonic
        """Real seconds since an arbitrary point: neither sped up nor stepped."""
        self._origin = monotonic()
        self._host = started or datetime.now(UTC)
        self._base = self._host + offset
        self._speed = speed
        self._watchers = Watchers[[]]()
        self.zone = ZoneInfo(zone)

    def now(self) -> datetime:
        """The date and time in UTC."""
        return self._base + timedelta(seconds=(self.monotonic() - self._origin) * self._speed)

    def local(self) -> datetime:
        """The date and time in the gateway's zone."""
        return self.now().astimezone(self.zone)

    @property
    def speed(self) -> float:
        """Gateway seconds per real second."""
        return self._speed

    @property
    def offset(self) -> timedelta:
        """What was added to the host's clock, so far; kept over restarts by the state directory."""
        host = self._host + timedelta(seconds=self.monotonic() - self._origin)
        return self.now() - host

    def set_speed(self, speed: float) -> None:
        """Run `speed` times as fast from now on.

        Raises:
            ValueError: the speed is not positive.
        """
        if speed <= 0:
            raise ValueError("the speed must be greater than 0")
        self._rebase(self.now())
        self._speed = speed
        self._watchers.tell()

    def step(self, by: timedelta) -> None:
        """Jump by a positive or negative amount."""
        self._rebase(self.now() + by)
        self._watchers.tell()

    def set_zone(self, zone: str) -> None:
        """Change the zone (IANA name).

        Raises:
            zoneinfo.ZoneInfoNotFoundError: there is no such zone.
        """
        self.zone = ZoneInfo(zone)
        self._watchers.tell()

    def watch(self, watcher: Watcher) -> AbstractContextManager[None]:
        """Call `watcher()` after each change of speed, offset or zone while the block runs."""
        return self._watchers.watch(watcher)

    def _rebase(self, now: datetime) -> None:
        self._host += timedelta(seconds=self.monotonic() - self._origin)
        self._origin = self.monotonic()
        self._base = now
