"""The order about the plant's time."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from digigate.simulator.orders.table import Arguments, Entries, Json
from digigate.simulator.timing import PlantClock


class OfClock(Arguments):
    """What to change; nothing = only tell."""

    speed: Annotated[float, Field(gt=0, le=1e6)] | None = None
    step_seconds: Annotated[float, Field(ge=-3.2e9, le=3.2e9)] | None = None
    set_utc: AwareDatetime | None = None
    freeze: bool | None = None


class TimeOrders:
    """What can be done to a plant's clock."""

    def __init__(self, clock: PlantClock) -> None:
        self._clock = clock
        self.entries: Entries = {"clock": (OfClock, self._set)}

    def tell(self) -> dict[str, Json]:
        """The time and how it goes."""
        clock = self._clock
        return {"time": clock.now().isoformat(), "speed": clock.speed, "frozen": clock.frozen}

    def _set(self, asked: OfClock) -> Json:
        if asked.set_utc is not None:
            self._clock.set_utc(asked.set_utc)
        if asked.step_seconds is not None:
            self._clock.step(asked.step_seconds)
        if asked.speed is not None:
            self._clock.set_speed(asked.speed)
        if asked.freeze is not None:
            self._clock.freeze(frozen=asked.freeze)
        return self.tell()
