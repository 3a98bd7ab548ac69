"""The two field buses and how they are read."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from digigate.settings.profiles import Access
from digigate.settings.sections.fields import Form, Section, Unit, plugged


class Parity(StrEnum):
    """Parity bit of a serial line."""

    NONE = "none"
    EVEN = "even"
    ODD = "odd"


class Addressing(StrEnum):
    """How detection may set addresses; `private` is for simulated plants only."""

    PLAIN = "plain"
    PRIVATE = "private"


class Role(StrEnum):
    """What the gateway is on its RS485 port (§8.1): one of the two, never both."""

    MASTER = "master"
    SLAVE = "slave"


class DetectionMode(StrEnum):
    """What auto-detection looks for (§10)."""

    FAST = "fast"
    COMPLETE = "complete"


class Resolution(StrEnum):
    """Who solves address conflicts (§10): people at the slaves' buttons, or the gateway."""

    BUTTONS = "buttons"
    AUTOMATIC = "automatic"


class Line(Section):
    """One field bus (§8): where it is plugged in, its speed and its timing."""

    port: Annotated[
        str,
        AfterValidator(plugged),
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


class Rs485(Line):
    """The RS485 port, which may be turned round to be an output (§8.2.2)."""

    role: Annotated[Role, Access()] = Role.MASTER


class Buses(Section):
    """The two field buses of the box (§8)."""

    digiware: Line = Line()
    rs485: Rs485 = Rs485()

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


class Detection(Section):
    """How auto-detection works (§10); the ADDR button uses what is set here."""

    mode: Annotated[DetectionMode, Access()] = DetectionMode.FAST
    resolve: Annotated[Resolution, Access()] = Resolution.BUTTONS
