"""A running plant: stations, buses and control, opened and closed together."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from digigate.catalogue import Catalogue
from digigate.simulator.bus import Bus
from digigate.simulator.control import controlled
from digigate.simulator.device.books import Surroundings
from digigate.simulator.device.meter import Meter
from digigate.simulator.device.station import Station
from digigate.simulator.faults import Book, Faults
from digigate.simulator.naming import Roll
from digigate.simulator.orders import (
    ContactOrders,
    FaultOrders,
    PlugOrders,
    SlaveOrders,
    Table,
    TimeOrders,
)
from digigate.simulator.physics.incomer import Feeders
from digigate.simulator.physics.supply import Grid
from digigate.simulator.plant import BusPlan, Plant
from digigate.simulator.timing import PlantClock

Announcement = dict[str, object]


@dataclass(frozen=True, slots=True)
class Offer:
    """Where the lines are to be found, whatever the plant file says."""

    folder: Path | None = None  # DIR/<bus>.tty links to each pty
    host: str | None = None  # no ptys: one free TCP port for each bus on this host


class Site:
    """All of one plant in this process."""

    def __init__(self, plant: Plant, clock: PlantClock) -> None:
        self.plant = plant
        self.clock = clock
        self._book = Book(clock.now, Random(f"{plant.seed} faults"))  # noqa: S311 -- repeatable
        self.buses = {
            name: Bus(name, bus, plant.seed, self._book, lambda: clock.speed <= 1)
            for name, bus in plant.buses.items()
        }
        self.stations = self._stations()
        for station in self.stations:
            self.buses[station.plan.bus].stations.append(station)
        self.orders = self._orders()

    def _orders(self) -> Table:
        roll = Roll(self.stations)
        time = TimeOrders(self.clock)
        faults = {name: bus.faults for name, bus in self.buses.items()}
        return Table(
            SlaveOrders(roll, lambda: {**time.tell(), "buses": self._told()}).entries,
            time.entries,
            ContactOrders(roll).entries,
            FaultOrders(roll, faults, self._book).entries,
            PlugOrders(self.buses).entries,
        )

    def _told(self) -> Mapping[str, object]:
        return {name: bus.describe() for name, bus in self.buses.items()}

    def _stations(self) -> tuple[Station, ...]:
        plant, models = self.plant, Catalogue.load().models
        around = Surroundings(
            clock=self.clock,
            grid=Grid(plant.network.voltage, plant.network.frequency, plant.seed),
            network=plant.network,
            period=plant.integration_period,
            utc_offset=plant.utc_offset,
            seed=plant.seed,
            service=plant.service_days,
            feeders=Feeders(),
        )
        return tuple(
            Station(
                Meter(slave, models[slave.model], plant.buses[slave.bus], around),
                self.buses[slave.bus],
                Faults(self._book),
            )
            for slave in plant.slaves
        )


@asynccontextmanager
async def opened(site: Site, offer: Offer, control: Path | None) -> AsyncIterator[Announcement]:
    """Serve a plant while the block runs; yields what to announce.

    Raises:
        SettingsError: a path or a port cannot be had.
    """
    async with AsyncExitStack() as stack:
        for name, bus in site.buses.items():
            plan = site.plant.buses[name]
            if offer.host is None and plan.pty != "none":
                bus.offer_terminal(_link(offer, name, plan))
            listen = f"{offer.host}:0" if offer.host is not None else plan.listen
            if listen:
                bus.offer_port(listen)
            stack.push_async_callback(bus.pull)
            await bus.plug()
        if control:
            await stack.enter_async_context(controlled(control, site.orders))
        ports = {name: bus.port for name, bus in site.buses.items() if bus.port}
        lines = {name: bus.terminal or bus.port for name, bus in site.buses.items()}
        announcement: Announcement = {"ready": True, "buses": lines, "ports": ports}
        yield announcement | {"control": str(control) if control else None}


def _link(offer: Offer, name: str, bus: BusPlan) -> Path | None:
    if offer.folder is not None:
        return offer.folder / f"{name}.tty"
    return None if bus.pty == "auto" else Path(bus.pty)
