"""Auto-detection as a service: one search at a time, watched by whoever likes (§10)."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from digigate.bus.detection import hints
from digigate.bus.detection.asking import PATIENCE, UNPACED_PATIENCE, Asker, Questions
from digigate.bus.detection.ground import Ground, SearchedLine, Wishes
from digigate.bus.detection.plates import Reader, Slave
from digigate.bus.detection.progress import Board, GatewayCom
from digigate.bus.detection.reassigning import reassign
from digigate.bus.detection.report import Conflict, Hint, Phase, Report, Sighting, Status
from digigate.bus.detection.scan import FRAME
from digigate.bus.detection.search import Search
from digigate.bus.detection.settling import Limits, include
from digigate.bus.loads import read_loads
from digigate.bus.timing import MARGIN
from digigate.bus.workshop.scanning import Speed
from digigate.catalogue import Catalogue
from digigate.conditions import Conditions
from digigate.errors import DigigateError, SettingsError, SlaveError, SlaveTimeout
from digigate.settings import KeptTopology
from digigate.settings.sections import Addressing, Buses, Line, Role, Settings
from digigate.settings.topology import BusName
from digigate.supervisor import Ready
from digigate.watchers import Watchers

log = logging.getLogger(__name__)

CONFLICT = "address.conflict"
LIKELY = range(1, 11)  # addresses that are asked at other speeds, the factory's among them
REQUEST = 8  # characters of a read
TELL_EVERY = 0.1  # seconds between two events of `watch` at least


Speeds = Callable[[BusName, Sequence[int]], AsyncGenerator[Speed, None]]
"""Hear these units of a line at each standard speed."""


class Seizable(Protocol):
    """The bus as detection needs it: lines of which it is the only user for a while."""

    def seize(self, *names: BusName) -> AbstractAsyncContextManager[Mapping[BusName, Asker]]:
        """Nobody else asks anything on these lines while the block runs.

        Raises:
            LineSeized: somebody else has one of them.
        """


@dataclass(frozen=True, slots=True)
class DetectionRooms:
    """The other rooms that detection works with."""

    bus: Seizable
    plan: KeptTopology
    settings: Callable[[], Settings]
    speeds: Speeds
    catalogue: Catalogue
    conditions: Conditions


class Detector:
    """Runs searches as they are ordered; the topology changes only when one has ended well."""

    def __init__(self, rooms: DetectionRooms) -> None:
        self._rooms = rooms
        self._watchers = Watchers[[]]()
        self._board = Board(self._watchers.tell)
        self._wanted: asyncio.Queue[Wishes] = asyncio.Queue()
        self._searching: asyncio.Task[None] | None = None
        self._standing: set[str] = set()

    @property
    def status(self) -> Status:
        """The search that runs, or the one that ran last."""
        return self._board.status

    @property
    def com(self) -> GatewayCom:
        """What the gateway's COM LED shows for the search."""
        return self._board.com

    async def run(self, ready: Ready) -> None:
        """As `Service.run`: carry out what is ordered."""
        ready()
        while True:
            wishes = await self._wanted.get()
            task = self._searching = asyncio.create_task(self._search(wishes), name="detection")
            try:
                await asyncio.wait({task})
            finally:
                await _ended(task)
                self._searching = None
            if not task.cancelled():
                task.result()

    def start(self, wishes: Wishes) -> Status:
        """Begin a search.

        Raises:
            SettingsError: one is running already, or there is no bus to search.
        """
        if self.status.phase.running:
            raise SettingsError("a search is running: follow it, or stop it first")
        idle = idle_buses(self._rooms.settings().buses)
        if len(idle) == len(BusName):
            raise SettingsError(
                "there is no bus to search: set buses.digiware.port or buses.rs485.port"
            )
        self._board.begin(wishes.mode, wishes.resolve, idle)
        self._wanted.put_nowait(wishes)
        return self.status

    async def stop(self) -> Status:
        """End the search that runs, if any; the former topology stays in force."""
        if not self._wanted.empty():
            self._wanted.get_nowait()
            self._board.end(Phase.STOPPED)
        elif self._searching is not None:
            await _ended(self._searching)
        return self.status

    async def watch(self) -> AsyncGenerator[Status, None]:
        """The status now and after each change, until the search has ended."""
        changed = asyncio.Event()
        with self._watchers.watch(changed.set):
            while True:
                changed.clear()
                status = self.status
                yield status
                if not status.phase.running:
                    return
                await changed.wait()
                await asyncio.sleep(TELL_EVERY)

    async def assign(self, bus: BusName, address: int, to: int) -> Sighting:
        """Give the only slave at `address` of a line the address `to`, and enter it there.

        Raises:
            SettingsError: it cannot be done; the text says why and what to do.
            SlaveError: the line is down or in use, or several slaves answer.
        """
        settings = self._rooms.settings()
        self._check_free(settings, address, to)
        if reason := idle_buses(settings.buses).get(bus):
            raise SettingsError(f"{bus}: {reason}")
        async with self._rooms.bus.seize(bus) as lines:
            line = searched_line(lines[bus], _line_settings(settings.buses, bus))
            slave = await reassign(Reader(bus, line.questions, self._rooms.catalogue), address, to)
            await self._enter(slave, line, settings)
        self._stand({subject for subject in self._standing if subject != f"{bus}:{address}"})
        return slave.sighting

    async def _search(self, wishes: Wishes) -> None:
        phase, reason, report = Phase.FAILED, "it ended by a fault of the gateway", None
        try:
            report = await self._searched(wishes)
            phase, reason = Phase.DONE, ""
        except DigigateError as error:
            reason = str(error)
        except asyncio.CancelledError:
            phase, reason = Phase.STOPPED, _left_behind(self._board)
            raise
        finally:
            self._board.end(phase, reason, report)
            facts = {"phase": phase.value, "mode": wishes.mode.value, "reason": reason}
            log.info("detection ended", extra=facts)

    async def _searched(self, wishes: Wishes) -> Report:
        settings = self._rooms.settings()
        idle = idle_buses(settings.buses)
        names = [bus for bus in BusName if bus not in idle]
        async with self._rooms.bus.seize(*names) as lines:
            ground = Ground(
                self._rooms.catalogue,
                self._rooms.plan.current,
                settings.gateway.address,
                Limits(settings.buses.rs485.baudrate),
                {
                    bus: searched_line(lines[bus], _line_settings(settings.buses, bus))
                    for bus in names
                },
                idle,
            )
            topology, report = await Search(ground, wishes, self._board, self._conflicted).run()
        if wishes.speeds:
            report = await self._heard_at_speeds(report)
        if self._rooms.plan.current is not ground.former:
            raise SettingsError("the topology was edited while the search ran: search again")
        self._rooms.plan.replace(topology)
        return report

    async def _heard_at_speeds(self, report: Report) -> Report:
        """The report with what was heard at other speeds where slaves are missing."""
        self._board.turn(Phase.SPEEDS)
        found: list[Hint] = []
        for bus in hints.mute(report):
            known = {device.address for device in self._rooms.plan.current.on(bus)}
            with suppress(SlaveError):  # the port is gone, or somebody was quicker to seize it
                async with aclosing(self._rooms.speeds(bus, sorted({*known, *LIKELY}))) as heard:
                    speeds = [speed async for speed in heard if speed.units and not speed.current]
                found += [hints.at_speed(bus, speed) for speed in speeds]
        return replace(report, hints=(*report.hints, *found))

    def _conflicted(self, conflicts: Collection[Conflict], searched: Collection[BusName]) -> None:
        for conflict in conflicts:
            self._rooms.conditions.set(CONFLICT, conflict.subject, conflict.words)
        elsewhere = {s for s in self._standing if s.partition(":")[0] not in searched}
        self._stand(elsewhere | {conflict.subject for conflict in conflicts})

    def _stand(self, subjects: set[str]) -> None:
        """These conflicts stand; all others are over."""
        for subject in self._standing - subjects:
            self._rooms.conditions.clear(CONFLICT, subject)
        self._standing = subjects

    def _check_free(self, settings: Settings, address: int, to: int) -> None:
        if to == settings.gateway.address:
            raise SettingsError(f"{to} is the gateway's own address; choose another")
        device = self._rooms.plan.current.device(to)
        if device is not None and to != address:
            name = device.name or device.model
            raise SettingsError(f"{to} is the address of {name}; choose another")

    async def _enter(self, slave: Slave, line: SearchedLine, settings: Settings) -> None:
        """Put a slave that has its address into the topology."""
        former, limits = self._rooms.plan.current, Limits(settings.buses.rs485.baudrate)
        if slave.model is not None:
            ask = partial(line.questions.words, slave.address)
            with suppress(SlaveTimeout):
                slave.loads = await read_loads(ask, slave.model)
        settled = include(former, slave, limits)
        if settled.refusals:
            reason = settled.refusals[0].reason
            raise SettingsError(f"{slave.address} is set, but not in the topology: {reason}")
        self._rooms.plan.replace(settled.topology)


def idle_buses(buses: Buses) -> dict[BusName, str]:
    """Why a bus is not searched, for each that is not."""
    idle = {bus: "no port is set" for bus in BusName if not _line_settings(buses, bus).port}
    if buses.rs485.port and buses.rs485.role is Role.SLAVE:
        idle[BusName.RS485] = "the port answers another master (role: slave)"
    return idle


def searched_line(asker: Asker, settings: Line) -> SearchedLine:
    """A line with what its settings make of a search."""
    patience = PATIENCE if settings.paced else UNPACED_PATIENCE
    slot = patience + (REQUEST + FRAME) * settings.char_time + settings.silence + MARGIN
    parity = settings.parity.value[0].upper()
    return SearchedLine(
        Questions(asker, patience),
        settings.addressing is Addressing.PRIVATE,
        slot,
        max(patience, settings.turnaround_max),
        f"{settings.baudrate} Bd 8{parity}{settings.stop_bits}",
    )


def _line_settings(buses: Buses, bus: BusName) -> Line:
    return buses.digiware if bus is BusName.DIGIWARE else buses.rs485


def _left_behind(board: Board) -> str:
    moves = len(board.moves)
    if not moves:
        return ""
    return f"{moves} slaves have a new address already: search again to enter them"


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
