"""What the user wants: a frozen tree, a section per subject, replaced whole."""

from itertools import combinations
from typing import Literal, Self

from pydantic import model_validator

from digigate.settings.sections.box import Gateway, Time
from digigate.settings.sections.buses import (
    Addressing,
    Buses,
    Detection,
    DetectionMode,
    Line,
    Parity,
    Polling,
    Resolution,
    Role,
    Rs485,
)
from digigate.settings.sections.fields import (
    EVERYWHERE,
    Form,
    Name,
    Secret,
    SecretRef,
    Section,
    Unit,
)
from digigate.settings.sections.firewall import Firewall, FirewallRule
from digigate.settings.sections.firmware import Firmware
from digigate.settings.sections.modbus import ModbusTcp, ModbusTls, RtuTcp, Usb
from digigate.settings.sections.network import Web
from digigate.settings.sections.policy import Policy
from digigate.settings.sections.snmp import (
    Authentication,
    Privacy,
    Snmp,
    SnmpTraps,
    TrapMode,
    TrapVersion,
)


class Settings(Section):
    """The whole tree, as it stands in settings.yaml."""

    version: Literal[1] = 1
    gateway: Gateway = Gateway()
    time: Time = Time()
    buses: Buses = Buses()
    polling: Polling = Polling()
    detection: Detection = Detection()
    modbus_tcp: ModbusTcp = ModbusTcp()
    rtu_tcp: RtuTcp = RtuTcp()
    modbus_tls: ModbusTls = ModbusTls()
    usb: Usb = Usb()
    snmp: Snmp = Snmp()
    policy: Policy = Policy()
    web: Web = Web()
    firewall: Firewall = Firewall()
    firmware: Firmware = Firmware()

    @model_validator(mode="after")
    def _ports_apart(self) -> Self:
        for (name, host, port), (other, where, same) in combinations(self._listeners(), 2):
            if port and port == same and (host == where or {host, where} & set(EVERYWHERE)):
                raise ValueError(f"{name} and {other} are both {port}; give each its own port")
        return self

    def _listeners(self) -> tuple[tuple[str, str, int], ...]:
        return (
            ("modbus_tcp.port", self.modbus_tcp.host, self.modbus_tcp.port),
            *_when("rtu_tcp.port", self.rtu_tcp),
            *_when("modbus_tls.port", self.modbus_tls),
            ("web.https_port", self.web.host, self.web.https_port),
            ("web.http_port", self.web.host, self.web.http_port or 0),
        )


def _when(name: str, server: RtuTcp | ModbusTls) -> tuple[tuple[str, str, int], ...]:
    return ((name, server.host, server.port),) if server.enabled else ()


__all__ = [
    "Addressing",
    "Authentication",
    "Buses",
    "Detection",
    "DetectionMode",
    "Firewall",
    "FirewallRule",
    "Firmware",
    "Form",
    "Gateway",
    "Line",
    "ModbusTcp",
    "ModbusTls",
    "Name",
    "Parity",
    "Policy",
    "Polling",
    "Privacy",
    "Resolution",
    "Role",
    "Rs485",
    "RtuTcp",
    "Secret",
    "SecretRef",
    "Section",
    "Settings",
    "Snmp",
    "SnmpTraps",
    "Time",
    "TrapMode",
    "TrapVersion",
    "Unit",
    "Usb",
    "Web",
]
