"""The door down: both lines, their slaves, and one way to ask any of them."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager

from digigate.bus.access import Access
from digigate.bus.busline import BusLine, BusRooms, Doors, field_line
from digigate.bus.cascade import Cascade
from digigate.bus.frames import WRITE_MANY, WRITE_ONE, WRITES
from digigate.bus.line import Line
from digigate.bus.polled import PolledSlave
from digigate.bus.remote import RemoteLine
from digigate.bus.requests import Priority
from digigate.bus.sequences import Sequences
from digigate.bus.status import LineStatus, SlaveState, SlaveStatus
from digigate.bus.trace import Frame
from digigate.errors import SlaveTimeout
from digigate.settings.sections import Buses, Polling
from digigate.settings.sections import Line as LineSettings
from digigate.settings.topology import BusName, Device, Topology
from digigate.watchers import Watchers

Watcher = Callable[[], None]
Ask = Callable[[bytes], Awaitable[bytes]]
AnyLine = BusLine[Line] | BusLine[RemoteLine]

DETECTING = "detection is running"


class Bus:
    """Both lines of the box, and those to other gateways; implements `Requests` for every slave.

    `frames` tells each frame of every line, over restarts of lines.
    """

    def __init__(
        self, settings: Buses, polling: Polling, topology: Topology, rooms: BusRooms
    ) -> None:
        self.frames = Watchers[[Frame]]()
        self._rooms = rooms
        self._topology = topology
        self._watchers = Watchers[[]]()
        self._sequences = Sequences()
        self._doors = {n: Doors(Access(), self.frames, self._watchers.tell) for n in BusName}
        self._views = {name: (getattr(settings, name), polling) for name in BusName}
        self._lines = {name: self._open(name) for name in BusName}
        self._cascade = self._open_cascade(polling)

    def service(self, name: BusName, settings: LineSettings, polling: Polling) -> BusLine[Line]:
        """The service of one line under these settings; a former one must have stopped."""
        if self._views[name] != (settings, polling):
            self._views[name] = settings, polling
            self._lines[name].close()
            self._lines[name] = self._open(name)
        return self._lines[name]

    def cascade(self, polling: Polling) -> Cascade:
        """The service of the lines to other gateways; a former one must have stopped."""
        if self._cascade.polling != polling:
            self._cascade.close()
            self._cascade = self._open_cascade(polling)
        return self._cascade

    def set_topology(self, topology: Topology) -> None:
        """Poll these devices from now on; lines and untouched slaves go on."""
        self._topology = topology
        for line in self._all_lines():  # first out, then in: a slave may have changed lines
            kept = {device.address for device in _devices(line, topology)}
            line.poller.set_devices(
                s.device for s in line.poller.slaves.values() if s.device.address in kept
            )
        self._cascade.set_topology(topology)
        for line in self._all_lines():
            line.poller.set_devices(_devices(line, topology))
            line.loads.settle()
        self._watchers.tell()

    def has(self, unit: int) -> bool:
        """Whether the topology has a slave at this address."""
        return self._topology.device(unit) is not None

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        """As `Requests.request`; a slave known to be silent is a SlaveTimeout at once.

        Who writes the command of a log download has that log for himself until he is quiet; others
        wait.

        Raises:
            KeyError: the topology has no such slave.
            LineSeized: detection, or something like it, has the line for itself.
            ValueError: the PDU is none.
        """
        line, slave = self._slave(unit)
        if slave.state is SlaveState.SILENT and slave.retry_at is not None:
            raise SlaveTimeout(slave.reason)
        touched = slave.sequences.touched(pdu)
        if not touched.stems:
            return await self._ask(line, slave, pdu, priority, client)
        async with self._sequences.turn(unit, touched, client):
            return await self._ask(line, slave, pdu, priority, client)

    async def _ask(
        self, line: AnyLine, slave: PolledSlave, pdu: bytes, priority: Priority, client: Hashable
    ) -> bytes:
        unit = slave.unit
        if not pdu or pdu[0] not in WRITES:
            return await line.access.request(unit, pdu, priority, client)
        try:
            return await line.access.request(unit, pdu, priority, client)
        finally:
            slave.written(pdu)

    async def broadcast(self, name: BusName, pdu: bytes) -> None:
        """Write to all slaves of one line at once; none of them answers.

        Raises:
            ValueError: not a write that may be broadcast: FC05, 06, 15 or 16.
            LineDown: the port is closed or was lost.
            LineSeized: detection, or something like it, has the line for itself.
        """
        if not pdu or pdu[0] not in WRITE_ONE | WRITE_MANY:
            raise ValueError("only a write by FC05, 06, 15 or 16 can be said to all slaves")
        line = self._lines[name]
        try:
            await line.access.broadcast(pdu)
        finally:
            for slave in line.poller.slaves.values():
                slave.written(pdu)

    @asynccontextmanager
    async def session(self, unit: int, client: Hashable) -> AsyncGenerator[Ask, None]:
        """Yields `ask(pdu)`; no other client's request reaches that slave while the block runs.

        Polling goes on. `ask` raises what `request` does.

        Raises:
            KeyError: the topology has no such slave.
        """

        async def ask(pdu: bytes) -> bytes:
            return await self.request(unit, pdu, Priority.CLIENT, client)

        line, slave = self._slave(unit)
        async with line.access.session(slave.unit, client):
            yield ask

    @asynccontextmanager
    async def seize(
        self, *names: BusName, reason: str = DETECTING
    ) -> AsyncGenerator[dict[BusName, Line], None]:
        """Yields these lines for raw requests to any unit, while nobody else asks anything there.

        Clients of their slaves are told `reason`. Afterwards each slave is identified anew.

        Raises:
            LineSeized: somebody else has one of them already.
        """
        async with AsyncExitStack() as stack:
            for name in dict.fromkeys(names):
                await stack.enter_async_context(self._doors[name].access.seize(reason))
                stack.callback(self._doubt, name)
            yield {name: self._lines[name].line for name in names}

    @asynccontextmanager
    async def lend(self, name: BusName, reason: str) -> AsyncGenerator[LineSettings, None]:
        """As `seize`, with the port closed, so that it can be opened another way; yields how the
        line is set.

        Raises:
            LineSeized: somebody else has the line already.
        """
        async with self.seize(name, reason=reason), self._lines[name].link.lend(reason):
            yield self._views[name][0]

    def lines(self) -> tuple[LineStatus, ...]:
        """Both lines, wired or not, and those to other gateways."""
        return tuple(line.status() for line in self._all_lines())

    def slaves(self) -> dict[int, SlaveStatus]:
        """All slaves of the topology by address."""
        found = {
            address: line.slave_status(slave)
            for line in self._all_lines()
            for address, slave in line.poller.slaves.items()
        }
        return dict(sorted(found.items()))

    def watch(self, watcher: Watcher) -> AbstractContextManager[None]:
        """Call `watcher()` after each change of a line's or slave's state while the block runs."""
        return self._watchers.watch(watcher)

    def _open(self, name: BusName) -> BusLine[Line]:
        line = field_line(name, *self._views[name], self._rooms, self._doors[name])
        line.poller.set_devices(self._topology.on(name))
        return line

    def _open_cascade(self, polling: Polling) -> Cascade:
        cascade = Cascade(polling, self._rooms, self.frames, self._watchers.tell)
        cascade.set_topology(self._topology)
        for line in cascade.lines.values():
            line.poller.set_devices(_devices(line, self._topology))
        return cascade

    def _all_lines(self) -> Iterator[AnyLine]:
        yield from self._lines.values()
        yield from self._cascade.lines.values()

    def _doubt(self, name: BusName) -> None:
        self._lines[name].poller.doubt()

    def _slave(self, unit: int) -> tuple[AnyLine, PolledSlave]:
        for line in self._all_lines():
            slave = line.poller.slaves.get(unit)
            if slave is not None:
                return line, slave
        raise KeyError(unit)


def _devices(line: AnyLine, topology: Topology) -> tuple[Device, ...]:
    """The devices that hang on a line."""
    if line.name in tuple(BusName):
        return topology.on(BusName(line.name))
    return topology.behind(line.name)
