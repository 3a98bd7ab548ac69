"""A bus of ours on a line of the simulator, which is a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

from digigate.bus import Bus, BusRooms, SlaveState
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.services.control import order
from digigate.settings.sections import Buses, Polling
from digigate.settings.topology import BusName, Device, Load, Topology
from digigate.store import SlaveImage, Span, Store

RS485 = BusName.RS485
Told = Mapping[str, Any]


class SimulatedBus:
    """Polls the simulator's slaves and compares each block with what it was at first.

    Time stands still in the plant, so a block that differs is a wrong value in the store.
    """

    def __init__(
        self, folder: Path, slaves: Sequence[Told], retry_max: float, line: Mapping[str, object]
    ) -> None:
        self.clock = Clock()
        self.store = Store(self.clock)
        self.conditions = Conditions(self.clock)
        rooms = BusRooms(self.store, self.conditions, self.clock, Catalogue.load())
        topology = Topology(devices=tuple(_device(slave) for slave in slaves))
        wired = {"port": str(folder / "rs485.tty"), "addressing": "private", **line}
        self.settings = Buses.model_validate({"rs485": wired})
        self.polling = Polling(retry_max=retry_max, integration_period=60)
        self.bus = Bus(self.settings, self.polling, topology, rooms)
        self.puts = 0
        self.wrong: list[str] = []
        self.latest_lag = 0.0
        self._control = folder / "plant.sock"
        self._truth: dict[tuple[int, int], bytes] = {}

    async def order(self, command: str, **arguments: object) -> Any:
        """One order to the plant."""
        return await asyncio.to_thread(order, self._control, command, arguments)

    def judge(self, image: SlaveImage, span: Span) -> None:
        """A block came into the store."""
        self.puts += 1
        truth = self._truth.setdefault((image.unit, span.start), span.data)
        if span.data != truth:
            self.wrong.append(f"slave {image.unit}, registers from {span.start}")

    def known(self) -> bool:
        """Whether each block of each slave has been read once."""
        spans = [(i.unit, span.start) for i in self.store.images() for span in i.spans]
        return len(self._truth) == len(spans)

    def online(self) -> bool:
        """Whether all slaves are."""
        return all(slave.state is SlaveState.ONLINE for slave in self.bus.slaves().values())

    def books(self) -> list[tuple[int, int]]:
        """Of the line and each slave: what was asked, and how it ended."""
        counters = [line.counters for line in self.bus.lines()]
        counters += [slave.counters for slave in self.bus.slaves().values()]
        return [
            (c.asked, c.answered + c.exceptions + c.timeouts + c.crc_errors + c.garbled + c.lost)
            for c in counters
        ]


def _device(slave: Told) -> Device:
    loads = tuple(Load(number=load["number"]) for load in slave.get("loads", ()))
    return Device(address=slave["address"], bus=RS485, model=slave["model"], loads=loads)


@asynccontextmanager
async def simulated(
    folder: Path, slaves: Sequence[Told], wire: Told, *, retry_max: float = 1, **line: object
) -> AsyncIterator[SimulatedBus]:
    """The plant and the bus, polling, while the block runs."""
    plant = {"buses": {"rs485": dict(wire)}, "slaves": [{"bus": "rs485", **s} for s in slaves]}
    file = folder / "plant.yaml"
    file.write_text(yaml.safe_dump(plant))
    words = [str(file), "--pty", str(folder), "--control", str(folder / "plant.sock")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "digigate.simulator", *words, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        assert await process.stdout.readline()
        bus = SimulatedBus(folder, slaves, retry_max, line)
        await bus.order("clock", freeze=True)
        with bus.store.watch(bus.judge):
            async with _polled(bus):
                yield bus
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _polled(bus: SimulatedBus) -> AsyncIterator[None]:
    service = bus.bus.service(RS485, bus.settings.rs485, bus.polling)
    tasks = [asyncio.create_task(service.run(lambda: None)), asyncio.create_task(_lag(bus))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _lag(bus: SimulatedBus) -> None:
    loop = asyncio.get_running_loop()
    while True:
        expected = loop.time() + 0.005
        await asyncio.sleep(0.005)
        bus.latest_lag = max(bus.latest_lag, loop.time() - expected)
