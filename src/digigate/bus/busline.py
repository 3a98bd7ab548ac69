"""One line with its port and its poller: what the supervisor runs and pages are told of."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from digigate.bus.access import Access
from digigate.bus.line import Line
from digigate.bus.link import Greeting, Link
from digigate.bus.plug import Plug
from digigate.bus.polled import PolledSlave, Surroundings
from digigate.bus.poller import Poller
from digigate.bus.remote import RemoteLine
from digigate.bus.rewiring import LoadWatch
from digigate.bus.status import LineStatus, SlaveState, SlaveStatus
from digigate.bus.trace import Frame
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.settings.sections import Addressing, Polling
from digigate.settings.sections import Line as LineSettings
from digigate.settings.topology import BusName, RemoteGateway
from digigate.store import Store
from digigate.supervisor import Ready
from digigate.watchers import Watchers


@dataclass(frozen=True, slots=True)
class BusRooms:
    """The other rooms that a bus works with."""

    store: Store
    conditions: Conditions
    clock: Clock
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class Doors:
    """What a line shares with its predecessors and with the other lines of the bus."""

    access: Access
    frames: Watchers[[Frame]]
    changed: Callable[[], None]


C = TypeVar("C", Line, RemoteLine)


class BusLine(Generic[C]):
    """One line with its channel and its poller: the service that the supervisor runs."""

    def __init__(
        self,
        line: C,
        plug: Plug,
        polling: Polling,
        rooms: BusRooms,
        doors: Doors,
        *,
        simulated: bool = False,
        greet: Greeting | None = None,
    ) -> None:
        self.name = line.name
        self.line: C = line
        self.access = doors.access
        self.access.line = line
        self.link = Link(line, plug, rooms.clock, rooms.conditions, doors.changed, greet)
        around = Surroundings(
            self.access,
            rooms.store,
            rooms.clock,
            rooms.conditions,
            rooms.catalogue,
            polling.retry_max,
            simulated,
            doors.changed,
        )
        self.poller = Poller(around, line.wire, polling.integration_period)
        self.loads = LoadWatch(self.access, self.poller.slaves, rooms.conditions)
        self._plug = plug
        self._clock = rooms.clock

    def close(self) -> None:
        """Poll nobody; images and conditions go."""
        self.loads.close()
        self.poller.close()

    async def run(self, ready: Ready) -> None:
        """As `Service.run`; a missing device is a condition, not a reason to be not ready."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.link.keep_open())
            tasks.create_task(self.poller.run(self.link.up, self._why_down, self.access.free))
            tasks.create_task(self.loads.run(self.link.up))
            ready()

    def _why_down(self) -> str:
        return self.line.down_reason

    def status(self) -> LineStatus:
        """The line as it stands."""
        link, poller, line = self.link, self.poller, self.line
        return LineStatus(
            self.name,
            self._plug.place,
            link.state,
            link.since,
            link.reason,
            self._plug.baudrate,
            line.ledger.tally.snapshot(),
            line.ledger.busy.share(self._clock.monotonic()),
            poller.planned,
            poller.cycle(0.5),
            poller.cycle(0.95),
        )

    def slave_status(self, slave: PolledSlave) -> SlaveStatus:
        """One of its slaves as it stands."""
        record = self.line.ledger.slave(slave.unit)
        now = self._clock.monotonic()
        ago = None if record.heard is None else timedelta(seconds=now - record.heard)
        waiting = slave.retry_at if slave.state is SlaveState.SILENT else None
        state, reason = slave.state, slave.reason
        if self._plug.open is None:
            state, reason = SlaveState.SILENT, f"out of reach: {self._plug.reason}"
        return SlaveStatus(
            slave.device.address,
            self.name,
            state,
            slave.since,
            reason,
            None if ago is None else self._clock.now() - ago * self._clock.speed,
            record.tally.snapshot(),
            record.turnaround.percentile(0.5),
            record.turnaround.percentile(0.99),
            None if waiting is None else max(0.0, waiting - now),
            slave.identity,
        )


def field_line(
    name: BusName, settings: LineSettings, polling: Polling, rooms: BusRooms, doors: Doors
) -> BusLine[Line]:
    """A field bus of this box."""
    private = settings.addressing is Addressing.PRIVATE
    line = Line(name, settings, doors.frames)
    return BusLine(line, Plug.of(settings), polling, rooms, doors, simulated=private)


def remote_line(
    gateway: RemoteGateway, polling: Polling, rooms: BusRooms, doors: Doors
) -> BusLine[RemoteLine]:
    """The slaves behind another gateway."""
    line = RemoteLine(gateway, doors.frames)
    return BusLine(line, Plug.to(gateway), polling, rooms, doors, greet=line.greet)
