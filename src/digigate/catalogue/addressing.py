"""The private addressing mechanism of simulated plants: what master and slaves say to each other.

Ours, all of it: the real wire protocol is not published (facts, gaps.md), so this one runs only on
lines set to `addressing: private` and uses what no real slave has: registers from 64000 and the
reserved unit 248.

The master broadcasts orders (FC16 to unit 0, all words at once). A slave is *meant* by an order
where its NET ID agrees with the order's in every bit of the mask. Those that the last SELECT meant
answer at unit 248 too, with all their registers: one answers like any slave, several at a time make
noise, none is silence. Halving the mask separates slaves that share an address.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

ORDERS = 64000
"""First register of an order."""
STATE = 64016
"""First register of what a slave says of itself, at its own address and at unit 248."""
ANYBODY = 248
"""The unit of whoever is selected; reserved by Modbus over Serial Line V1.02."""
MAGIC = 0x4447
ALL = 0xFFFFFFFF
"""A mask that means one slave."""
HOLD = 2.0
"""Seconds for which a slave's front button must be held (§10)."""

_ORDER = struct.Struct(">HHIIH")
_STATE = struct.Struct(">IHI")
_NEVER = 0xFFFFFFFF

_KINDS = frozenset(range(1, 6))  # of orders
ORDER_WORDS = _ORDER.size // 2
STATE_WORDS = _STATE.size // 2


class OrderKind(IntEnum):
    """What the slaves that are meant do."""

    BEGIN = 1
    """A search begins: forget button presses, let the COM LED blink in step from this moment."""
    SELECT = 2
    """Answer at unit 248; who is not meant does so no longer. `argument` is a `Filter`."""
    ASSIGN = 3
    """Take the address `argument` (1..247) and answer at it from now on."""
    LED = 4
    """Show the COM LED as `argument` says, a `ComLed`."""
    END = 5
    """The search is over: the COM LED shows traffic again, nobody is selected."""


class Filter(IntEnum):
    """Whom a SELECT means among those that its mask does; 1..247 = who has this address."""

    EVERYBODY = 0
    PRESSED = 0xFFFF
    """Whose front button was held for 2 s since BEGIN and who was not given an address since."""


class ComLed(IntEnum):
    """How a COM LED looks while a search runs (§10)."""

    TRAFFIC = 0
    BLINKING = 1
    STEADY = 2


@dataclass(frozen=True, slots=True)
class Order:
    """One broadcast."""

    kind: OrderKind
    net_id: int = 0
    mask: int = 0
    argument: int = 0

    def means(self, net_id: int) -> bool:
        """Whether the slave with this NET ID is meant."""
        return (net_id ^ self.net_id) & self.mask == 0

    def encode(self) -> bytes:
        """The words to write at `ORDERS`."""
        return _ORDER.pack(MAGIC, self.kind, self.net_id, self.mask, self.argument)

    @classmethod
    def decode(cls, words: bytes) -> Self | None:
        """The order in these words; None where they hold none."""
        if len(words) != _ORDER.size:
            return None
        magic, kind, net_id, mask, argument = _ORDER.unpack(words)
        if magic != MAGIC or kind not in _KINDS:
            return None
        return cls(OrderKind(kind), net_id, mask, argument)


@dataclass(frozen=True, slots=True)
class State:
    """What a slave says of itself at `STATE`; `pressed_ago` in ms, None = not pressed."""

    net_id: int
    address: int
    pressed_ago: int | None = None

    def encode(self) -> bytes:
        """The words at `STATE`."""
        ago = _NEVER if self.pressed_ago is None else min(self.pressed_ago, _NEVER - 1)
        return _STATE.pack(self.net_id, self.address, ago)

    @classmethod
    def decode(cls, words: bytes) -> Self:
        """The state in `STATE_WORDS` words.

        Raises:
            ValueError: they are more or fewer.
        """
        if len(words) != _STATE.size:
            raise ValueError(f"{len(words)} octets do not make a state")
        net_id, address, ago = _STATE.unpack(words)
        return cls(net_id, address, None if ago == _NEVER else ago)
