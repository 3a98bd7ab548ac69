"""Every door through which Modbus requests come in, over one handler."""

from dataclasses import dataclass

from digigate.bus import Bus
from digigate.catalogue import Catalogue
from digigate.commands import Commands
from digigate.firewall import Gate
from digigate.identity import GatewayModel
from digigate.services.modbus import (
    ALWAYS_OWN,
    Client,
    Handler,
    ModbusTcpServer,
    OwnTable,
    OwnUnit,
    Sight,
)
from digigate.settings.sections import Gateway, ModbusTcp, Settings
from digigate.state import Ports
from digigate.store import Store
from digigate.supervisor import Supervisor

MAPS = {GatewayModel.M50: "diris-m50", GatewayModel.M70: "diris-m70"}
"""The catalogue's key of each gateway model."""


@dataclass(frozen=True, slots=True)
class DoorRooms:
    """The rooms that all doors work with."""

    store: Store
    bus: Bus
    gate: Gate
    ports: Ports
    catalogue: Catalogue


class ModbusDoors:
    """Makes the service of each door."""

    def __init__(self, rooms: DoorRooms, sight: Sight, commands: Commands) -> None:
        self._rooms = rooms
        self._sight = sight
        self._commands = commands

    def wire(self, supervisor: Supervisor[Settings]) -> None:
        """Hand every door to the supervisor."""
        supervisor.wire("modbus_tcp", lambda s: (s.modbus_tcp, s.gateway), self._tcp)

    def _tcp(self, view: tuple[ModbusTcp, Gateway]) -> ModbusTcpServer:
        modbus, gateway = view
        handler = self._handler(gateway, ALWAYS_OWN)
        return ModbusTcpServer(modbus, self._rooms.gate, handler, self._rooms.ports)

    def _handler(self, gateway: Gateway, also: frozenset[int]) -> Handler:
        """The handler of a door at which `also` are units of the gateway, beside its address."""
        table = OwnTable(self._rooms.catalogue.models[MAPS[gateway.model]])
        own = OwnUnit(table, self._sight, self._commands, _may_destroy)
        bus, units = self._rooms.bus, also | {gateway.address}
        return Handler(self._rooms.store, bus, bus.has, own, units, self._writes)

    def _writes(self) -> bool:
        return self._sight.settings().policy.modbus_writing


def _may_destroy(_: Client) -> bool:
    """Nobody, until the firewall has a white list to tell whom."""
    return False
