"""Modbus north: TCP, RTU over TCP, TLS, and the serial ports on which the gateway is a slave."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from digigate.settings.profiles import BY_OFFICER, Access
from digigate.settings.sections.fields import (
    EVERYWHERE,
    Form,
    Host,
    Name,
    Port,
    Section,
    Unit,
    plugged,
)


class ModbusTcp(Section):
    """Modbus TCP server (§15.2): 32 connections."""

    host: Annotated[Host, Access()] = EVERYWHERE[0]
    port: Annotated[Port, Access()] = 502
    connections: Annotated[int, Field(ge=1, le=32), Access()] = 32
    idle_timeout: Annotated[float, Field(ge=10, le=86400), Unit("s"), Access()] = 600
    """Seconds after which a silent connection is closed."""
    keepalive: Annotated[int, Field(ge=5, le=7200), Unit("s"), Access()] = 60
    """Seconds of silence after which the system probes whether the peer still lives."""


class RtuTcp(Section):
    """Modbus RTU frames over a TCP stream, as the real box serves them on port 503."""

    enabled: Annotated[bool, Access()] = False
    host: Annotated[Host, Access()] = EVERYWHERE[0]
    port: Annotated[Port, Access()] = 503
    connections: Annotated[int, Field(ge=1, le=32), Access()] = 4
    idle_timeout: Annotated[float, Field(ge=10, le=86400), Unit("s"), Access()] = 600
    """Seconds after which a silent connection is closed."""


class ModbusTls(Section):
    """Modbus/TCP Security: the same as Modbus TCP inside TLS, for clients with a certificate."""

    enabled: Annotated[bool, Access()] = False
    host: Annotated[Host, Access()] = EVERYWHERE[0]
    port: Annotated[Port, Access()] = 802
    client_ca: Annotated[
        str,
        Field(max_length=4096),
        Form("the path of a PEM file"),
        BY_OFFICER,
    ] = ""
    """Who issues the clients' certificates; nobody else is let in."""
    writing_roles: Annotated[tuple[Name, ...], Form("a list of roles"), BY_OFFICER] = ("Operator",)
    """Roles of clients' certificates that may change something; all others only read."""


class Usb(Section):
    """The box's USB port: a serial device on which Easy Config's requests come in (§12.1)."""

    port: Annotated[
        str,
        AfterValidator(plugged),
        Form("a device path such as /dev/ttyGS0, or nothing"),
        Access(),
    ] = ""
    """Empty = there is none."""
    baudrate: Annotated[
        Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200], Unit("Bd"), Access()
    ] = 115200
