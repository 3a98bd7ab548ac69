"""The lines to other gateways: they come and go with the topology, each by itself."""

import asyncio
from collections.abc import Callable

from digigate.bus.access import Access
from digigate.bus.busline import BusLine, BusRooms, Doors, remote_line
from digigate.bus.remote import RemoteLine
from digigate.bus.trace import Frame
from digigate.settings.sections import Polling
from digigate.settings.topology import RemoteGateway, Topology
from digigate.supervisor import Ready
from digigate.watchers import Watchers


class Cascade:
    """One line for each remote gateway of the topology; the service that runs them all."""

    def __init__(
        self,
        polling: Polling,
        rooms: BusRooms,
        frames: Watchers[[Frame]],
        changed: Callable[[], None],
    ) -> None:
        self.lines: dict[str, BusLine[RemoteLine]] = {}
        self.polling = polling
        self._rooms = rooms
        self._frames = frames
        self._changed = changed
        self._gateways: dict[str, RemoteGateway] = {}
        self._awaken = asyncio.Event()

    def set_topology(self, topology: Topology) -> None:
        """Have a line for each of its gateways; those that stay as they are go on."""
        wanted = {gateway.key: gateway for gateway in topology.gateways}
        for key in [k for k, gateway in self._gateways.items() if wanted.get(k) != gateway]:
            self.lines.pop(key).close()
        for key in wanted.keys() - self.lines.keys():
            doors = Doors(Access(), self._frames, self._changed)
            self.lines[key] = remote_line(wanted[key], self.polling, self._rooms, doors)
        self._gateways = wanted
        self._awaken.set()

    def close(self) -> None:
        """Poll nobody; all images go."""
        self.set_topology(Topology())

    async def run(self, ready: Ready) -> None:
        """As `Service.run`; a gateway that is not there is a condition."""
        running: dict[BusLine[RemoteLine], asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            ready()
            while True:
                self._awaken.clear()
                wanted = tuple(self.lines.values())
                for line in [line for line in running if line not in wanted]:
                    await _ended(running.pop(line))
                for line in wanted:
                    if line not in running:
                        running[line] = tasks.create_task(line.run(_nobody_waits))
                await self._awaken.wait()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


def _nobody_waits() -> None:
    """The service as a whole is ready without any of its gateways."""
