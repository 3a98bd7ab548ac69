"""Which slaves hang on which bus and what their loads are called: its own file, exportable (§5)."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from digigate.settings.sections import Name, Section

DEVICES_MAX = 32  # §6.2
LOADS_MAX = 192  # §6.2


class BusName(StrEnum):
    """The box has two field buses (§8)."""

    DIGIWARE = "digiware"
    RS485 = "rs485"


class Load(Section):
    """One circuit of a device."""

    number: Annotated[int, Field(ge=1, le=12)]
    name: Name = ""
    usage: Name = ""


class Device(Section):
    """One slave: its model is a key of the catalogue."""

    address: Annotated[int, Field(ge=1, le=247)]
    bus: BusName
    model: str
    name: Name = ""
    serial: str = ""
    net_id: Annotated[int, Field(ge=0, le=0xFFFFFFFF)] = 0
    confirmed: bool = False
    """The user has confirmed a register map that is ours, so a real line may be polled with it."""
    loads: tuple[Load, ...] = ()

    @model_validator(mode="after")
    def _loads_apart(self) -> Self:
        numbers = [load.number for load in self.loads]
        twice = sorted({n for n in numbers if numbers.count(n) > 1})
        if twice:
            raise ValueError(f"load {twice[0]} is listed twice; give each load its own number")
        return self


class Topology(Section):
    """All devices of both buses; addresses are unique over both (§6.2)."""

    version: Literal[1] = 1
    devices: tuple[Device, ...] = ()

    @model_validator(mode="after")
    def _within_capacity(self) -> Self:
        addresses = [device.address for device in self.devices]
        twice = sorted({a for a in addresses if addresses.count(a) > 1})
        if twice:
            raise ValueError(f"address {twice[0]} is used twice; give each slave its own")
        if len(self.devices) > DEVICES_MAX:
            raise ValueError(f"{len(self.devices)} devices; at most {DEVICES_MAX} are possible")
        loads = sum(len(device.loads) for device in self.devices)
        if loads > LOADS_MAX:
            raise ValueError(f"{loads} loads; at most {LOADS_MAX} are possible")
        return self

    def device(self, address: int) -> Device | None:
        """The device at this address."""
        return next((d for d in self.devices if d.address == address), None)

    def on(self, bus: BusName) -> tuple[Device, ...]:
        """The devices of one bus, in order."""
        return tuple(d for d in self.devices if d.bus == bus)
