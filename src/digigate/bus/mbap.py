"""Frames of Modbus TCP as pure functions: a header of seven octets, a PDU (guide V1.0b)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = struct.Struct(">HHHB")
_PDU_MAX = 253


@dataclass(frozen=True, slots=True)
class Adu:
    """One frame: whose transaction it is, for or from which unit, and what it says."""

    transaction: int
    unit: int
    pdu: bytes

    def encode(self) -> bytes:
        """The octets on the wire."""
        return _HEADER.pack(self.transaction, 0, 1 + len(self.pdu), self.unit) + self.pdu


def split(heard: bytearray) -> Iterator[Adu]:
    """Take the whole frames off the front of what was heard.

    Raises:
        ValueError: this is not Modbus TCP; where the next frame begins is unknown for good.
    """
    while len(heard) >= _HEADER.size:
        transaction, protocol, length, unit = _HEADER.unpack_from(heard)
        if protocol or not 2 <= length <= 1 + _PDU_MAX:
            raise ValueError(f"no frame of Modbus TCP begins with {heard[: _HEADER.size].hex(' ')}")
        end = _HEADER.size - 1 + length
        if len(heard) < end:
            return
        pdu = bytes(heard[_HEADER.size : end])
        del heard[:end]
        yield Adu(transaction, unit, pdu)
