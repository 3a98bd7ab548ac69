"""Which slaves hang on which bus and what their loads are called: its own file, exportable (§5)."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from digigate.settings.sections.fields import Form, HostName, Name, Section

GatewayKey = Annotated[
    str,
    Field(pattern=r"^[a-z0-9-]{1,16}$"),
    Form("at most 16 small letters, digits and hyphens"),
]

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
    type: Name = ""
    """How it is wired, as the device said when its loads were last refreshed: `3P+N-4CT`."""


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
    gateway: Annotated[
        str,
        Field(pattern=r"^[a-z0-9-]{0,16}$"),
        Form("the key of a listed gateway, or nothing"),
    ] = ""
    """Key of the remote gateway that it hangs behind; empty = on a bus of this box."""
    remote: Annotated[int, Field(ge=0, le=247)] = 0
    """Its address behind that gateway, where that is another one than here; 0 = the same."""
    maintenance: bool = False
    """Not polled and never the cause of an alarm while somebody works on it."""
    loads: tuple[Load, ...] = ()

    @model_validator(mode="after")
    def _loads_apart(self) -> Self:
        numbers = [load.number for load in self.loads]
        twice = sorted({n for n in numbers if numbers.count(n) > 1})
        if twice:
            raise ValueError(f"load {twice[0]} is listed twice; give each load its own number")
        return self


class RemoteGateway(Section):
    """An M-xx or D-xx whose slaves belong to this topology too, by Modbus TCP (§11.2.1)."""

    key: GatewayKey
    model: str
    host: HostName
    port: Annotated[int, Field(ge=1, le=65535)] = 502
    unit: Annotated[int, Field(ge=0, le=255)] = 255
    """Unit id under which it answers itself."""
    name: Name = ""

    @model_validator(mode="after")
    def _no_bus(self) -> Self:
        if self.key in tuple(BusName):
            raise ValueError(f"{self.key} is a bus of this box; give the gateway another key")
        return self


class Topology(Section):
    """All devices of both buses; addresses are unique over both (§6.2)."""

    version: Literal[1] = 1
    gateways: tuple[RemoteGateway, ...] = ()
    devices: tuple[Device, ...] = ()

    @model_validator(mode="after")
    def _gateways_known(self) -> Self:
        keys = [gateway.key for gateway in self.gateways]
        twice = sorted({k for k in keys if keys.count(k) > 1})
        if twice:
            raise ValueError(f"gateway {twice[0]} is listed twice; give each its own key")
        for device in self.devices:
            if device.gateway and device.gateway not in keys:
                raise ValueError(
                    f"device {device.address} is behind gateway {device.gateway},"
                    f" which is not listed; known: {', '.join(keys) or 'none'}"
                )
        return self

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
        """The devices of one bus of this box, in order."""
        return tuple(d for d in self.devices if d.bus == bus and not d.gateway)

    def behind(self, key: str) -> tuple[Device, ...]:
        """The devices behind one remote gateway, in order."""
        return tuple(d for d in self.devices if d.gateway == key)

    def gateway(self, key: str) -> RemoteGateway | None:
        """The remote gateway of this key."""
        return next((g for g in self.gateways if g.key == key), None)
