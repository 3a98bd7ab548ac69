"""Notices loads that are switched on, off or retyped in a device while it is polled."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from digigate.bus.loads import Wired, asking, read_wiring
from digigate.bus.polled import PolledSlave
from digigate.bus.requests import Priority, Requests
from digigate.bus.status import SlaveState
from digigate.conditions import Conditions
from digigate.errors import SlaveError

CHANGED = "loads.changed"
LOOK_EVERY = 1.0
"""Seconds between two looks on one line; each is a read of two registers."""

Shape = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was seen of one device's loads while the topology had them in this shape."""

    shape: Shape
    first: dict[int, Wired] = field(default_factory=dict)
    latest: dict[int, Wired] = field(default_factory=dict)


class LoadWatch:
    """Looks at one load after the other of the slaves that are online on one line.

    A device whose loads are not as the topology has them is the condition `loads.changed`, which
    ends when they are alike again or when the topology takes other loads of it.
    """

    def __init__(
        self, door: Requests, slaves: Mapping[int, PolledSlave], conditions: Conditions
    ) -> None:
        self._door = door
        self._slaves = slaves
        self._conditions = conditions
        self._known: dict[int, _Known] = {}
        self._turns = self._rounds()

    async def run(self, up: asyncio.Event) -> None:
        """Look while `up` is set, until cancelled."""
        while True:
            await up.wait()
            await asyncio.sleep(LOOK_EVERY)
            await self.look()

    async def look(self) -> None:
        """Read how the next load is wired, if there is one to be looked at."""
        turn = next(self._turns)
        if turn is None:
            return
        slave, number = turn
        address = slave.device.address
        ask = asking(self._door, slave.unit, Priority.POLL)
        try:
            wired = await read_wiring(ask, slave.model, number) if slave.model else None
        except SlaveError:
            return  # polling says what is wrong
        if wired is not None and self._slaves.get(address) is slave:
            self._judge(slave, number, wired)

    def settle(self) -> None:
        """The topology has changed: what it has other loads of is looked at afresh."""
        for address, known in list(self._known.items()):
            slave = self._slaves.get(address)
            if slave is None or slave.device.maintenance or _shape(slave) != known.shape:
                self._forget(address)

    def close(self) -> None:
        """The line ends: its conditions go."""
        for address in list(self._known):
            self._forget(address)

    def _forget(self, address: int) -> None:
        del self._known[address]
        self._conditions.clear(CHANGED, str(address))

    def _rounds(self) -> Iterator[tuple[PolledSlave, int] | None]:
        """Every load that a device has settings of, over and over; None after each round."""
        while True:
            for slave in tuple(self._slaves.values()):
                for number in _numbers(slave):
                    if _watched(slave):
                        yield slave, number
            yield None

    def _judge(self, slave: PolledSlave, number: int, wired: Wired) -> None:
        address, shape = slave.device.address, _shape(slave)
        known = self._known.get(address)
        if known is None or known.shape != shape:
            known = self._known[address] = _Known(shape)
        known.first.setdefault(number, wired)
        known.latest[number] = wired
        changes = ", ".join(_changes(known))
        reason = f"{slave.label}: its loads changed ({changes}): refresh them" if changes else ""
        self._conditions.judge(CHANGED, str(address), reason)


def _numbers(slave: PolledSlave) -> tuple[int, ...]:
    """The loads of which the device has settings that can be looked at."""
    found = slave.model.registers("enabled") if slave.model else ()
    return tuple(point.load for point in found if point.load)


def _watched(slave: PolledSlave) -> bool:
    return slave.state is SlaveState.ONLINE and not slave.device.maintenance


def _shape(slave: PolledSlave) -> Shape:
    return tuple(sorted((load.number, load.type) for load in slave.device.loads))


def _changes(known: _Known) -> Iterator[str]:
    """What is not as the topology has it, in words; what it does not say was as first seen."""
    listed = dict(known.shape)
    for number, wired in sorted(known.latest.items()):
        first = known.first[number]
        if number not in listed:
            if wired.enabled and not first.enabled:
                yield f"load {number} is on"
        elif not wired.enabled:
            yield f"load {number} is off"
        else:
            former = listed[number] or first.type
            if former and wired.type and wired.type != former:
                yield f"load {number} is {wired.type}, was {former}"
