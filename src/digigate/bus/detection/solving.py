"""Give slaves in conflict other addresses on private lines: by their buttons, or by ourselves."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress

from digigate.bus.detection.asking import Questions, Voice
from digigate.bus.detection.conflicts import FreeAddresses
from digigate.bus.detection.halving import Halving, Member, exactly
from digigate.bus.detection.plates import Slave
from digigate.catalogue.addressing import STATE, STATE_WORDS, ComLed, Filter, OrderKind, State
from digigate.errors import LineDown
from digigate.settings.topology import BusName

TRIES = 3
LOOK_EVERY = 0.1  # seconds between two looks for pressed buttons
Moved = Callable[[Slave], None]


class Solver:
    """Seats `waiting` slaves one by one; `moved` is called after each.

    `all_slaves` is everybody who was found: their addresses are in use.
    """

    def __init__(
        self,
        lines: Mapping[BusName, Questions],
        waiting: Iterable[Slave],
        all_slaves: Collection[Slave],
        free: FreeAddresses,
        moved: Moved,
    ) -> None:
        self.waiting = list(waiting)
        self._lines = lines
        self._all = all_slaves
        self._free = free
        self._moved = moved
        self._handles = {(s.bus, s.handle): s for s in all_slaves if s.handle is not None}

    async def show(self) -> None:
        """Let the COM LED of everybody who waits be steady."""
        await self._at_once(self.waiting, lambda slave: self._light(slave, ComLed.STEADY))

    async def settle(self, staying: Collection[Slave]) -> None:
        """Seat everybody in the order of NET IDs, but those who may stay where they are."""
        ordered = sorted(self.waiting, key=lambda slave: slave.handle or 0)
        seats = {slave: self._choose(slave) for slave in ordered if slave not in staying}

        async def seat(slave: Slave) -> None:
            if slave in seats:
                await self._seat(slave, seats[slave])
            else:
                await self._light(slave, ComLed.BLINKING)
                self.waiting.remove(slave)

        await self._at_once(ordered, seat)

    async def await_buttons(self, patience: float) -> bool:
        """Seat everybody in the order of presses; False where none came for `patience` seconds."""
        deadline = time.monotonic() + patience
        while self.waiting and time.monotonic() < deadline:
            pressed = await self._pressed()
            for slave in pressed:
                if slave in self.waiting:
                    await self._seat(slave, self._choose(slave))
                else:  # it is well where it is: its press is done with
                    await self._assign(slave, slave.address)
            if pressed:
                deadline = time.monotonic() + patience
            await asyncio.sleep(LOOK_EVERY)
        return not self.waiting

    async def _pressed(self) -> list[Slave]:
        """Whose button was pressed since they were last looked at, the earliest press first."""
        moments: dict[Slave, float] = {}

        async def look(bus: BusName) -> None:
            async def note(member: Member) -> None:
                slave = self._handles.get((bus, member.net_id))
                if slave is not None:
                    ago = (member.pressed_ago or 0) / 1000
                    moments[slave] = time.monotonic() - ago

            with suppress(LineDown):  # a plug pulled while people walk about: it may come back
                await Halving(self._lines[bus], Filter.PRESSED, note).members()

        await asyncio.gather(*map(look, {slave.bus for slave in self.waiting}))
        return sorted(moments, key=moments.__getitem__)

    def _choose(self, slave: Slave) -> int | None:
        """The next free address for one slave."""
        return self._free.take({other.address for other in self._all if other is not slave})

    async def _seat(self, slave: Slave, address: int | None) -> None:
        """Move one slave; it waits on where there is no address or it does not obey."""
        if address is None or not await self._assign(slave, address):
            return
        slave.moved = slave.moved or slave.address
        slave.address = address
        await self._light(slave, ComLed.BLINKING)
        self.waiting.remove(slave)
        self._moved(slave)

    async def _assign(self, slave: Slave, address: int) -> bool:
        """Whether the slave says, from its new address, that it is there."""
        questions, handle = self._lines[slave.bus], slave.handle or 0
        for _ in range(TRIES):
            await questions.order(exactly(OrderKind.ASSIGN, handle, address))
            hearing = await questions.read(address, STATE, STATE_WORDS)
            if hearing.voice is Voice.CLEAR and State.decode(hearing.words).net_id == handle:
                return True
        return False

    async def _at_once(
        self, slaves: Iterable[Slave], act: Callable[[Slave], Awaitable[None]]
    ) -> None:
        """Do something with each slave, on both buses at once, in their order on each.

        Raises:
            LineDown: a line was lost; the other's slaves have had their turn all the same.
        """

        async def on(bus: BusName) -> None:
            for slave in [slave for slave in slaves if slave.bus is bus]:
                await act(slave)

        ends = await asyncio.gather(*map(on, self._lines), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _light(self, slave: Slave, led: ComLed) -> None:
        await self._lines[slave.bus].order(exactly(OrderKind.LED, slave.handle or 0, led))
