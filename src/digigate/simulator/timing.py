"""The plant's own clock: UTC that can run fast, jump and stand still."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from digigate.simulator.physics.demand import EPOCH

LATEST = datetime(2130, 1, 1, tzinfo=UTC)  # the meters' dates end in 2136


class PlantClock:
    """UTC as `base + speed * elapsed`."""

    def __init__(
        self,
        speed: float = 1.0,
        *,
        started: datetime | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._origin = monotonic()
        self._base = started or datetime.now(UTC)
        self._speed = speed
        self._frozen = False

    def now(self) -> datetime:
        """The plant's date and time in UTC."""
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=(self._monotonic() - self._origin) * self._speed)

    @property
    def speed(self) -> float:
        """Plant seconds per real second."""
        return self._speed

    @property
    def frozen(self) -> bool:
        """Whether time and all values stand still."""
        return self._frozen

    def set_speed(self, speed: float) -> None:
        """Run `speed` times as fast from now on.

        Raises:
            ValueError: the speed is not above 0.
        """
        if not 0 < speed <= 1e6:
            raise ValueError("speed must be above 0 and at most 1000000")
        self._rebase(self.now())
        self._speed = speed

    def set_utc(self, moment: datetime) -> None:
        """Jump to a moment.

        Raises:
            ValueError: it has no zone, or lies outside the years that the plant knows.
        """
        if moment.tzinfo is None:
            raise ValueError("write the zone too, as in 2026-03-29T00:30:00+00:00")
        if not EPOCH <= moment <= LATEST:
            raise ValueError(f"a plant lives from {EPOCH:%Y-%m-%d} to {LATEST:%Y-%m-%d}")
        self._rebase(moment.astimezone(UTC))

    def step(self, seconds: float) -> None:
        """Jump by so many seconds.

        Raises:
            ValueError: the plant would leave the years that it knows.
        """
        try:
            moment = self.now() + timedelta(seconds=seconds)
        except OverflowError as error:
            raise ValueError(f"step_seconds: {error}") from error
        self.set_utc(moment)

    def freeze(self, *, frozen: bool) -> None:
        """Let the time stand still, or run on from where it stood."""
        self._rebase(self.now())
        self._frozen = frozen

    def _rebase(self, now: datetime) -> None:
        self._origin = self._monotonic()
        self._base = now
