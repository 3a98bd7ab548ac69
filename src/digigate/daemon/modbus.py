"""Every door through which Modbus requests come in, over one kind of handler."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from digigate.bus import Bus
from digigate.catalogue import Catalogue, Model
from digigate.commands import Commands
from digigate.errors import SettingsError
from digigate.firewall import Gate
from digigate.identity import GatewayModel
from digigate.security.certificates import Certificates
from digigate.services.modbus import (
    ALWAYS_OWN,
    Client,
    Connection,
    Hall,
    Handler,
    OwnTable,
    OwnUnit,
    Place,
    RtuConnection,
    RtuPort,
    RtuSlave,
    SerialDoor,
    Sight,
    TcpDoor,
    by_certificate,
)
from digigate.settings.sections import (
    Gateway,
    Line,
    ModbusTcp,
    ModbusTls,
    Role,
    Rs485,
    RtuTcp,
    Settings,
    Usb,
)
from digigate.settings.topology import BusName
from digigate.state import Ports
from digigate.store import Store
from digigate.supervisor import Off, Supervisor

MAPS = {GatewayModel.M50: "diris-m50", GatewayModel.M70: "diris-m70"}
"""The catalogue's key of each gateway model."""
BY_STREAM = frozenset({255})
"""Units of the gateway beside its address where one master talks RTU to it alone."""
BY_LINE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class DoorRooms:
    """The rooms that all doors work with."""

    store: Store
    bus: Bus
    gate: Gate
    ports: Ports
    catalogue: Catalogue
    certificates: Certificates


class ModbusDoors:
    """Makes the service of each door."""

    def __init__(self, rooms: DoorRooms, sight: Sight, commands: Commands) -> None:
        self._rooms = rooms
        self._sight = sight
        self._commands = commands

    def wire(self, supervisor: Supervisor[Settings]) -> None:
        """Hand every door to the supervisor."""
        supervisor.wire("modbus_tcp", lambda s: (s.modbus_tcp, s.gateway.unnamed), self._tcp)
        supervisor.wire("rtu_tcp", lambda s: (s.rtu_tcp, s.gateway.unnamed), self._rtu_tcp)
        supervisor.wire("modbus_tls", lambda s: (s.modbus_tls, s.gateway.unnamed), self._tls)
        supervisor.wire(
            "rs485_slave",
            lambda s: (s.buses.rs485, s.gateway.unnamed, s.policy.rs485_slave),
            self._rs485,
        )
        supervisor.wire("usb", lambda s: (s.usb, s.gateway.unnamed, s.policy.usb), self._usb)

    def _tcp(self, view: tuple[ModbusTcp, Gateway]) -> TcpDoor:
        modbus, gateway = view
        place = Place(
            "modbus_tcp",
            modbus.host,
            modbus.port,
            modbus.connections,
            modbus.idle_timeout,
            modbus.keepalive,
        )
        handler = self._handler(gateway, ALWAYS_OWN)
        return self._door(place, lambda hall: Connection(handler, hall))

    def _rtu_tcp(self, view: tuple[RtuTcp, Gateway]) -> TcpDoor | Off:
        rtu, gateway = view
        if not rtu.enabled:
            return Off()
        place = Place("rtu_tcp", rtu.host, rtu.port, rtu.connections, rtu.idle_timeout)
        handler = self._handler(gateway, BY_STREAM)
        return self._door(place, lambda hall: RtuConnection(handler, hall, "rtu_tcp"))

    def _tls(self, view: tuple[ModbusTls, Gateway]) -> TcpDoor | Off:
        tls, gateway = view
        if not tls.enabled:
            return Off()
        if not tls.client_ca:
            raise SettingsError(
                "modbus_tls.client_ca is empty: name the PEM file of the authority that issues"
                " the clients' certificates"
            )
        place = Place("modbus_tls", tls.host, tls.port)
        handler = self._handler(gateway, ALWAYS_OWN)
        introduce = partial(by_certificate, writing=tls.writing_roles)
        context = partial(self._rooms.certificates.context_for_clients_of, Path(tls.client_ca))
        welcome = partial(Connection, handler, introduce=introduce)
        rooms = self._rooms
        return TcpDoor(place, rooms.gate, rooms.ports, welcome, context)

    def _rs485(self, view: tuple[Rs485, Gateway, bool]) -> SerialDoor | Off:
        rs485, gateway, allowed = view
        if rs485.role is not Role.SLAVE or not rs485.port:
            return Off()
        if not allowed:
            return Off("forbidden by policy.rs485_slave")
        handler = self._handler(gateway, BY_LINE, self._has_elsewhere)
        return self._serial(RtuSlave(BusName.RS485, rs485, handler), rs485)

    def _usb(self, view: tuple[Usb, Gateway, bool]) -> SerialDoor | Off:
        usb, gateway, allowed = view
        if not usb.port:
            return Off()
        if not allowed:
            return Off("forbidden by policy.usb")
        held = RtuPort("usb", self._handler(gateway, BY_STREAM))
        return self._serial(held, Line(port=usb.port, baudrate=usb.baudrate))

    def _door(self, place: Place, welcome: Callable[[Hall], asyncio.Protocol]) -> TcpDoor:
        return TcpDoor(place, self._rooms.gate, self._rooms.ports, welcome)

    def _serial(self, held: RtuSlave | RtuPort, line: Line) -> SerialDoor:
        return SerialDoor(held, line, self._sight.clock, self._sight.conditions)

    def _handler(
        self,
        gateway: Gateway,
        also: frozenset[int],
        configured: Callable[[int], bool] | None = None,
    ) -> Handler:
        """The handler of a door at which `also` are units of the gateway, beside its address."""
        rooms = self._rooms
        table = _table(rooms.catalogue.models[MAPS[gateway.model]])
        own = OwnUnit(table, self._sight, self._commands, self._may_destroy)
        units = also | {gateway.address}
        return Handler(
            rooms.store, rooms.bus, configured or rooms.bus.has, own, units, self._writes
        )

    def _has_elsewhere(self, unit: int) -> bool:
        """Whether a slave has this address that is not on the RS485 line itself."""
        device = self._sight.topology().device(unit)
        return device is not None and (device.bus is not BusName.RS485 or bool(device.gateway))

    def _may_destroy(self, client: Client) -> bool:
        """Whether a rule of the white list names this client at the door that it came in by.

        Serial doors have no rules, so nobody destroys anything through them.
        """
        port = self._rooms.ports.all().get(client.door)
        return port is not None and self._rooms.gate.names(client.host, "tcp", port)

    def _writes(self) -> bool:
        return self._sight.settings().policy.modbus_writing


@cache
def _table(model: Model) -> OwnTable:
    return OwnTable(model)
