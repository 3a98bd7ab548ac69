"""One run of the daemon: from the locked state directory to the last service stopped."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from digigate.clock import Clock
from digigate.daemon import reports
from digigate.daemon.chores import log_condition
from digigate.daemon.ending import Ending
from digigate.daemon.front import blink_slave
from digigate.daemon.house import House
from digigate.daemon.notify import notify, watchdog_interval
from digigate.daemon.orders import (
    Bench,
    Planning,
    enter_clock,
    enter_configure,
    enter_detection,
    enter_panel,
    enter_reboot,
    enter_refresh,
    enter_reports,
    enter_slave_clocks,
    enter_topology,
    enter_workshop,
)
from digigate.daemon.plant import PlantSite
from digigate.daemon.timekeeping import as_paced, kept_clock
from digigate.errors import SettingsError
from digigate.settings import SettingsFile, TopologyFile
from digigate.settings.sections import Detection, Settings
from digigate.settings.topology import Topology
from digigate.state import StateDirectory

log = logging.getLogger(__name__)

Announce = Callable[[House], None]


@dataclass(frozen=True, slots=True)
class Start:
    """What a daemon is started with."""

    state: Path
    settings: Settings
    topology: Topology | None = None  # None = the one kept in the state directory
    settings_file: Path | None = None  # read anew on SIGHUP
    plant: PlantSite | None = None
    speed: float = 1.0


async def serve(start: Start, announce: Announce = lambda _: None) -> Start | None:
    """Run until SIGTERM, SIGINT or a reboot; `announce` is called once all services have settled.

    Returns what to start again with after a reboot: the settings as they stand in their file by
    then, the topology as it was kept; None = the end.

    Raises:
        SettingsError: the state directory is in use or a kept file is wrong.
    """
    with ExitStack() as stack:
        state = stack.enter_context(StateDirectory(start.state))
        topology = kept_topology(state, start)
        zone = start.settings.time.zone
        clock = stack.enter_context(kept_clock(state, zone, start.speed))
        house = House(_effective(start, start.settings, clock), topology, state, clock)
        stack.callback(house.ports.remove)
        house.wire(start.plant)
        _enter_orders(house)
        reload = _Reload(house, start)
        stack.enter_context(clock.watch(reload.act))
        stack.enter_context(house.plan.watch(house.bus.set_topology))
        stack.enter_context(house.conditions.watch(log_condition))
        ending = Ending()
        enter_reboot(house.commands, ending.reboot)
        await _run(house, reload, ending, announce)
        return reload.again() if ending.again else None


def _enter_orders(house: House) -> None:
    enter_clock(house.commands, house.clock)
    enter_reports(
        house.commands,
        {
            "ports": lambda: dict(house.ports.all()),
            "status": lambda: reports.status(house),
            "sockets": lambda: reports.sockets(house),
        },
    )
    planning = Planning(house.plan, house.catalogue, house.problems, house.bus)
    enter_topology(house.commands, planning)
    enter_refresh(house.commands, planning)
    _enter_detection(house)
    _enter_workshop(house)


def _enter_workshop(house: House) -> None:
    bench = Bench(
        house.bus, house.roster, house.catalogue, house.clock, lambda: house.settings.buses
    )
    enter_workshop(house.commands, bench)
    enter_configure(house.commands, house.roster, house.catalogue)
    enter_slave_clocks(house.commands, house.slave_clocks)


def _enter_detection(house: House) -> None:
    def stored() -> Detection:
        return house.settings.detection

    async def blink(address: int) -> None:
        await blink_slave(house.bus, house.topology, house.catalogue, address)

    enter_detection(house.commands, house.detector, stored)
    enter_panel(house.commands, house.front, house.detector, stored, blink)


class _Reload:
    """Applies the settings again: on SIGHUP from the file, after a change of speed as they are."""

    def __init__(self, house: House, start: Start) -> None:
        self._house = house
        self._start = start
        self._settings = start.settings

    def act(self) -> None:
        """Apply what changed since; nothing restarts where nothing did."""
        wanted = _effective(self._start, self._settings, self._house.clock)
        if wanted != self._house.settings:
            self._house.apply(wanted)

    def reread(self) -> None:
        """Read the settings file; a wrong one is logged and the former settings stay."""
        if self._start.settings_file is None:
            return
        notify("RELOADING=1")
        self._read(self._start.settings_file)
        self.act()
        notify("READY=1")

    def again(self) -> Start:
        """What to start with after a reboot."""
        if self._start.settings_file is not None:
            self._read(self._start.settings_file)
        return replace(self._start, settings=self._settings, topology=None)

    def _read(self, file: Path) -> None:
        try:
            self._settings = SettingsFile(file).load()
        except SettingsError as error:
            log.error("settings not reloaded", extra={"reason": str(error)})
        else:
            log.info("settings reloaded")


async def _run(house: House, reload: _Reload, ending: Ending, announce: Announce) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.stop)
    loop.add_signal_handler(signal.SIGHUP, reload.reread)
    services = asyncio.create_task(house.supervisor.run(house.settings), name="services")
    others = [
        asyncio.create_task(_published(house, announce), name="publish"),
        asyncio.create_task(_heartbeat(), name="watchdog"),
    ]
    stopping = asyncio.create_task(ending.wait(), name="ending")
    try:
        await asyncio.wait({services, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        notify("RELOADING=1" if ending.again else "STOPPING=1")
        for task in (*others, stopping, services):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await services
        if stuck := house.supervisor.stuck():
            log.error("services did not stop", extra={"services": ", ".join(stuck)})
            logging.shutdown()
            os._exit(1)  # asyncio.run would wait for them for ever


async def _published(house: House, announce: Announce) -> None:
    await house.supervisor.settled()
    house.ports.write()
    notify("READY=1")
    announce(house)


async def _heartbeat() -> None:
    interval = watchdog_interval()
    while interval is not None:
        notify("WATCHDOG=1")
        await asyncio.sleep(interval)


def _effective(start: Start, settings: Settings, clock: Clock) -> Settings:
    return settings if start.plant is None else as_paced(settings, clock)


def kept_topology(state: StateDirectory, start: Start) -> Topology:
    """The topology to begin with: the one given, else the one kept in the state directory.

    That of a simulated plant counts only where the plant is another one than at the last start:
    what people have edited since stays.
    """
    file, given = TopologyFile(state.file("topology.yaml")), start.topology
    edited = start.plant is not None and _drawn_before(start.plant) and file.path.exists()
    if given is None or edited:
        return file.load()
    file.save(given)
    return given


def _drawn_before(site: PlantSite) -> bool:
    """Whether the plant gave the same topology at the last start; remembers it for the next."""
    file, drawn = TopologyFile(site.drawn), site.topology()
    if file.load() == drawn:
        return True
    site.folder.mkdir(parents=True, exist_ok=True)
    file.save(drawn)
    return False
