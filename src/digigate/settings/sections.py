"""What the user wants: a frozen tree, a section per subject, replaced whole."""

from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from digigate.identity import GatewayModel, Identity
from digigate.settings.profiles import Access, Profile

Port = Annotated[int, Field(ge=0, le=65535)]  # 0 = any free port


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}; write an IANA name such as Europe/Paris")
    return name


class Section(BaseModel):
    """Base of every section: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Gateway(Section):
    """The name plate and names of this gateway (§6.1)."""

    model: Annotated[GatewayModel, Access(change=Profile.CYBER, reboot=True)] = GatewayModel.M70
    ble: Annotated[bool, Access(change=Profile.CYBER, reboot=True)] = False
    net_id: Annotated[int, Field(ge=0, le=0xFFFFFFFF), Access(change=Profile.CYBER)] = 0
    serial: Annotated[str, Field(pattern=r"^[0-9]{11}$"), Access(change=Profile.CYBER)] = (
        "00000000000"
    )
    address: Annotated[int, Field(ge=1, le=247), Access()] = 1
    site: Annotated[str, Field(max_length=32, pattern=r"^[^\r\n]*$"), Access()] = "SITE"
    server: Annotated[str, Field(max_length=32, pattern=r"^[^\r\n]*$"), Access()] = "digigate"

    def identity(self) -> Identity:
        """The name plate that these settings describe."""
        return Identity(self.model, self.ble, self.net_id, self.serial)


class Time(Section):
    """The gateway's clock."""

    zone: Annotated[str, AfterValidator(_known_zone), Access()] = "UTC"


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

    port: Annotated[str, Access(reboot=True)] = ""
    """A device path (`/dev/ttyUSB0`) or `socket://host:port`; empty = nothing is wired."""
    baudrate: Annotated[Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200], Access()] = (
        38400
    )
    parity: Annotated[Parity, Access()] = Parity.NONE
    stop_bits: Annotated[Literal[1, 2], Access()] = 1
    gap: Annotated[float | None, Field(ge=0.0005, le=1), Access()] = None
    """Silence before each request in seconds; None = 3.5 characters, at least 1.75 ms."""
    turnaround_max: Annotated[float, Field(ge=0.05, le=5), Access()] = 0.5
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
    rs485: Line = Line(baudrate=38400)


class Polling(Section):
    """How the master reads its slaves."""

    integration_period: Annotated[Literal[60, 120, 300, 600, 900, 1200, 1800, 3600], Access()] = 600
    """Seconds; energies are read just after each of its ends."""
    retry_max: Annotated[float, Field(ge=1, le=60), Access()] = 60
    """Longest pause in seconds before a silent slave is tried again."""


class ModbusTcp(Section):
    """Modbus TCP server (§15.2): 32 connections."""

    host: Annotated[str, Access()] = "0.0.0.0"  # noqa: S104 -- a gateway serves its network
    port: Annotated[Port, Access()] = 502
    connections: Annotated[int, Field(ge=1, le=32), Access()] = 32
    idle_timeout: Annotated[float, Field(ge=10, le=86400), Access()] = 600
    """Seconds after which a silent connection is closed."""
    keepalive: Annotated[int, Field(ge=5, le=7200), Access()] = 60
    """Seconds of silence after which the system probes whether the peer still lives."""
    writes: Annotated[bool, Access(change=Profile.CYBER)] = True
    """Pass writes on to the slaves (policy "Modbus writing", §11.3.2)."""


class Web(Section):
    """HTTPS server (§11)."""

    host: Annotated[str, Access()] = "0.0.0.0"  # noqa: S104
    https_port: Annotated[Port, Access()] = 443
    http_port: Annotated[Port | None, Access()] = None
    """Plain port that only redirects to HTTPS; None = closed."""
    hosts: Annotated[tuple[str, ...], Access(change=Profile.CYBER)] = ()
    """Names under which browsers may ask for this server, beside its addresses."""


class Firewall(Section):
    """Limits per client address over all services (§11.3.5)."""

    kbits: Annotated[int, Field(ge=16, le=1_000_000), Access(change=Profile.CYBER)] = 20_000
    requests: Annotated[int, Field(ge=1, le=100_000), Access(change=Profile.CYBER)] = 2_000
    block_seconds: Literal[30] = 30
    outgoing: Annotated[bool, Access(change=Profile.CYBER)] = False


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


__all__ = [
    "Addressing",
    "Buses",
    "Firewall",
    "Gateway",
    "Line",
    "ModbusTcp",
    "Parity",
    "Polling",
    "Section",
    "Settings",
    "Time",
    "Web",
]
