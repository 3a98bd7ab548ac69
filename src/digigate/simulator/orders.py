"""What can be ordered of a running plant, and what each order does."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from digigate.simulator.timing import PlantClock

Json = Any


class Arguments(BaseModel):
    """Arguments of one command; a misspelt one is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OfSlave(Arguments):
    """Which slave."""

    address: Annotated[int, Field(ge=1, le=247)]


class OfLoad(OfSlave):
    """Which slave, and which of its loads; 0 = the device itself."""

    load: Annotated[int, Field(ge=0, le=12)] = 0


class OfClock(Arguments):
    """What to change; nothing = only tell."""

    speed: Annotated[float, Field(gt=0, le=1e6)] | None = None
    step_seconds: Annotated[float, Field(ge=-3.2e9, le=3.2e9)] | None = None
    set_utc: AwareDatetime | None = None
    freeze: bool | None = None


class Device(Protocol):
    """A slave as the orders know it."""

    on: bool

    def truth(self, load: int) -> Mapping[str, float | str]:
        """Quantity (or `quantity@statistic`) -> what the plant knows it to be, now."""
        ...

    def describe(self) -> Mapping[str, Json]:
        """What `status` tells of it."""
        ...


class PlantOrders:
    """The table of commands over one plant."""

    def __init__(
        self,
        devices: Mapping[int, Device],
        clock: PlantClock,
        lines: Callable[[], Mapping[str, Json]],
    ) -> None:
        self._devices = devices
        self._clock = clock
        self._lines = lines
        self._table: dict[str, tuple[type[Arguments], Callable[[Any], Json]]] = {
            "status": (Arguments, self._status),
            "clock": (OfClock, self._set_clock),
            "truth": (OfLoad, self._truth),
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
            "slaves": {
                str(address): {"on": device.on, **device.describe()}
                for address, device in self._devices.items()
            },
        }

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
        return dict(self._device(asked.address).truth(asked.load))

    def _switch(self, asked: OfSlave, *, on: bool) -> Json:
        self._device(asked.address).on = on
        return {"address": asked.address, "on": on}

    def _device(self, address: int) -> Device:
        if address not in self._devices:
            allowed = ", ".join(map(str, sorted(self._devices)))
            raise ValueError(f"no slave {address}; there are {allowed}")
        return self._devices[address]


def _explain(command: str, kind: type[Arguments], error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        allowed = ", ".join(kind.model_fields) or "nothing"
        return f"{command}: no argument {where!r}; it takes {allowed}"
    return f"{command}: {where}: {first['msg'][:1].lower()}{first['msg'][1:]}"
