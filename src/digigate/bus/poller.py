"""The cycle of one line: every slave gets its turn, nobody waits for one that is missing."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from digigate.bus.plan import Read, cycle_time, cycles_to_rotate, period, rotating_per_cycle
from digigate.bus.polled import PolledSlave, Surroundings
from digigate.bus.timing import TURNAROUND, Wire, percentile
from digigate.catalogue import Pace
from digigate.settings.topology import Device

CYCLE_MIN = 0.5
"""Seconds between two cycles at least: meters refresh no faster, and the line may rest."""


class Poller:
    """Reads the slaves of one line for ever; instant values in each cycle, others as planned."""

    def __init__(self, around: Surroundings, wire: Wire, integration_period: float) -> None:
        self.slaves: dict[int, PolledSlave] = {}
        self.planned: float | None = None
        self._around = around
        self._wire = wire
        self._integration_period = integration_period
        self._durations: deque[float] = deque(maxlen=64)
        self._rotation: deque[tuple[PolledSlave, Read]] = deque()
        self._reads: tuple[Read, ...] = ()
        self._period_index = -1

    def cycle(self, share: float) -> float | None:
        """The measured cycle in seconds that `share` of the recent ones kept."""
        return percentile(self._durations, share)

    def set_devices(self, devices: Iterable[Device]) -> None:
        """Poll these from now on; a slave whose polling does not change goes on untouched."""
        wanted = {device.address: device for device in devices}
        for address, slave in list(self.slaves.items()):
            device = wanted.get(address)
            if device is not None and _polled_alike(device, slave.device):
                slave.take(device)
            else:
                slave.close()
                del self.slaves[address]
        for address, device in wanted.items():
            if address not in self.slaves:
                self.slaves[address] = PolledSlave(device, self._around)
        self._replan()

    def close(self) -> None:
        """Poll nobody; all images go."""
        self.set_devices(())

    def doubt(self) -> None:
        """Identify every slave before it is read again: others may sit there now."""
        for slave in self.slaves.values():
            slave.doubt()

    async def run(
        self, up: asyncio.Event, why_down: Callable[[], str], free: Callable[[], Awaitable[None]]
    ) -> None:
        """Poll while `up` is set and `free` lets us, until cancelled."""
        async with asyncio.TaskGroup() as turns:
            while True:
                if not up.is_set():
                    self._lose_line(why_down())
                await up.wait()
                await free()
                began = self._around.clock.monotonic()
                await self._cycle(turns, began)
                took = self._around.clock.monotonic() - began
                self._measure(took)
                await asyncio.sleep(max(0.0, CYCLE_MIN - took))

    def _lose_line(self, reason: str) -> None:
        for slave in self.slaves.values():
            slave.lose_line(reason)

    async def _cycle(self, turns: asyncio.TaskGroup, now: float) -> None:
        self._deal()
        awaited = []
        for slave in self.slaves.values():
            if slave.is_due(now):
                released: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                turns.create_task(_turn(slave, released))
                awaited.append(released)
        for released in awaited:
            await released
        self._suspect()

    def _suspect(self) -> None:
        """Garbled answers of few slaves speak of their addresses, of many of the line itself."""
        suspects = sum(slave.garbling.suspected for slave in self.slaves.values())
        of_line = suspects > 1 and 2 * suspects > len(self.slaves)
        for slave in self.slaves.values():
            slave.suspect_conflict(slave.garbling.suspected and not of_line)

    def _deal(self) -> None:
        """Hand out what is due beside the instant values."""
        index = int(self._around.clock.now().timestamp() // self._integration_period)
        if index != self._period_index:
            self._period_index = index
            for slave in self.slaves.values():
                slave.deal(Pace.BOUNDARY)
        if self._rotation:
            for _ in range(rotating_per_cycle(self._reads)):
                slave, read = self._rotation[0]
                self._rotation.rotate(-1)
                slave.deal_one(read)

    def _measure(self, took: float) -> None:
        self._durations.append(max(CYCLE_MIN, took))
        recent = tuple(self._durations)[-2:]
        self._tell_periods(max(recent))

    def _tell_periods(self, cycle: float) -> None:
        integration = self._integration_period / self._around.clock.speed
        rotation = cycles_to_rotate(self._reads)
        for slave in self.slaves.values():
            slave.expect_every(lambda pace: period(pace, cycle, rotation, integration))

    def _replan(self) -> None:
        slaves = self.slaves.values()
        self._reads = tuple(read for slave in slaves for read in slave.reads)
        self._rotation = deque(
            (slave, read) for slave in slaves for read in slave.reads if read.pace is Pace.ROTATING
        )
        time = cycle_time(self._reads, self._wire, TURNAROUND)
        self.planned = max(CYCLE_MIN, time) if self._reads else None
        self._tell_periods(self.planned or CYCLE_MIN)


async def _turn(slave: PolledSlave, released: asyncio.Future[None]) -> None:
    def release() -> None:
        if not released.done():
            released.set_result(None)

    try:
        await slave.turn(release)
    finally:
        release()


def _polled_alike(one: Device, other: Device) -> bool:
    """Whether two entries of the topology differ in names only."""
    return _polling(one) == _polling(other)


def _polling(device: Device) -> tuple[object, ...]:
    loads = frozenset(load.number for load in device.loads)
    place = device.address, device.bus, device.gateway, device.remote
    return *place, device.model, device.confirmed, loads
