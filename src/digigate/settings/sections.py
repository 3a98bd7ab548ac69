"""What the user wants: a frozen tree, a section per subject, replaced whole."""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from digigate.identity import GatewayModel, Identity
from digigate.settings.profiles import Access, Profile

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 -- a gateway serves its network


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts: `s`, `Bd`, `kbit/s`."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Form:
    """What may be written, in English, where the type alone says too little."""

    text: str


def _own_address(host: str) -> str:
    if host != "localhost":
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise ValueError(
                f"{host!r} is no address; write one of this machine's, or 0.0.0.0 for all"
            ) from None
    return host


def _plugged(port: str) -> str:
    if port and not port.startswith("/") and not re.fullmatch(r"socket://[^/\s]+:[0-9]{1,5}", port):
        raise ValueError(
            f"{port!r} is no port; write a device path such as /dev/ttyUSB0, or socket://host:port"
        )
    return port


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}; write an IANA name such as Europe/Paris")
    return name


Port = Annotated[int, Field(ge=0, le=65535)]  # 0 = any free port
Host = Annotated[
    str, AfterValidator(_own_address), Form("an address of this machine, 0.0.0.0 for all")
]
HostName = Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9._:-]+$")]
Name = Annotated[
    str,
    Field(max_length=32, pattern=r"^[^\r\n\x00]*$"),
    Form("one line of at most 32 characters"),
]


class Section(BaseModel):
    """Base of every section: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Gateway(Section):
    """The name plate and names of this gateway (§6.1)."""

    model: Annotated[GatewayModel, Access(change=Profile.CYBER, reboot=True)] = GatewayModel.M70
    ble: Annotated[bool, Access(change=Profile.CYBER, reboot=True)] = False
    net_id: Annotated[int, Field(ge=0, le=0xFFFFFFFF), Access(change=Profile.CYBER)] = 0
    serial: Annotated[
        str, Field(pattern=r"^[0-9]{11}$"), Form("11 digits"), Access(change=Profile.CYBER)
    ] = "00000000000"
    address: Annotated[int, Field(ge=1, le=247), Access()] = 1
    site: Annotated[Name, Access()] = "SITE"
    server: Annotated[Name, Access()] = "digigate"

    def identity(self) -> Identity:
        """The name plate that these settings describe."""
        return Identity(self.model, self.ble, self.net_id, self.serial)


class Time(Section):
    """The gateway's clock."""

    zone: Annotated[
        str, AfterValidator(_known_zone), Form("an IANA name such as Europe/Paris"), Access()
    ] = "UTC"


class Parity(StrEnum):
    """Parity bit of a serial line."""

    NONE = "none"
    EVEN = "even"
    ODD = "odd"


class Addressing(StrEnum):
    """How detection may set addresses; `private` is for simulated plants only."""

    PLAIN = "plain"
    PRIVATE = "private"


class Line(Section):
    """One field bus (§8): where it is plugged in, its speed and its timing."""

    port: Annotated[
        str,
        AfterValidator(_plugged),
        Form("a device path such as /dev/ttyUSB0, socket://host:port, or nothing"),
        Access(),
    ] = ""
    """A device path (`/dev/ttyUSB0`) or `socket://host:port`; empty = nothing is wired."""
    baudrate: Annotated[
        Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200], Unit("Bd"), Access()
    ] = 38400
    parity: Annotated[Parity, Access()] = Parity.NONE
    stop_bits: Annotated[Literal[1, 2], Access()] = 1
    gap: Annotated[float | None, Field(ge=0.0005, le=1), Unit("s"), Access()] = None
    """Silence before each request in seconds; None = 3.5 characters, at least 1.75 ms."""
    turnaround_max: Annotated[float, Field(ge=0.05, le=5), Unit("s"), Access()] = 0.5
    """Longest time in seconds that a slave may take before it begins to answer."""
    low_latency: Annotated[bool, Access()] = True
    """Ask a USB adapter to hand over bytes at once."""
    echo: Annotated[bool, Access()] = False
    """The adapter repeats what we send (2-wire RS485 without receiver switch)."""
    paced: Annotated[bool, Access()] = True
    """Keep silent intervals; off only where a simulated plant runs faster than real time."""
    addressing: Annotated[Addressing, Access()] = Addressing.PLAIN

    @property
    def char_time(self) -> float:
        """Seconds that one character takes on the wire."""
        bits = 1 + 8 + (self.parity is not Parity.NONE) + self.stop_bits
        return bits / self.baudrate

    @property
    def silence(self) -> float:
        """Seconds of silence between frames: t3.5, fixed at 1.75 ms above 19200 Bd."""
        if self.gap is not None:
            return self.gap
        return 0.00175 if self.baudrate > 19200 else max(3.5 * self.char_time, 0.00175)


