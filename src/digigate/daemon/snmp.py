"""The SNMP room: one agent over every table, behind one door."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from digigate.firewall import Gate
from digigate.services.snmp import authority as authoring
from digigate.services.snmp import counters as counting
from digigate.services.snmp import mib2
from digigate.services.snmp.access import Access, access
from digigate.services.snmp.agent import Agent, Parts, Reporter
from digigate.services.snmp.authority import Authority
from digigate.services.snmp.ber import NO_SUCH_INSTANCE, NO_SUCH_OBJECT, Oid, pack
from digigate.services.snmp.counters import Counters
from digigate.services.snmp.door import Place, SnmpDoor
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.mib2 import HostWatch
from digigate.services.snmp.mib2.host import Linked
from digigate.services.snmp.secure import Secured
from digigate.services.snmp.tree import Notices, Notification, Table, Writer
from digigate.settings import KeptTopology
from digigate.settings.sections import Settings, Snmp, SnmpTraps
from digigate.settings.topology import Topology
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
    settings: Callable[[], Settings]


class SnmpRoom:
    """Makes the services of SNMP; what it counts and who it is outlive a restart of the agent."""

    def __init__(self, rooms: SnmpRooms, macs: tuple[str, ...], writer: Writer) -> None:
        self._rooms = rooms
        self._macs = macs
        self._writer = writer
        self._started = time.monotonic()
        self._authority: Authority | None = None
        self._host = HostWatch(self.uptime)
        self.counters = Counters()
        self.changes = TopologyChanges(self.uptime)
        self.notices: Notices = Unheard()
        self._view = Forest(())
        self.show(())

    def show(self, ours: Sequence[Table]) -> None:
        """Let these be what the agent shows beside what every agent does."""
        own = (
            *authoring.tables(lambda: self.authority, lambda: self._rooms.settings().snmp),
            *counting.tables(self.counters, self._tells_failures),
            *mib2.tables(self._host, self._rooms.settings, self.uptime),
        )
        self._view = Forest((*own, *ours))

    def instance(self, oid: Oid) -> bytes | None:
        """What the agent shows there now, as a whole element."""
        value = self._view.get(pack(oid))
        return None if value in (NO_SUCH_OBJECT, NO_SUCH_INSTANCE) else value

    def uptime(self) -> int:
        """sysUpTime, in hundredths of a second."""
        return int((time.monotonic() - self._started) * 100) & 0xFFFFFFFF

    @contextmanager
    def watching(self, plan: KeptTopology, linked: Linked) -> Iterator[None]:
        """Note changes of the topology, and tell of interfaces, while the block runs."""
        with plan.watch(self.changes.note), self._host.watch(linked):
            yield

    @property
    def authority(self) -> Authority:
        """Who we are to managers of version 3; the first to ask makes the start count."""
        if self._authority is None:
            self._authority = Authority(self._rooms.state, self._macs)
        return self._authority

    def wire(self, supervisor: Supervisor[Settings]) -> None:
        """Hand the agent, and who looks at the host for it, to the supervisor."""
        supervisor.wire("snmp", lambda s: (_asked(s.snmp), s.policy.snmp), self._door)
        supervisor.wire("snmp_host", lambda s: s.policy.snmp, self._watch)

    def _watch(self, allowed: bool) -> HostWatch | Off:  # noqa: FBT001 -- as the view gives it
        return self._host if allowed else Off("forbidden by policy.snmp")

    def _door(self, view: tuple[Snmp, bool]) -> SnmpDoor | Off:
        snmp, allowed = view
        if not allowed:
            return Off("forbidden by policy.snmp")
        if not (snmp.v1 or snmp.v2c or snmp.v3):
            return Off("no version is on")
        place = Place(snmp.host, snmp.port)
        return SnmpDoor(place, self._rooms.gate, self._rooms.ports, lambda: self._agent(snmp))

    async def _agent(self, snmp: Snmp) -> Agent:
        """Keys are made off the loop: each takes a megabyte of hashing."""
        authority = self.authority
        known = access(snmp, authority.id, self._rooms.reveal)
        reporter = await asyncio.to_thread(self._reporter, known, snmp) if known.users else None
        return Agent(
            Parts(
                known,
                self._view,
                self._writer,
                self.notices,
                self.counters,
                Secured(authority, known.users, snmp.message_max),
                reporter,
                snmp.message_max,
                self._tells_failures,
            )
        )

    def _reporter(self, known: Access, snmp: Snmp) -> Reporter:
        """pysnmp is half a second of imports, which only users of version 3 pay for."""
        from digigate.services.snmp.engine import Reporter as Engine  # noqa: PLC0415

        users = tuple(known.users.values())
        return Engine(self.authority, users, self.counters, snmp.message_max)

    def _tells_failures(self) -> bool:
        return self._rooms.settings().snmp.authen_traps


class TopologyChanges:
    """How often the topology has changed since the start, and when it last did."""

    def __init__(self, uptime: Callable[[], int]) -> None:
        self._uptime = uptime
        self.count = 0
        self.last = 0
        """In hundredths of a second of sysUpTime."""

    def note(self, _: Topology) -> None:
        """It has changed."""
        self.count += 1
        self.last = self._uptime()


class Unheard:
    """Tells nobody."""

    def send(self, notification: Notification) -> None:
        """Nobody hears it."""


def _asked(snmp: Snmp) -> Snmp:
    """What the agent restarts for."""
    return snmp.model_copy(
        update={"contact": "", "location": "", "authen_traps": False, "traps": SnmpTraps()}
    )
