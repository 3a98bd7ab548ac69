"""What this machine's network is like, looked at every few seconds beside the loop.

Some of it can keep a reader waiting: a table of connections is a walk through all of the kernel's,
and an interface's speed asks its driver.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from digigate.services.snmp.mib2 import proc
from digigate.services.snmp.mib2.addresses import Address, kernel_addresses
from digigate.services.snmp.mib2.links import Interface, interfaces
from digigate.supervisor import Ready
from digigate.watchers import Watchers

PROC = Path("/proc/self/net")
"""Of this process: there even where /proc shows nothing but processes."""
SYS = Path("/sys/class/net")
LOOK_EVERY = 3.0
SOCKETS_MAX = 512
"""More connections than this, and the rest is not shown."""

Linked = Callable[[Interface], object]


@dataclass(frozen=True, slots=True)
class Network:
    """One look; what could not be read is empty."""

    interfaces: tuple[Interface, ...] = ()
    addresses: tuple[Address, ...] = ()
    neighbours: tuple[proc.Neighbour, ...] = ()
    routes: tuple[proc.Route, ...] = ()
    counters: proc.Counters = field(default_factory=dict)
    tcp: tuple[proc.Socket, ...] = ()
    udp: tuple[proc.Socket, ...] = ()

    def index(self, device: str) -> int:
        """The number of an interface; 0 where it has gone."""
        return next((each.index for each in self.interfaces if each.name == device), 0)


def look(net: Path = PROC, links: Path = SYS) -> Network:
    """All of it, as it is now."""
    return Network(
        interfaces(links, proc.traffic(_text(net / "dev"))),
        kernel_addresses(),
        proc.neighbours(_text(net / "arp")),
        proc.routes(_text(net / "route")),
        proc.counters(_text(net / "snmp")),
        _sockets(net / "tcp"),
        _sockets(net / "udp"),
    )


class HostWatch:
    """Keeps the last look, and since when each interface is as it is, in ticks of `uptime`."""

    def __init__(self, uptime: Callable[[], int], look: Callable[[], Network] = look) -> None:
        self._uptime = uptime
        self._look = look
        self._watchers = Watchers[Interface]()
        self.network = Network()
        self.changes: Mapping[int, int] = {}
        """By interface: when it came up or went down; those that have not since the start are 0."""
        self.changed = 0
        """When an interface came or went."""

    async def run(self, ready: Ready) -> None:
        """Look, again and again; ready after the first time."""
        while True:
            self.take(await asyncio.to_thread(self._look))
            ready()
            await asyncio.sleep(LOOK_EVERY)

    def watch(self, linked: Linked) -> AbstractContextManager[None]:
        """Call `linked(interface)` when one came up or went down, while the block runs."""
        return self._watchers.watch(linked)

    def take(self, network: Network) -> None:
        """Note what a look has found, and what is other than it was; the first is no change."""
        before = {each.index: each for each in self.network.interfaces}
        now = {each.index: each for each in network.interfaces}
        self.network = network
        if not before or before == now:
            return
        ticks = self._uptime()
        if before.keys() != now.keys():
            self.changed = ticks
        moved = [index for index in now if index in before and _moved(before[index], now[index])]
        kept = {index: at for index, at in self.changes.items() if index in now}
        self.changes = kept | dict.fromkeys((*moved, *now.keys() - before.keys()), ticks)
        for index in moved:
            self._watchers.tell(now[index])


def _moved(before: Interface, now: Interface) -> bool:
    return before.works != now.works


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""


def _sockets(file: Path) -> tuple[proc.Socket, ...]:
    try:
        with file.open(errors="replace") as lines:
            return proc.sockets(lines, SOCKETS_MAX)
    except OSError:
        return ()
