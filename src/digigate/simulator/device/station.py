"""One slave on its line: where it answers, what its front shows, whether it is supplied."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

from digigate.catalogue.addressing import (
    ANYBODY,
    ORDER_WORDS,
    ORDERS,
    STATE,
    STATE_WORDS,
    Order,
)
from digigate.simulator.device.answers import ILLEGAL_ADDRESS, Illegal, answer
from digigate.simulator.device.contacts import Contacts
from digigate.simulator.device.front import Com, Front, Light
from digigate.simulator.device.meter import Meter
from digigate.simulator.faults import Fault, Faults, Kind
from digigate.simulator.faults.spoiling import babble, spoiled
from digigate.simulator.plant import SlavePlan
from digigate.simulator.wire.frames import sealed
from digigate.simulator.wire.line import Saying

BROADCAST = 0
WRITES = (6, 16)


class Place(Protocol):
    """The bus that it hangs on."""

    @property
    def baudrate(self) -> int:
        """Its speed."""
        ...

    def speak(self, frame: bytes) -> None:
        """Put octets on its wires."""
        ...


class Station:
    """What a line knows of a device, and what a person in front of it can do."""

    def __init__(
        self, meter: Meter, bus: Place, faults: Faults, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.meter = meter
        self.faults = faults
        self._bus = bus
        self.front = Front(meter.plan.net_id, now)
        self._supplied = True

    @property
    def on(self) -> bool:
        """Whether it is supplied; without supply it forgets what was not saved."""
        return self._supplied

    @on.setter
    def on(self, supplied: bool) -> None:
        if supplied and not self._supplied:
            self.front.restart()
            self.meter.restart()
        if self._supplied and not supplied:
            self.meter.halt()
        self._supplied = supplied

    @property
    def address(self) -> int:
        """The address at which it answers."""
        return self.meter.seat.address

    @property
    def baudrate(self) -> int:
        """The speed at which it hears."""
        wrong = self.faults.find(Kind.WRONG_SPEED)
        return wrong.baudrate if wrong else self.meter.seat.baudrate

    def hear(self, request: bytes) -> Sequence[Saying]:
        """Its answer to one request without CRC; nothing where it is not meant."""
        if not self.on:
            return ()
        self.front.see_traffic()
        unit, pdu = request[0], request[1:]
        if unit == BROADCAST and pdu[0] in WRITES:
            answer(self, pdu)
        if unit != self.address and not (unit == ANYBODY and self.front.selected):
            return ()
        said = Saying(sealed(bytes((unit,)) + answer(self, pdu)))
        return spoiled(said, self.faults) if self.faults.active else (said,)

    def read(self, start: int, count: int) -> bytes:
        """Its registers, and what it says of itself in a search.

        Raises:
            Illegal: 02, not within one declared block.
        """
        if not (self.front.takes_part and STATE <= start < STATE + STATE_WORDS):
            return self.meter.read(start, count)
        if start + count > STATE + STATE_WORDS:
            raise Illegal(ILLEGAL_ADDRESS)
        first = 2 * (start - STATE)
        return self.front.state(self.address).encode()[first : first + 2 * count]

    def write(self, start: int, data: bytes) -> None:
        """Take words, or an order of a search.

        Raises:
            Illegal: as the device says.
        """
        if not (self.front.takes_part and start == ORDERS and len(data) == 2 * ORDER_WORDS):
            self.meter.write(start, data)
        elif order := Order.decode(data):
            address = self.front.obey(order, self.address)
            if address != self.address:
                self.meter.seat.move(address)

    @property
    def plan(self) -> SlavePlan:
        """What the plant file says of it."""
        return self.meter.plan

    @property
    def contacts(self) -> Contacts:
        """Its inputs and outputs."""
        return self.meter.contacts

    def press(self, seconds: float) -> bool:
        """Its button was held so long; returns whether that counts."""
        return self.on and self.front.press(seconds)

    def com(self) -> Com:
        """Its COM LED."""
        return (
            self.front.com() if self.on and self.baudrate == self._bus.baudrate else Com(Light.DARK)
        )

    def suffer(self, fault: Fault) -> None:
        """Do what a fault does at once, or begin what it does by itself."""
        loop = asyncio.get_running_loop()
        match fault.kind:
            case Kind.CLOCK:
                self.meter.clock.shift(fault.seconds)
            case Kind.CACHE_LOST:
                self.meter.lose_cache()
            case Kind.POWER_CYCLE:
                self.on = False
                loop.call_later(fault.seconds, self._return)
            case Kind.BABBLE:
                loop.call_later(fault.seconds, self._babble, fault)

    def _return(self) -> None:
        self.on = True

    def _babble(self, fault: Fault) -> None:
        """Talk unasked and again, for as long as it is this fault's turn."""
        if self.faults.find(Kind.BABBLE) is not fault:
            return
        if self.on and self.faults.strikes(Kind.BABBLE):
            self._bus.speak(babble(self.address, self.faults.chance))
        asyncio.get_running_loop().call_later(fault.seconds, self._babble, fault)

    def truth(self, load: int) -> Mapping[str, float | str]:
        """What the plant knows of one of its loads now.

        Raises:
            ValueError: no such load.
        """
        return self.meter.truth(load)

    def describe(self) -> dict[str, object]:
        """What `status` tells of it."""
        seat = {"address": self.address, "baudrate": self.baudrate}
        return {"on": self.on, **seat, **self.meter.describe()}

    def lights(self) -> dict[str, object]:
        """What `leds` tells of it."""
        return {
            "address": self.address,
            "com": asdict(self.com()),
            "identified": self.on and self.meter.blink.on,
        }
