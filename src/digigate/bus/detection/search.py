"""One search over both buses at once, from the press of ADDR to the topology (§10)."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress

from digigate.bus.detection import hints
from digigate.bus.detection.conflicts import Claims, Contest, FreeAddresses, Place, contests
from digigate.bus.detection.ground import Ground, SearchedLine, Wishes
from digigate.bus.detection.plates import Slave
from digigate.bus.detection.progress import Board
from digigate.bus.detection.report import (
    Cause,
    Conflict,
    Hint,
    HintKind,
    Phase,
    Refusal,
    Report,
    Trouble,
)
from digigate.bus.detection.scan import RANGES, Findings, Scan
from digigate.bus.detection.settling import Settled, pairs, refusal, settle, staying
from digigate.bus.detection.solving import Solver
from digigate.bus.loads import read_loads
from digigate.catalogue.addressing import Order, OrderKind
from digigate.errors import LineDown, SlaveError
from digigate.settings.sections import Resolution
from digigate.settings.topology import BusName, Topology


class Search:
    """Runs once; `conflicted` is called with the conflicts that stand and the buses of which that
    is known, each time they change.
    """

    def __init__(
        self,
        ground: Ground,
        wishes: Wishes,
        board: Board,
        conflicted: Callable[[Collection[Conflict], Collection[BusName]], None],
    ) -> None:
        self._ground = ground
        self._wishes = wishes
        self._board = board
        self._conflicted = conflicted
        self._findings: dict[BusName, Findings] = {}
        self._contests: tuple[Contest, ...] = ()
        self._hints: list[Hint] = []
        self._began = time.monotonic()

    async def run(self) -> tuple[Topology, Report]:
        """Search, solve, read; the COM LEDs are as usual afterwards, however it ends.

        Raises:
            LineDown: every line that was to be searched was lost.
        """
        self._board.begin(self._wishes.mode, self._wishes.resolve, self._ground.idle)
        try:
            await self._order_all(OrderKind.BEGIN)
            await self._look()
            self._judge()
            await self._solve()
            self._board.turn(Phase.READING)
            settled = await self._settle()
        finally:
            await self._order_all(OrderKind.END)
        return settled.topology, self._report(settled)

    # The steps of the figure.

    async def _look(self) -> None:
        self._board.turn(Phase.SEARCHING)
        async with asyncio.TaskGroup() as buses:
            for bus in self._ground.lines:
                buses.create_task(self._look_at(bus))
        reasons = [found.reason for found in self._findings.values()]
        if reasons and all(reasons):
            raise LineDown("; ".join(reasons))

    async def _look_at(self, bus: BusName) -> None:
        line = self._ground.lines[bus]
        scan = Scan(
            bus,
            line.questions,
            self._ground.catalogue,
            lambda share, left: self._board.progress(scan.findings, share, left),
        )
        self._findings[bus] = scan.findings
        addresses = RANGES[self._wishes.mode]
        known = {device.address for device in self._ground.former.on(bus)}
        try:
            if line.private:
                await scan.count(len(addresses), line.slot)
            await scan.ask_all(addresses, known, line.slot, line.patience)
        except LineDown as error:
            scan.findings.reason = str(error)
            self._board.progress(scan.findings, 1.0, 0.0)

    def _judge(self) -> None:
        self._contests = contests(self._slaves(), self._suspected(), self._claims())
        self._tell_contests()

    async def _solve(self) -> None:
        waiting = [slave for contest in self._contests for slave in contest.solvable]
        if not waiting:
            return
        solver = self._solver(waiting)
        try:
            await solver.show()
            self._board.wait(len(waiting))
            if self._wishes.resolve is Resolution.AUTOMATIC:
                await solver.settle(self._long_seated(waiting))
                self._judge()
            elif not await solver.await_buttons(self._wishes.press_within):
                self._hints.append(hints.unfinished(self._wishes.press_within))
        except LineDown as error:
            self._hints.append(Hint(HintKind.UNFINISHED, f"not all conflicts are solved: {error}"))
        self._board.wait(0)
        self._judge()

    def _solver(self, waiting: list[Slave]) -> Solver:
        silent = {address for found in self._findings.values() for address in found.silent}
        suspected = {address for _, address in self._suspected()}
        free = FreeAddresses(self._claims().addresses | silent | suspected)
        lines = {bus: line.questions for bus, line in self._ground.lines.items()}

        def moved(slave: Slave) -> None:
            self._board.move(slave, len(solver.waiting))
            self._judge()

        solver = Solver(lines, waiting, self._slaves(), free, moved)
        return solver

    def _long_seated(self, waiting: Iterable[Slave]) -> list[Slave]:
        """Who has been at a contested address before: clients know it there, so it stays."""
        devices = {(d.bus, d.address, d.net_id) for d in self._ground.former.devices}
        taken = {
            contest.place for contest in self._contests if contest.trouble is not Trouble.SHARED
        }
        return [
            slave
            for slave in waiting
            if (slave.bus, slave.address, slave.handle) in devices
            and (slave.bus, slave.address) not in taken
        ]

    async def _settle(self) -> Settled:
        former, contested = self._ground.former, self._contested()
        seated = [slave for slave in self._slaves() if slave not in contested]
        paired = pairs((device for device in former.devices if not device.gateway), seated)
        newcomers = [slave for slave in seated if slave not in paired]
        refused = {slave: why for slave in newcomers if (why := refusal(slave, self._wishes.mode))}
        await self._read_all_loads([slave for slave in newcomers if slave not in refused])
        found = [slave for slave in seated if slave not in refused]
        places = {contest.place for contest in self._contests}
        stay = staying(former, self._searched(), places, keep=self._wishes.keep)
        settled = settle(former, paired, found, stay, self._ground.limits)
        settled.refusals[:0] = refused.values()
        return settled

    async def _read_all_loads(self, slaves: Collection[Slave]) -> None:
        async def read(bus: BusName) -> None:
            for slave in slaves:
                if slave.bus is bus:
                    await self._read_loads(slave)

        await asyncio.gather(*map(read, self._ground.lines))

    async def _read_loads(self, slave: Slave) -> None:
        if slave.model is None:
            return
        questions = self._ground.lines[slave.bus].questions

        async def ask(start: int, count: int) -> bytes:
            return await questions.words(slave.address, start, count)

        try:
            slave.loads = await read_loads(ask, slave.model)
        except SlaveError as error:
            self._hints.append(hints.unread(slave.sighting, str(error)))

    # What it is judged by.

    def _slaves(self) -> list[Slave]:
        return [slave for found in self._findings.values() for slave in found.slaves]

    def _suspected(self) -> set[Place]:
        return {(found.bus, a) for found in self._findings.values() for a in found.suspected}

    def _searched(self) -> set[BusName]:
        return {bus for bus, found in self._findings.items() if not found.reason}

    def _claims(self) -> Claims:
        elsewhere = {
            device.address: f"a slave of the gateway {device.gateway}"
            if device.gateway
            else f"a slave on the bus {device.bus}, which was not searched"
            for device in self._ground.former.devices
            if device.gateway or device.bus not in self._searched()
        }
        return Claims(self._ground.gateway, elsewhere)

    def _contested(self) -> set[Slave]:
        return {slave for contest in self._contests for slave in contest.slaves}

    # What it tells.

    def _told(self) -> tuple[Conflict, ...]:
        return tuple(contest.told(self._wishes.resolve) for contest in self._contests)

    def _tell_contests(self) -> None:
        told = self._told()
        self._board.conflicts(told)
        self._conflicted(told, self._searched())

    def _report(self, settled: Settled) -> Report:
        mode, ground = self._wishes.mode, self._ground
        advice = (
            *self._hints,
            *hints.of_lines(self._findings.values(), ground),
            *hints.of_devices(settled.entries, settled.displaced, ground),
            *hints.of_mode(mode, settled.refusals, ground),
        )
        standing = self._told()
        left = (
            Refusal(sighting, Cause.CONFLICT, conflict.advice)
            for conflict in standing
            for sighting in conflict.slaves
        )
        return Report(
            round(time.monotonic() - self._began, 1),
            tuple(settled.entries),
            self._board.moves,
            standing,
            (*settled.refusals, *left),
            advice,
        )

    async def _order_all(self, kind: OrderKind) -> None:
        """Tell all slaves of private lines at once; a line that is down is found out later."""
        if kind is OrderKind.BEGIN:
            self._board.blink(time.monotonic())

        async def tell(line: SearchedLine) -> None:
            with suppress(SlaveError):
                await line.questions.order(Order(kind))

        private = [line for line in self._ground.lines.values() if line.private]
        await asyncio.gather(*map(tell, private))
