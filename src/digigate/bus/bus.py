"""The door down: both lines, their slaves, and one way to ask any of them."""

import asyncio
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from digigate.bus.frames import WRITES
from digigate.bus.line import Line
from digigate.bus.link import Link
from digigate.bus.polled import PolledSlave, Surroundings
from digigate.bus.poller import Poller
from digigate.bus.requests import Priority
from digigate.bus.status import LineStatus, SlaveState, SlaveStatus
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SlaveTimeout
from digigate.settings.sections import Addressing, Buses, Polling
from digigate.settings.sections import Line as LineSettings
from digigate.settings.topology import BusName, Topology
from digigate.store import Store
from digigate.supervisor import Ready
from digigate.watchers import Watchers

Watcher = Callable[[], None]


@dataclass(frozen=True, slots=True)
class BusRooms:
    """The other rooms that a bus works with."""

    store: Store
    conditions: Conditions
    clock: Clock
    catalogue: Catalogue


class BusLine:
    """One line with its port and its poller: the service that the supervisor runs."""

    def __init__(
        self,
        name: BusName,
        settings: LineSettings,
        polling: Polling,
        rooms: BusRooms,
        changed: Watcher,
    ) -> None:
        self.name = name
        self.settings = settings
        self.polling = polling
        self.line = Line(name, settings)
        self.link = Link(self.line, settings, rooms.clock, rooms.conditions, changed)
        around = Surroundings(
            self.line,
            rooms.store,
            rooms.clock,
            rooms.conditions,
            rooms.catalogue,
            polling.retry_max,
            settings.addressing is Addressing.PRIVATE,
            changed,
        )
        self.poller = Poller(around, self.line.wire, polling.integration_period)
        self._clock = rooms.clock

    async def run(self, ready: Ready) -> None:
        """As `Service.run`; a missing device is a condition, not a reason to be not ready."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.link.keep_open())
            tasks.create_task(self.poller.run(self.link.up))
            ready()

    def status(self) -> LineStatus:
        """The line as it stands."""
        link, poller, line = self.link, self.poller, self.line
        return LineStatus(
            self.name,
            self.settings.port,
            link.state,
            link.since,
            link.reason,
            self.settings.baudrate,
            line.tally.snapshot(),
            line.busy.share(self._clock.monotonic()),
            poller.planned,
            poller.cycle(0.5),
            poller.cycle(0.95),
        )

    def slave_status(self, slave: PolledSlave) -> SlaveStatus:
        """One of its slaves as it stands."""
        record = self.line.slave(slave.device.address)
        now = self._clock.monotonic()
        ago = None if record.heard is None else timedelta(seconds=now - record.heard)
        waiting = slave.retry_at if slave.state is SlaveState.SILENT else None
        return SlaveStatus(
            slave.device.address,
            self.name,
            slave.state,
            slave.since,
            slave.reason,
            None if ago is None else self._clock.now() - ago * self._clock.speed,
            record.tally.snapshot(),
            record.turnaround.percentile(0.5),
            record.turnaround.percentile(0.99),
            None if waiting is None else max(0.0, waiting - now),
        )


class Bus:
    """Both lines of the box; implements `Requests` for every slave of the topology."""

    def __init__(
        self, settings: Buses, polling: Polling, topology: Topology, rooms: BusRooms
    ) -> None:
        self._rooms = rooms
        self._topology = topology
        self._watchers = Watchers[[]]()
        self._lines = {name: self._open(name, getattr(settings, name), polling) for name in BusName}

    def service(self, name: BusName, settings: LineSettings, polling: Polling) -> BusLine:
        """The service of one line under these settings; a former one must have stopped."""
        line = self._lines[name]
        if (line.settings, line.polling) != (settings, polling):
            line.poller.close()
            line = self._lines[name] = self._open(name, settings, polling)
        return line

    def set_topology(self, topology: Topology) -> None:
        """Poll these devices from now on; lines and untouched slaves go on."""
        self._topology = topology
        for line in self._lines.values():  # first out, then in: a slave may have changed lines
            kept = {d.address for d in topology.on(line.name)}
            line.poller.set_devices(
                s.device for s in line.poller.slaves.values() if s.device.address in kept
            )
        for line in self._lines.values():
            line.poller.set_devices(topology.on(line.name))
        self._watchers.tell()

    def has(self, unit: int) -> bool:
        """Whether the topology has a slave at this address."""
        return self._topology.device(unit) is not None

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        """As `Requests.request`; a slave known to be silent is a SlaveTimeout at once.

        Raises:
            KeyError: the topology has no such slave.
            ValueError: the PDU is none.
        """
        line, slave = self._slave(unit)
        if slave.state is SlaveState.SILENT and slave.retry_at is not None:
            raise SlaveTimeout(slave.reason)
        if not pdu or pdu[0] not in WRITES:
            return await line.line.request(unit, pdu, priority, client)
        try:
            return await line.line.request(unit, pdu, priority, client)
        finally:
            slave.written()

    def lines(self) -> tuple[LineStatus, ...]:
        """Both lines, wired or not."""
        return tuple(line.status() for line in self._lines.values())

    def slaves(self) -> dict[int, SlaveStatus]:
        """All slaves of the topology by address."""
        found = {
            address: line.slave_status(slave)
            for line in self._lines.values()
            for address, slave in line.poller.slaves.items()
        }
        return dict(sorted(found.items()))

    def watch(self, watcher: Watcher) -> AbstractContextManager[None]:
        """Call `watcher()` after each change of a line's or slave's state while the block runs."""
        return self._watchers.watch(watcher)

    def _open(self, name: BusName, settings: LineSettings, polling: Polling) -> BusLine:
        line = BusLine(name, settings, polling, self._rooms, self._watchers.tell)
        line.poller.set_devices(self._topology.on(name))
        return line

    def _slave(self, unit: int) -> tuple[BusLine, PolledSlave]:
        for line in self._lines.values():
            slave = line.poller.slaves.get(unit)
            if slave is not None:
                return line, slave
        raise KeyError(unit)