class Buses(Section):
    """The two field buses of the box (§8)."""

    digiware: Line = Line()
    rs485: Line = Line()

    @model_validator(mode="after")
    def _two_ports(self) -> Self:
        if self.digiware.port and self.digiware.port == self.rs485.port:
            raise ValueError(f"both buses are on {self.rs485.port}; give each its own port")
        return self


class Polling(Section):
    """How the master reads its slaves."""

    integration_period: Annotated[
        Literal[60, 120, 300, 600, 900, 1200, 1800, 3600], Unit("s"), Access()
    ] = 600
    """Seconds; energies are read just after each of its ends."""
    retry_max: Annotated[float, Field(ge=1, le=60), Unit("s"), Access()] = 60
    """Longest pause in seconds before a silent slave is tried again."""


class ModbusTcp(Section):
    """Modbus TCP server (§15.2): 32 connections."""

    host: Annotated[Host, Access()] = EVERYWHERE[0]
    port: Annotated[Port, Access()] = 502
    connections: Annotated[int, Field(ge=1, le=32), Access()] = 32
    idle_timeout: Annotated[float, Field(ge=10, le=86400), Unit("s"), Access()] = 600
    """Seconds after which a silent connection is closed."""
    keepalive: Annotated[int, Field(ge=5, le=7200), Unit("s"), Access()] = 60
    """Seconds of silence after which the system probes whether the peer still lives."""
    writes: Annotated[bool, Access(change=Profile.CYBER)] = True
    """Pass writes on to the slaves (policy "Modbus writing", §11.3.2)."""


class Web(Section):
    """HTTPS server (§11)."""

    host: Annotated[Host, Access()] = EVERYWHERE[0]
    https_port: Annotated[Port, Access()] = 443
    http_port: Annotated[Port | None, Access()] = None
    """Plain port that only redirects to HTTPS; None = closed."""
    hosts: Annotated[
        tuple[HostName, ...], Form("a list of host names"), Access(change=Profile.CYBER)
    ] = ()
    """Names under which browsers may ask for this server, beside its addresses."""


class Firewall(Section):
    """Limits per client address over all services (§11.3.5)."""

    kbits: Annotated[
        int, Field(ge=16, le=1_000_000), Unit("kbit/s"), Access(change=Profile.CYBER)
    ] = 20_000
    requests: Annotated[int, Field(ge=1, le=100_000), Unit("1/s"), Access(change=Profile.CYBER)] = (
        2_000
    )
    block_seconds: Annotated[Literal[30], Unit("s"), Access(change=Profile.CYBER)] = 30
    """How long who exceeds a limit gets no answer: fixed by §11.3.5."""


class Settings(Section):
    """The whole tree, as it stands in settings.yaml."""

    version: Literal[1] = 1
    gateway: Gateway = Gateway()
    time: Time = Time()
    buses: Buses = Buses()
    polling: Polling = Polling()
    modbus_tcp: ModbusTcp = ModbusTcp()
    web: Web = Web()
    firewall: Firewall = Firewall()

    @model_validator(mode="after")
    def _ports_apart(self) -> Self:
        for (name, host, port), (other, where, same) in combinations(self._listeners(), 2):
            if port and port == same and (host == where or {host, where} & set(EVERYWHERE)):
                raise ValueError(f"{name} and {other} are both {port}; give each its own port")
        return self

    def _listeners(self) -> tuple[tuple[str, str, int], ...]:
        return (
            ("modbus_tcp.port", self.modbus_tcp.host, self.modbus_tcp.port),
            ("web.https_port", self.web.host, self.web.https_port),
            ("web.http_port", self.web.host, self.web.http_port or 0),
        )


__all__ = [
    "Addressing",
    "Buses",
    "Firewall",
    "Form",
    "Gateway",
    "Line",
    "ModbusTcp",
    "Name",
    "Parity",
    "Polling",
    "Section",
    "Settings",
    "Time",
    "Unit",
    "Web",
]
