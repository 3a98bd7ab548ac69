"""One slave on its line: where it answers, what its front shows, whether it is supplied."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from digigate.catalogue.addressing import (
    ANYBODY,
    ORDER_WORDS,
    ORDERS,
    STATE,
    STATE_WORDS,
    Order,
)
from digigate.simulator.device.answers import ILLEGAL_ADDRESS, Illegal, answer
from digigate.simulator.device.front import Com, Front, Light
from digigate.simulator.device.meter import Meter
from digigate.simulator.plant import SlavePlan
from digigate.simulator.wire.frames import sealed
from digigate.simulator.wire.line import Saying

BROADCAST = 0
WRITES = (6, 16)


class Station:
    """What a line knows of a device, and what a person in front of it can do."""

    def __init__(self, meter: Meter, line: int, now: Callable[[], float] = time.monotonic) -> None:
        self.meter = meter
        self._line = line  # Bd
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
        self._supplied = supplied

    @property
    def address(self) -> int:
        """The address at which it answers."""
        return self.meter.seat.address

    @property
    def baudrate(self) -> int:
        """The speed at which it hears."""
        return self.meter.seat.baudrate

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
        return (Saying(sealed(bytes((unit,)) + answer(self, pdu))),)

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

    def press(self, seconds: float) -> bool:
        """Its button was held so long; returns whether that counts."""
        return self.on and self.front.press(seconds)

    def com(self) -> Com:
        """Its COM LED."""
        return self.front.com() if self.on and self.baudrate == self._line else Com(Light.DARK)

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
        return {"address": self.address, "com": asdict(self.com())}
