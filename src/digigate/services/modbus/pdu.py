"""The functions that the gateway knows, and when a request PDU is well formed.

Source: MODBUS Application Protocol V1.1b3; checks go in the order of its state diagrams:
function (01), quantity and length (03), address (02).
"""

from enum import IntEnum
from struct import Struct

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ExceptionResponse

READ_MAX = 125  # registers in one FC03 or FC04
WRITE_MAX = 123  # registers in one FC16
BITS_MAX = 2000  # in one FC01 or FC02
COILS_MAX = 1968  # in one FC15
ADDRESSES = 0x10000

_START_AND_COUNT = Struct(">HH")
_LENGTH_OF_READ = 5  # function, start, quantity; FC06 is as long
_HEAD_OF_WRITE = 6  # function, start, quantity, byte count


class Function(IntEnum):
    """Function codes that are answered; all others are exception 01."""

    READ_COILS = 1  # of slaves that have outputs
    READ_DISCRETE = 2  # of slaves that have inputs
    READ_HOLDING = 3
    READ_INPUT = 4
    WRITE_COIL = 5
    WRITE_SINGLE = 6
    DIAGNOSTIC = 8  # only of the gateway itself
    WRITE_COILS = 15
    WRITE_MULTIPLE = 16
    REPORT_SERVER_ID = 17  # only of the gateway itself
    ENCAPSULATED = 43  # only with MEI type 14, read device identification


READS = frozenset((Function.READ_HOLDING, Function.READ_INPUT))
WRITES = frozenset((Function.WRITE_SINGLE, Function.WRITE_MULTIPLE))
BITS = frozenset(
    (Function.READ_COILS, Function.READ_DISCRETE, Function.WRITE_COIL, Function.WRITE_COILS)
)
CHANGES = WRITES | {Function.WRITE_COIL, Function.WRITE_COILS}
SLAVE_FUNCTIONS = READS | WRITES | BITS | {Function.ENCAPSULATED}
OWN_FUNCTIONS = (
    READS | WRITES | {Function.DIAGNOSTIC, Function.REPORT_SERVER_ID, Function.ENCAPSULATED}
)


class Refusal(Exception):
    """The request is answered with a Modbus exception."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code:#04x}")
        self.code = code


def refusal(function: int, code: int) -> bytes:
    """The exception PDU for a request of this function."""
    answer = ExceptionResponse(function, code)
    return bytes((answer.function_code,)) + answer.encode()


def read_of(pdu: bytes) -> tuple[int, int]:
    """Start and count of an FC03 or FC04 request.

    Raises:
        Refusal: 03 for a wrong length or quantity, 02 beyond the last address.
    """
    if len(pdu) != _LENGTH_OF_READ:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    start, count = _START_AND_COUNT.unpack_from(pdu, 1)
    return _within(start, count, READ_MAX)


def write_of(pdu: bytes) -> tuple[int, int]:
    """Start and count of an FC06 or FC16 request; raises as `read_of`."""
    if pdu[0] == Function.WRITE_SINGLE:
        if len(pdu) != _LENGTH_OF_READ:
            raise Refusal(ExcCodes.ILLEGAL_VALUE)
        return int.from_bytes(pdu[1:3], "big"), 1
    if len(pdu) < _HEAD_OF_WRITE or len(pdu) != _HEAD_OF_WRITE + pdu[5]:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    start, count = _START_AND_COUNT.unpack_from(pdu, 1)
    if pdu[5] != 2 * count:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    return _within(start, count, WRITE_MAX)


def read_bits_of(pdu: bytes) -> tuple[int, int]:
    """Start and count of an FC01 or FC02 request; raises as `read_of`."""
    if len(pdu) != _LENGTH_OF_READ:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    start, count = _START_AND_COUNT.unpack_from(pdu, 1)
    return _within(start, count, BITS_MAX)


def coils_of(pdu: bytes) -> tuple[int, int, int]:
    """Start, count and values (first coil = bit 0) of an FC05 or FC15 request.

    Raises:
        Refusal: 03 for a wrong length, quantity or value, 02 beyond the last address.
    """
    if pdu[0] == Function.WRITE_COIL:
        if len(pdu) != _LENGTH_OF_READ or pdu[3:] not in (b"\xff\0", b"\0\0"):
            raise Refusal(ExcCodes.ILLEGAL_VALUE)
        return int.from_bytes(pdu[1:3], "big"), 1, int(pdu[3] == 0xFF)
    if len(pdu) < _HEAD_OF_WRITE or len(pdu) != _HEAD_OF_WRITE + pdu[5]:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    start, count = _START_AND_COUNT.unpack_from(pdu, 1)
    if pdu[5] != (count + 7) // 8:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    _within(start, count, COILS_MAX)
    return start, count, int.from_bytes(pdu[_HEAD_OF_WRITE:], "little") & (1 << count) - 1


def written(pdu: bytes) -> bytes:
    """The words of a write that `write_of` let pass."""
    return pdu[3:5] if pdu[0] == Function.WRITE_SINGLE else pdu[_HEAD_OF_WRITE:]


def _within(start: int, count: int, most: int) -> tuple[int, int]:
    if not 1 <= count <= most:
        raise Refusal(ExcCodes.ILLEGAL_VALUE)
    if start + count > ADDRESSES:
        raise Refusal(ExcCodes.ILLEGAL_ADDRESS)
    return start, count
