"""One bus of a plant: its stations, its wires, and where masters find it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from pathlib import Path
from random import Random

from digigate.simulator.device.station import Station
from digigate.simulator.faults import Book
from digigate.simulator.faults.lines import LineFaults
from digigate.simulator.plant import BusPlan
from digigate.simulator.wire.line import Channel, Counters, Line, Manner
from digigate.simulator.wire.outlet import Outlet
from digigate.simulator.wire.pacing import FIFO
from digigate.simulator.wire.tcp import listening
from digigate.simulator.wire.tty import offered


class Bus:
    """Lines to as many masters as come; each is a wire of its own to the same slaves."""

    def __init__(
        self, name: str, plan: BusPlan, seed: int, book: Book, paced: Callable[[], bool]
    ) -> None:
        self.stations: list[Station] = []
        self.faults = LineFaults(book)
        self.baudrate = plan.baudrate
        self._manner = Manner(
            plan.bits, plan.turnaround, plan.jitter, 1 if plan.delivery == "bytes" else FIFO
        )
        self._counters = Counters()
        self._chance = Random(f"{seed} {name}")  # noqa: S311 -- a repeatable jitter
        self._paced = paced
        self._lines: set[Line] = set()
        self._terminal: Outlet | None = None
        self._port: Outlet | None = None

    @property
    def terminal(self) -> str:
        """The path of its pty, if it is offered on one."""
        return self._terminal.where if self._terminal else ""

    @property
    def port(self) -> str:
        """Its TCP port as `socket://host:port`, if it is offered on one."""
        return self._port.where if self._port else ""

    def offer_terminal(self, link: Path | None) -> None:
        """Be found on a pty, behind a link."""
        self._terminal = Outlet(lambda _: offered(link, self.baudrate, self._wired))

    def offer_port(self, listen: str) -> None:
        """Be found at `host:port`; whatever port 0 came to is kept over a pull."""

        def offer(before: str) -> AbstractAsyncContextManager[str]:
            where = before.removeprefix("socket://") or listen
            return listening(where, self.baudrate, self._wired)

        self._port = Outlet(offer)

    async def plug(self) -> None:
        """Offer all that it is to be found at.

        Raises:
            SettingsError: a path or a port cannot be had.
        """
        for outlet in self._outlets():
            await outlet.plug()

    async def pull(self) -> None:
        """Take all of it away."""
        for outlet in self._outlets():
            await outlet.pull()

    def speak(self, frame: bytes) -> None:
        """Put octets on all its wires."""
        self._lines = {line for line in self._lines if line.open}
        for line in self._lines:
            line.speak(frame)

    def describe(self) -> dict[str, object]:
        """What `status` tells of it."""
        plugged = all(outlet.plugged for outlet in self._outlets())
        where = [outlet.where for outlet in self._outlets()]
        return {**asdict(self._counters), "plugged": plugged, "where": where}

    def _outlets(self) -> tuple[Outlet, ...]:
        return tuple(outlet for outlet in (self._terminal, self._port) if outlet)

    def _wired(self, channel: Channel) -> Line:
        line = Line(
            slaves=self.stations,
            manner=self._manner,
            channel=channel,
            counters=self._counters,
            trouble=self.faults,
            paced=self._paced,
            chance=self._chance,
        )
        self._lines.add(line)
        return line
