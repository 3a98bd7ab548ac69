"""Questions to the slaves of one line that tells silence, noise and an answer apart."""

import struct
from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from digigate.bus.requests import Priority
from digigate.catalogue.addressing import ORDERS, Order
from digigate.errors import SlaveException, SlaveGarbled, SlaveTimeout

BROADCAST = 0
PATIENCE = 0.25
"""Seconds a slave has to begin its answer (facts, gaps.md "Detection timing": A40 figure)."""
UNPACED_PATIENCE = 0.08
"""The same on a simulated line that runs faster than real time."""
CLIENT = "detection"


class Asker(Protocol):
    """A line as detection asks it: any unit, nobody else on the way."""

    async def request(
        self,
        unit: int,
        pdu: bytes,
        priority: Priority = Priority.CLIENT,
        client: Hashable = None,
        *,
        patience: float | None = None,
    ) -> bytes:
        """The answer PDU; `patience` is how long the slave may take to begin it, in seconds.

        Raises:
            SlaveException: the slave answered an exception.
            SlaveGarbled: something was heard, but no right answer.
            SlaveTimeout: nothing was heard.
            LineDown: the port is closed or was lost.
        """


class Voice(Enum):
    """What a question was answered by."""

    SILENCE = auto()
    NOISE = auto()
    REFUSAL = auto()  # a Modbus exception: somebody is there
    CLEAR = auto()


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard; `words` is what a CLEAR answer holds."""

    voice: Voice
    words: bytes = b""


class Questions:
    """Asks one line; LineDown passes through, all else is a `Hearing`."""

    def __init__(self, line: Asker, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._line = line

    async def read(
        self, unit: int, start: int, count: int, patience: float | None = None
    ) -> Hearing:
        """Read `count` words from `start`, once."""
        pdu = struct.pack(">BHH", 3, start, count)
        try:
            answer = await self.ask(unit, pdu, patience)
        except SlaveGarbled:
            return Hearing(Voice.NOISE)
        except SlaveTimeout:
            return Hearing(Voice.SILENCE)
        except SlaveException:
            return Hearing(Voice.REFUSAL)
        return Hearing(Voice.CLEAR, answer[2:])

    async def words(self, unit: int, start: int, count: int) -> bytes:
        """As `read`, for a slave that is known to be there: tried twice.

        Raises:
            SlaveError: it did not answer rightly.
        """
        pdu = struct.pack(">BHH", 3, start, count)
        try:
            return (await self.ask(unit, pdu))[2:]
        except SlaveTimeout:
            return (await self.ask(unit, pdu))[2:]

    async def order(self, order: Order) -> None:
        """Broadcast an order of the private addressing mechanism."""
        words = order.encode()
        head = struct.pack(">BHHB", 16, ORDERS, len(words) // 2, len(words))
        await self.ask(BROADCAST, head + words)

    async def ask(self, unit: int, pdu: bytes, patience: float | None = None) -> bytes:
        """One request PDU and its answer PDU.

        Raises:
            SlaveError: there was none, or a refusal.
        """
        return await self._line.request(
            unit, pdu, Priority.CLIENT, CLIENT, patience=patience or self.patience
        )
