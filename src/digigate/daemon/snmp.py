"""The SNMP room: one agent over every table, behind one door."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from digigate.firewall import Gate
from digigate.services.snmp.authority import Authority
from digigate.services.snmp.door import Address, Place, Reply, SnmpDoor
from digigate.settings.sections import Settings, Snmp, SnmpTraps
from digigate.state import Ports, StateDirectory
from digigate.supervisor import Off, Supervisor

Reveal = Callable[[str], str]
"""The secret that a setting refers to."""


@dataclass(frozen=True, slots=True)
class SnmpRooms:
    """The rooms that the agent works with."""

    gate: Gate
    ports: Ports
    state: StateDirectory
    reveal: Reveal


class SnmpRoom:
    """Makes the services of SNMP."""

    def __init__(self, rooms: SnmpRooms, macs: tuple[str, ...]) -> None:
        self._rooms = rooms
        self._macs = macs
        self._authority: Authority | None = None

    @property
    def authority(self) -> Authority:
        """Who we are to managers of version 3; the first to ask counts as the start."""
        if self._authority is None:
            self._authority = Authority(self._rooms.state, self._macs)
        return self._authority

    def wire(self, supervisor: Supervisor[Settings]) -> None:
        """Hand the agent to the supervisor."""
        supervisor.wire("snmp", lambda s: (_asked(s.snmp), s.policy.snmp), self._door)

    def _door(self, view: tuple[Snmp, bool]) -> SnmpDoor | Off:
        snmp, allowed = view
        if not allowed:
            return Off("forbidden by policy.snmp")
        if not (snmp.v1 or snmp.v2c or snmp.v3):
            return Off("no version is on")
        place = Place(snmp.host, snmp.port)
        return SnmpDoor(place, self._rooms.gate, self._rooms.ports, self._agent)

    async def _agent(self) -> "Mute":
        return Mute()


class Mute:
    """Answers nobody."""

    def take(self, datagram: bytes, address: Address) -> bytes | None:
        """Nothing."""

    async def work(self, _: Reply) -> None:
        """Nothing, until cancelled."""
        await asyncio.Event().wait()


def _asked(snmp: Snmp) -> Snmp:
    """What the agent restarts for."""
    return snmp.model_copy(update={"contact": "", "location": "", "traps": SnmpTraps()})
