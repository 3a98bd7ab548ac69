"""Logic inputs and outputs as bits (FC01, 02, 05, 15), by way of the registers that hold them.

SOCOMEC tables have registers only; the numbering is ours: input or output n is bit n - 1.
"""

from collections.abc import Awaitable, Callable

from pymodbus.constants import ExcCodes

from digigate.catalogue import Inputs, Model, Outputs, Point
from digigate.services.modbus.client import Client
from digigate.services.modbus.pdu import (
    CHANGES,
    Function,
    Refusal,
    coils_of,
    read_bits_of,
    refusal,
)

Registers = Callable[[int, bytes, Client], bytes | Awaitable[bytes]]


class Bits:
    """`registers(unit, pdu, client)` answers FC03, FC06 and FC16."""

    def __init__(self, registers: Registers) -> None:
        self._registers = registers

    def answer(
        self, unit: int, model: Model | None, pdu: bytes, client: Client
    ) -> Awaitable[bytes]:
        """The answer PDU to a request for bits.

        Raises:
            Refusal: 01 where the model has no such bits, 03 and 02 as for registers.
        """
        if model is None:
            raise Refusal(ExcCodes.ILLEGAL_FUNCTION)
        if pdu[0] in CHANGES:
            return self._write(unit, _orders(model, pdu), pdu, client)
        bits = model.outputs if pdu[0] == Function.READ_COILS else model.inputs
        if bits is None:
            raise Refusal(ExcCodes.ILLEGAL_FUNCTION)
        asked = _within(read_bits_of(pdu), bits)
        return self._read(unit, _point(model, bits.state), asked, pdu, client)

    async def _read(
        self, unit: int, point: Point, bits: tuple[int, int], pdu: bytes, client: Client
    ) -> bytes:
        answer = await self._asked(unit, _read_of(point), client)
        if answer[0] & REFUSED:
            return refusal(pdu[0], answer[1])
        start, count = bits
        mask = int.from_bytes(answer[2:], "big") >> start & (1 << count) - 1
        data = mask.to_bytes((count + 7) // 8, "little")
        return bytes((pdu[0], len(data))) + data

    async def _write(
        self, unit: int, orders: tuple[bytes, ...], pdu: bytes, client: Client
    ) -> bytes:
        """The first refusal ends it; outputs switched before that stay so."""
        for order in orders:
            answer = await self._asked(unit, order, client)
            if answer[0] & REFUSED:
                return refusal(pdu[0], answer[1])
        return pdu[:5]

    async def _asked(self, unit: int, pdu: bytes, client: Client) -> bytes:
        answer = self._registers(unit, pdu, client)
        return answer if isinstance(answer, bytes) else await answer


REFUSED = 0x80


def _within(asked: tuple[int, int], bits: Inputs | Outputs) -> tuple[int, int]:
    if asked[0] + asked[1] > bits.count:
        raise Refusal(ExcCodes.ILLEGAL_ADDRESS)
    return asked


def _point(model: Model, name: str) -> Point:
    point = model.named[name]
    if not isinstance(point, Point):
        raise TypeError(f"{model.key}: {name} is no register")
    return point


def _read_of(point: Point) -> bytes:
    head = bytes((Function.READ_HOLDING,))
    return head + point.address.to_bytes(2, "big") + point.words.to_bytes(2, "big")


def _orders(model: Model, pdu: bytes) -> tuple[bytes, ...]:
    """Writes of the masks that switch some outputs on and some off."""
    outputs = model.outputs
    if outputs is None or not outputs.switch_on:
        raise Refusal(ExcCodes.ILLEGAL_FUNCTION)
    start, count, on = coils_of(pdu)
    _within((start, count), outputs)
    off = (1 << count) - 1 & ~on
    masks = ((outputs.switch_on, on << start), (outputs.switch_off, off << start))
    return tuple(_write_of(_point(model, name), mask) for name, mask in masks if mask)


def _write_of(point: Point, word: int) -> bytes:
    head = bytes((Function.WRITE_SINGLE,)) + point.address.to_bytes(2, "big")
    return head + word.to_bytes(2, "big")
