"""What can be ordered of a running plant, and what each order does."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)

from digigate.catalogue.addressing import HOLD
from digigate.simulator.naming import Named, Roll
from digigate.simulator.timing import PlantClock

Json = Any


class Arguments(BaseModel):
    """Arguments of one command; a misspelt one is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class OfSlave(Arguments):
    """Which slave: address, NET ID as 0x…, serial, name or #place in the plant file."""

    slave: Annotated[str, Field(validation_alias=AliasChoices("slave", "address"))]


class OfLoad(OfSlave):
    """Which slave, and which of its loads; 0 = the device itself."""

    load: Annotated[int, Field(ge=0, le=12)] = 0


class OfPress(OfSlave):
    """Which slave's front button, and for how long."""

    seconds: Annotated[float, Field(gt=0, le=60)] = HOLD


class OfClock(Arguments):
    """What to change; nothing = only tell."""

    speed: Annotated[float, Field(gt=0, le=1e6)] | None = None
    step_seconds: Annotated[float, Field(ge=-3.2e9, le=3.2e9)] | None = None
    set_utc: AwareDatetime | None = None
    freeze: bool | None = None


class Device(Named, Protocol):
    """A slave as the orders know it."""

    on: bool

    def truth(self, load: int) -> Mapping[str, float | str]:
        """Quantity (or `quantity@statistic`) -> what the plant knows it to be, now."""
        ...

    def describe(self) -> Mapping[str, Json]:
        """What `status` tells of it."""
        ...

    def press(self, seconds: float) -> bool:
        """Its button was held so long; returns whether that counts."""
        ...

    def lights(self) -> Mapping[str, Json]:
        """What `leds` tells of it."""
        ...


class PlantOrders:
    """The table of commands over one plant."""

    def __init__(
        self,
        devices: Sequence[Device],
        clock: PlantClock,
        lines: Callable[[], Mapping[str, Json]],
    ) -> None:
        self._roll = Roll(devices)
        self._clock = clock
        self._lines = lines
        self._table: dict[str, tuple[type[Arguments], Callable[[Any], Json]]] = {
            "status": (Arguments, self._status),
            "clock": (OfClock, self._set_clock),
            "truth": (OfLoad, self._truth),
            "leds": (Arguments, self._lights),
            "press": (OfPress, self._press),
            "slave.on": (OfSlave, lambda asked: self._switch(asked, on=True)),
            "slave.off": (OfSlave, lambda asked: self._switch(asked, on=False)),
        }

    def execute(self, command: str, arguments: Mapping[str, Json]) -> Json:
        """The result of one command.

        Raises:
            ValueError: it is unknown or its arguments are wrong; the text says what is allowed.
        """
        if command not in self._table:
            allowed = ", ".join(self._table)
            raise ValueError(f"no command {command!r}; write one of {allowed}")
        kind, act = self._table[command]
        try:
            asked = kind.model_validate(dict(arguments))
        except ValidationError as error:
            raise ValueError(_explain(command, kind, error)) from error
        return act(asked)

    def _status(self, _: Arguments) -> Json:
        return {
            **self._time(),
            "buses": dict(self._lines()),
            "slaves": {self._roll.name(device): device.describe() for device in self._roll},
        }

    def _lights(self, _: Arguments) -> Json:
        return {self._roll.name(device): device.lights() for device in self._roll}

    def _time(self) -> dict[str, Json]:
        clock = self._clock
        now: datetime = clock.now()
        return {"time": now.isoformat(), "speed": clock.speed, "frozen": clock.frozen}

    def _set_clock(self, asked: OfClock) -> Json:
        if asked.set_utc is not None:
            self._clock.set_utc(asked.set_utc)
        if asked.step_seconds is not None:
            self._clock.step(asked.step_seconds)
        if asked.speed is not None:
            self._clock.set_speed(asked.speed)
        if asked.freeze is not None:
            self._clock.freeze(frozen=asked.freeze)
        return self._time()

    def _truth(self, asked: OfLoad) -> Json:
        return dict(self._roll.find(asked.slave).truth(asked.load))

    def _press(self, asked: OfPress) -> Json:
        device = self._roll.find(asked.slave)
        return {"slave": self._roll.name(device), "counts": device.press(asked.seconds)}

    def _switch(self, asked: OfSlave, *, on: bool) -> Json:
        device = self._roll.find(asked.slave)
        device.on = on
        return {"address": device.address, "on": on}


def _explain(command: str, kind: type[Arguments], error: ValidationError) -> str:
    errors = error.errors()
    first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
    where = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(kind.model_fields) or "nothing"
        return f"{command}: no argument {where!r}; it takes {allowed}"
    return f"{command}: {where}: {first['msg'][:1].lower()}{first['msg'][1:]}"
