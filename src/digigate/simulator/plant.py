"""The plant file: buses, slaves and loads, read strictly."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from digigate.catalogue import Catalogue
from digigate.catalogue.loadtypes import LoadType
from digigate.errors import SettingsError
from digigate.simulator.physics.demand import Usage

Name = Annotated[str, Field(max_length=32, pattern=r"^[^\r\n\x00]*$")]
Bus = Annotated[str, Field(pattern="^(digiware|rs485)$")]
Baudrate = Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200]
BAUDRATES: tuple[Baudrate, ...] = get_args(Baudrate)
"""In the order of the devices' codes (facts §5)."""


class Part(BaseModel):
    """Base of every part of a plant file: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BusPlan(Part):
    """One line, its speed, and where it is offered: on a pty, on a TCP port, or on both."""

    pty: str = "auto"
    """Where to put the symbolic link to the tty; `auto` = no link, `none` = no pty."""
    listen: Annotated[str, Field(pattern=r"^$|^[^:]+:[0-9]{1,5}$")] = ""
    """`host:port` of a TCP port beside the pty; port 0 = any free one."""
    baudrate: Baudrate = 38400
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: Literal[1, 2] = 1
    delivery: Literal["chunks", "bytes"] = "chunks"
    """How answers arrive: 8 bytes at a time as from a UART's FIFO, or one by one."""
    turnaround: Annotated[float, Field(ge=0, le=5)] = 0.005
    """Seconds from the end of a request to the first character of the answer."""
    jitter: Annotated[float, Field(ge=0, le=5)] = 0.001
    """Seconds at most by which the turnaround varies upwards."""

    @property
    def bits(self) -> int:
        """Bits of one character on the wire."""
        return 1 + 8 + (self.parity != "none") + self.stop_bits


class LoadPlan(Part):
    """One circuit: how it is wired and what it feeds."""

    number: Annotated[int, Field(ge=1, le=12)]
    name: Name = ""
    type: LoadType = "3P+N-4CT"
    nominal: Annotated[float, Field(gt=0, le=6000)] = 32.0
    """Nominal current in A."""
    phase: Literal[1, 2, 3] = 1
    """The network's phase on which a load with one phase hangs; the first of a load with two."""
    nature: Annotated[int, Field(ge=0, le=255)] = 0
    usage: Usage = Usage.GENERAL
    incomer: bool = False
    """It feeds all other loads of the plant: its power is their sum and the losses between."""


class SlavePlan(Part):
    """One device on one bus; `model` is a key of the catalogue."""

    bus: Bus
    address: Annotated[int, Field(ge=1, le=247)]
    model: str
    name: Name = ""
    serial: Annotated[str, Field(pattern=r"^[0-9]{11}$")] = "00000000000"
    """Year and week (4 digits), site and line (4), running number (3)."""
    net_id: Annotated[int, Field(ge=0, le=0xFFFFFFFF)] = 0
    """0 = it has none, and takes no part in private addressing."""
    firmware: Annotated[str, Field(pattern=r"^[0-9]{1,2}\.[0-9]\.[0-9]$")] = "1.9.2"
    baudrate: Baudrate | None = None
    """Its own speed where that is not the bus's."""
    drift: Annotated[float, Field(ge=-600, le=600)] = 0.0
    """Seconds a day by which its clock gains."""
    loads: tuple[LoadPlan, ...] = ()


class Network(Part):
    """The supply that all slaves measure."""

    voltage: Annotated[float, Field(ge=50, le=1000)] = 230.0
    """Phase to neutral, V."""
    frequency: Literal[50, 60] = 50


class Plant(Part):
    """Everything that hangs on the two buses."""

    version: Literal[1] = 1
    seed: int = 1
    utc_offset: Annotated[float, Field(ge=-14, le=14)] = 0.0
    """Hours by which the slaves' own clocks (local time) are ahead of UTC."""
    integration_period: Literal[60, 120, 300, 600, 900, 1200, 1800, 3600] = 600
    """Seconds over which averages and load curves are formed."""
    service_days: Annotated[float, Field(ge=0, le=730)] = 30.0
    """Days before the start on which the slaves began to keep logs."""
    network: Network = Network()
    buses: Annotated[dict[Bus, BusPlan], Field(min_length=1)]
    slaves: tuple[SlavePlan, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _once((slave.net_id for slave in self.slaves if slave.net_id), "net_id", "0x{:08X}")
        for slave in self.slaves:
            if slave.bus not in self.buses:
                raise ValueError(f"slave {slave.address}: bus {slave.bus} is not among the buses")
            _once((load.number for load in slave.loads), f"slave {slave.address}: load")
        return self


PARTS: dict[str, type[Part]] = {
    "": Plant,
    "network": Network,
    "buses": BusPlan,
    "slaves": SlavePlan,
    "slaves.loads": LoadPlan,
}


def load_plant(path: Path) -> Plant:
    """Read a plant file.

    Raises:
        SettingsError: one line with the file, the field and what may be written there.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        plant = Plant.model_validate(data)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise SettingsError(f"{path}: {_explain(error.errors())}") from error
    for slave in plant.slaves:
        _check_model(path, slave)
    return plant


def _check_model(path: Path, slave: SlavePlan) -> None:
    models = Catalogue.load().models
    model = models.get(slave.model)
    if model is None:
        allowed = ", ".join(sorted(models))
        raise SettingsError(
            f"{path}: slave {slave.address}: model: no {slave.model!r}; write one of {allowed}"
        )
    highest = max((load.number for load in slave.loads), default=0)
    if highest > model.loads.count:
        raise SettingsError(
            f"{path}: slave {slave.address}: loads: {model.name} has {model.loads.count}"
            f" at most, not {highest}"
        )


def _once(numbers: Iterable[int], what: str, form: str = "{}") -> None:
    seen: set[int] = set()
    for number in numbers:
        if number in seen:
            raise ValueError(f"{what} {form.format(number)} is used twice; give each its own")
        seen.add(number)


def _explain(errors: list[ErrorDetails]) -> str:
    """The error that says most in words: field, what is wrong, what is allowed."""
    error = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    where = "".join(f"[{x}]" if isinstance(x, int) else f".{x}" for x in error["loc"]).strip(".")
    if error["type"] == "extra_forbidden":
        fields = ", ".join(_part(error["loc"][:-1]).model_fields)
        return f"{where}: no such field; write one of {fields}"
    if error["type"] == "value_error":
        return f"{where}: {error['ctx']['error']}".lstrip(": ")
    return f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]}, not {error['input']!r}"


def _part(loc: tuple[int | str, ...]) -> type[Part]:
    names = [str(x) for x in loc if isinstance(x, str)]
    if names and names[0] == "buses":
        names = names[:1]
    return PARTS[".".join(names)]
