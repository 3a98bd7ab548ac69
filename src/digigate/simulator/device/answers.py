"""What a slave answers: requests to PDUs, with the exceptions of the facts' page."""

import struct
from typing import Protocol

READ, WRITE_ONE, WRITE_MANY = 3, 6, 16
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
READ_MAX, WRITE_MAX = 125, 123


class Illegal(Exception):
    """A request that the device answers with a Modbus exception."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code:#04x}")
        self.code = code


class Registers(Protocol):
    """The holding registers of one device."""

    def read(self, start: int, count: int) -> bytes:
        """Big-endian words.

        Raises:
            Illegal: 02, outside the declared blocks or across a border.
        """
        ...

    def write(self, start: int, data: bytes) -> None:
        """Take words.

        Raises:
            Illegal: 02, not declared or not writable; 03, a value that cannot be.
        """
        ...


def answer(registers: Registers, pdu: bytes) -> bytes:
    """The answer to one request PDU; never raises."""
    try:
        return _serve(registers, pdu)
    except Illegal as refusal:
        return bytes((pdu[0] | 0x80, refusal.code))


def _serve(registers: Registers, pdu: bytes) -> bytes:
    if pdu[0] == READ and len(pdu) == 5:
        start, count = struct.unpack_from(">HH", pdu, 1)
        if not 1 <= count <= READ_MAX:
            raise Illegal(ILLEGAL_VALUE)
        return bytes((READ, 2 * count)) + registers.read(start, count)
    if pdu[0] == WRITE_ONE and len(pdu) == 5:
        registers.write(int.from_bytes(pdu[1:3], "big"), pdu[3:5])
        return pdu
    if pdu[0] == WRITE_MANY and len(pdu) >= 6:
        start, count, octets = struct.unpack_from(">HHB", pdu, 1)
        if not 1 <= count <= WRITE_MAX or octets != 2 * count or len(pdu) != 6 + octets:
            raise Illegal(ILLEGAL_VALUE)
        registers.write(start, pdu[6:])
        return pdu[:5]
    raise Illegal(ILLEGAL_FUNCTION)
