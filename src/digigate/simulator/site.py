"""A running plant: meters, lines, channels and control, opened and closed together."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random

from digigate.catalogue import Catalogue
from digigate.simulator.control import controlled
from digigate.simulator.device.meter import Meter, Surroundings
from digigate.simulator.device.station import Station
from digigate.simulator.orders import PlantOrders
from digigate.simulator.physics.supply import Grid
from digigate.simulator.plant import BusPlan, Plant
from digigate.simulator.timing import PlantClock
from digigate.simulator.wire.line import Channel, Counters, Line, Manner
from digigate.simulator.wire.pacing import FIFO
from digigate.simulator.wire.tcp import listening
from digigate.simulator.wire.tty import Terminal, offered

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
        self.stations = _stations(plant, clock)
        self.counters = {name: Counters() for name in plant.buses}
        self.orders = PlantOrders(self.stations, clock, self._lines)

    def line(self, name: str, channel: Channel) -> Line:
        """A line of this bus that answers through `channel`."""
        bus = self.plant.buses[name]
        chunk = 1 if bus.delivery == "bytes" else FIFO
        return Line(
            slaves=[station for station in self.stations if station.plan.bus == name],
            manner=Manner(bus.bits, bus.turnaround, bus.jitter, chunk),
            channel=channel,
            counters=self.counters[name],
            paced=lambda: self.clock.speed <= 1,
            chance=Random(f"{self.plant.seed} {name}"),  # noqa: S311 -- a repeatable jitter
        )

    def _lines(self) -> Mapping[str, object]:
        return {name: asdict(counters) for name, counters in self.counters.items()}


@asynccontextmanager
async def opened(site: Site, offer: Offer, control: Path | None) -> AsyncIterator[Announcement]:
    """Serve a plant while the block runs; yields what to announce.

    Raises:
        SettingsError: a path or a port cannot be had.
    """
    async with AsyncExitStack() as stack:
        buses: dict[str, str] = {}
        ports: dict[str, str] = {}
        for name, bus in site.plant.buses.items():
            if offer.host is None and bus.pty != "none":
                buses[name] = _terminal(stack, site, name, _link(offer, name, bus))
            listen = f"{offer.host}:0" if offer.host is not None else bus.listen
            if listen:
                served = listening(listen, bus.baudrate, partial(site.line, name))
                ports[name] = await stack.enter_async_context(served)
        if control:
            await stack.enter_async_context(controlled(control, site.orders))
        announcement: Announcement = {"ready": True, "buses": ports | buses, "ports": ports}
        yield announcement | {"control": str(control) if control else None}


def _terminal(stack: AsyncExitStack, site: Site, name: str, link: Path | None) -> str:
    terminal = Terminal(site.plant.buses[name].baudrate)
    line = site.line(name, terminal)
    path = stack.enter_context(offered(terminal, link, line.heard))
    stack.callback(line.close)
    return str(path)


def _link(offer: Offer, name: str, bus: BusPlan) -> Path | None:
    if offer.folder is not None:
        return offer.folder / f"{name}.tty"
    return None if bus.pty == "auto" else Path(bus.pty)


def _stations(plant: Plant, clock: PlantClock) -> tuple[Station, ...]:
    models = Catalogue.load().models
    grid = Grid(plant.network.voltage, plant.network.frequency, plant.seed)
    around = Surroundings(
        clock=clock,
        grid=grid,
        network=plant.network,
        period=plant.integration_period,
        utc_offset=plant.utc_offset,
        seed=plant.seed,
    )
    return tuple(
        Station(
            Meter(slave, models[slave.model], plant.buses[slave.bus], around),
            plant.buses[slave.bus].baudrate,
        )
        for slave in plant.slaves
    )
