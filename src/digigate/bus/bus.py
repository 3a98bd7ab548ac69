"""The door down: both lines, their slaves, and one way to ask any of them."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager

from digigate.bus.access import Access
from digigate.bus.busline import BusLine, BusRooms, Doors
from digigate.bus.frames import WRITE_MANY, WRITE_ONE, WRITES
from digigate.bus.line import Line
from digigate.bus.polled import PolledSlave
from digigate.bus.requests import Priority
from digigate.bus.status import LineStatus, SlaveState, SlaveStatus
from digigate.bus.trace import Frame
from digigate.errors import SlaveTimeout
from digigate.settings.sections import Buses, Polling
from digigate.settings.sections import Line as LineSettings
from digigate.settings.topology import BusName, Topology
from digigate.watchers import Watchers

Watcher = Callable[[], None]
Ask = Callable[[bytes], Awaitable[bytes]]

DETECTING = "detection is running"


class Bus:
    """Both lines of the box; implements `Requests` for every slave of the topology.

    `frames` tells each frame of every line, over restarts of lines.
    """

    def __init__(
        self, settings: Buses, polling: Polling, topology: Topology, rooms: BusRooms
    ) -> None:
        self.frames = Watchers[[Frame]]()
        self._rooms = rooms
        self._topology = topology
        self._watchers = Watchers[[]]()
        self._doors = {n: Doors(Access(), self.frames, self._watchers.tell) for n in BusName}
        self._lines = {name: self._open(name, getattr(settings, name), polling) for name in BusName}

    def service(self, name: BusName, settings: LineSettings, polling: Polling) -> BusLine:
        """The service of one line under these settings; a former one must have stopped."""
        line = self._lines[name]
        if (line.settings, line.polling) != (settings, polling):
            line.loads.close()
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
            line.loads.settle()
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
            LineSeized: detection, or something like it, has the line for itself.
            ValueError: the PDU is none.
        """
        line, slave = self._slave(unit)
        if slave.state is SlaveState.SILENT and slave.retry_at is not None:
            raise SlaveTimeout(slave.reason)
        if not pdu or pdu[0] not in WRITES:
            return await line.access.request(unit, pdu, priority, client)
        try:
            return await line.access.request(unit, pdu, priority, client)
        finally:
            slave.written()

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
                slave.written()

    @asynccontextmanager
    async def session(self, unit: int, client: Hashable) -> AsyncGenerator[Ask, None]:
        """Yields `ask(pdu)`; no other client's request reaches that slave while the block runs.

        Polling goes on. `ask` raises what `request` does.

        Raises:
            KeyError: the topology has no such slave.
        """

        async def ask(pdu: bytes) -> bytes:
            return await self.request(unit, pdu, Priority.CLIENT, client)

        line, _ = self._slave(unit)
        async with line.access.session(unit, client):
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
        async with self.seize(name, reason=reason):
            line = self._lines[name]
            async with line.link.lend(reason):
                yield line.settings

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
        line = BusLine(name, settings, polling, self._rooms, self._doors[name])
        line.poller.set_devices(self._topology.on(name))
        return line

    def _doubt(self, name: BusName) -> None:
        self._lines[name].poller.doubt()

    def _slave(self, unit: int) -> tuple[BusLine, PolledSlave]:
        for line in self._lines.values():
            slave = line.poller.slaves.get(unit)
            if slave is not None:
                return line, slave
        raise KeyError(unit)
