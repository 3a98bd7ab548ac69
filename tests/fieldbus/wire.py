"""A line of slaves in memory, asked in PDUs: who is alone is heard, who speaks together garbles.

The slaves obey the private addressing mechanism as `catalogue/addressing.py` words it, or not.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from digigate.bus.requests import Priority
from digigate.catalogue import Model, RegisterType, encode
from digigate.catalogue.addressing import (
    ANYBODY,
    ORDERS,
    STATE,
    STATE_WORDS,
    ComLed,
    Filter,
    Order,
    OrderKind,
    State,
)
from digigate.errors import LineDown, SlaveException, SlaveGarbled, SlaveTimeout

PLATE = 50000


@dataclass(eq=False)
class WireSlave:
    """One device; `obeys` = it knows the private mechanism. A write of its address waits for 0xA1
    where the model has an order register.
    """

    model: Model | None
    address: int
    net_id: int = 0
    serial: str = ""
    obeys: bool = True
    magic: str = "SOCO"
    led: ComLed = ComLed.TRAFFIC
    pressed_at: float | None = None
    began: bool = False
    selected: bool = False
    unlocked: bool = False
    told_address: int | None = None
    written: list[tuple[int, int]] = field(default_factory=list)

    def press(self, now: float, seconds: float = 2.0) -> None:
        """Somebody held the front button, until `now`."""
        if self.began and seconds >= 2:
            self.pressed_at = now

    def obey(self, order: Order) -> None:
        """Hear a broadcast order."""
        if order.kind is OrderKind.SELECT:
            self.selected = order.means(self.net_id) and self._chosen(order.argument)
        elif order.means(self.net_id):
            self._act(order)

    def _act(self, order: Order) -> None:
        match order.kind:
            case OrderKind.BEGIN:
                self.began, self.pressed_at, self.led = True, None, ComLed.BLINKING
            case OrderKind.ASSIGN:
                self.address, self.pressed_at = order.argument, None
            case OrderKind.LED:
                self.led = ComLed(order.argument)
            case OrderKind.END:
                self.began, self.selected, self.led = False, False, ComLed.TRAFFIC

    def _chosen(self, whom: int) -> bool:
        if whom == Filter.PRESSED:
            return self.pressed_at is not None
        return whom in (Filter.EVERYBODY, self.address)

    def read(self, start: int, count: int, now: float) -> bytes:
        """The words there; raises SlaveException."""
        if self.obeys and (start, count) == (STATE, STATE_WORDS):
            ago = None if self.pressed_at is None else round(1000 * (now - self.pressed_at))
            return State(self.net_id, self.address, ago).encode()
        plate = self._plate()
        offset = 2 * (start - PLATE)
        if start < PLATE or offset + 2 * count > len(plate):
            raise SlaveException(2)
        return plate[offset:][: 2 * count]

    def write(self, register: int, word: int) -> None:
        """Take one word; raises SlaveException."""
        self.written.append((register, word))
        own = self.model.registers("slave_address") if self.model else ()
        if register == 58112:
            self.unlocked = word == 1000
        elif register == 57856 and word == 0xA1:
            self.address = self.told_address or self.address
        elif own and register == own[0].address and (self.unlocked or not own[0].locked):
            self.told_address = word
        else:
            raise SlaveException(3)

    def _plate(self) -> bytes:
        if self.model is None:
            return bytes(132)
        words = bytearray(2 * self.model.identification_words)
        words[:8] = encode(self.magic, RegisterType.STRING_16, 4)
        words[8:10] = self.model.probe.product_range.to_bytes(2, "big")
        if self.serial:
            words[16:20] = bytes.fromhex(self.serial[:8])
            words[20:22] = int(self.serial[8:]).to_bytes(2, "big")
        words[100:116] = encode(self.model.probe.product_name, RegisterType.STRING_NORM, 8)
        words[116:132] = encode(self.model.probe.extended_name, RegisterType.STRING_NORM, 8)
        if self.model.identification_words == 69:
            words[134:138] = self.net_id.to_bytes(4, "big")
        return bytes(words)


class Wire:
    """Implements `Asker`; `noise` are units at which only noise is heard."""

    def __init__(self, *slaves: WireSlave, clock: Callable[[], float] = lambda: 0.0) -> None:
        self.slaves = list(slaves)
        self.noise: set[int] = set()
        self.asked: list[tuple[int, bytes]] = []
        self.orders: list[Order] = []
        self.down = ""
        self.before: Callable[[int, bytes], None] = lambda unit, pdu: None
        self._clock = clock

    async def request(
        self,
        unit: int,
        pdu: bytes,
        priority: Priority = Priority.CLIENT,
        client: Hashable = None,
        *,
        patience: float | None = None,
    ) -> bytes:
        """As `Asker.request`; takes no time."""
        self.before(unit, pdu)
        if self.down:
            raise LineDown(self.down)
        self.asked.append((unit, pdu))
        if unit == 0:
            self._broadcast(pdu)
            return b""
        speakers = [s for s in self.slaves if s.address == unit]
        if unit == ANYBODY:
            speakers = [s for s in self.slaves if s.selected]
        if len(speakers) > 1 or unit in self.noise:
            raise SlaveGarbled(f"the answer of slave {unit} came garbled")
        if not speakers:
            raise SlaveTimeout(f"slave {unit} did not answer")
        return self._answer(speakers[0], pdu)

    def _broadcast(self, pdu: bytes) -> None:
        order = Order.decode(pdu[6:]) if int.from_bytes(pdu[1:3], "big") == ORDERS else None
        if order is None:
            return
        self.orders.append(order)
        for slave in self.slaves:
            if slave.obeys:
                slave.obey(order)

    def _answer(self, slave: WireSlave, pdu: bytes) -> bytes:
        start, word = (int.from_bytes(pdu[at : at + 2], "big") for at in (1, 3))
        if pdu[0] == 3:
            data = slave.read(start, word, self._clock())
            return bytes((3, len(data))) + data
        slave.write(start, word)
        return pdu
