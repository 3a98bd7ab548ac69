"""RTU frames as pure functions: CRC, building, and finding the one right answer in what was heard.

An answer's end is known by its length, never by silence, because USB adapters pause inside frames;
only functions of unknown shape end by silence. What does not match the request is noise.
"""

from dataclasses import dataclass

READ_BITS = frozenset((1, 2))
READ_REGISTERS = frozenset((3, 4))
WRITE_ONE = frozenset((5, 6))
WRITE_MANY = frozenset((15, 16))
MASK_WRITE = 22
READ_WRITE = 23
DIAGNOSTIC = 8
COUNTED = frozenset((12, 17, 20, 21))  # the third byte counts the rest
FIFO = 24
ENCAPSULATED = 43
WRITES = WRITE_ONE | WRITE_MANY | {21, MASK_WRITE, READ_WRITE}

REFUSAL = 0x80  # set in the function code of an exception answer
REFUSAL_LENGTH = 5
LONGEST = 256


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_TABLE = _crc_table()


def crc16(data: bytes | bytearray) -> int:
    """The CRC of Modbus RTU; 0 over a whole frame means the frame is intact."""
    crc, table = 0xFFFF, _TABLE
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


def build(unit: int, pdu: bytes) -> bytes:
    """The frame that carries `pdu`: unit, PDU, CRC low byte first."""
    body = bytes((unit,)) + pdu
    return body + crc16(body).to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the right answer looks like: its first bytes and, where the request tells, its length.

    `length` counts the whole frame; None means the answer itself tells, or silence does.
    """

    prefix: bytes
    refusal: bytes
    length: int | None

    def fits(self, frame: bytes) -> bool:
        """Whether a frame that is known to be whole is the answer, or its refusal."""
        if frame.startswith(self.refusal):
            return len(frame) == REFUSAL_LENGTH
        return frame.startswith(self.prefix) and self.length in (None, len(frame))


def expect(unit: int, pdu: bytes) -> Expected:
    """The answer that a request PDU calls for.

    Raises:
        ValueError: the PDU is empty, too long, or too short for its function.
    """
    if not 1 <= len(pdu) <= LONGEST - 3:
        raise ValueError(f"a request PDU has 1 to 253 bytes, this one {len(pdu)}")
    start, length = _shape(pdu)
    head = bytes((unit,))
    return Expected(head + start, head + bytes((pdu[0] | REFUSAL,)), length)


def _shape(pdu: bytes) -> tuple[bytes, int | None]:
    """First bytes of the answer's PDU, and the length of its frame if known."""
    function = pdu[0]
    if function in READ_REGISTERS or function in READ_BITS or function == READ_WRITE:
        count = _word(pdu, 3)
        size = (count + 7) // 8 if function in READ_BITS else 2 * count
        return bytes((function, size & 0xFF)), 5 + size
    if function in WRITE_ONE or function == MASK_WRITE:
        return pdu, len(pdu) + 3
    if function in WRITE_MANY:
        return pdu[:5], 8
    if function == DIAGNOSTIC:
        return (pdu if pdu[1:3] == b"\0\0" else pdu[:3]), len(pdu) + 3
    if function == ENCAPSULATED:
        return pdu[:3], None
    return pdu[:1], {7: 5, 11: 8}.get(function)


def _word(pdu: bytes, at: int) -> int:
    if len(pdu) < at + 2:
        raise ValueError(f"the request of function {pdu[0]} is cut short")
    return int.from_bytes(pdu[at : at + 2], "big")


def find(
    expected: Expected, heard: bytes | bytearray, *, silent: bool = False
) -> tuple[int, int] | None:
    """Where in `heard` the expected answer or its refusal stands intact: (start, end).

    Noise and foreign frames around it are skipped. `silent` says that nothing more is coming, so
    an answer of unknown length may end at the last byte.
    """
    unit = expected.prefix[0]
    start = heard.find(unit)
    while start >= 0:
        length = measure(expected, heard[start : start + LONGEST])
        if length is None and silent:
            length = len(heard) - start
        end = start + (length or 0)
        if length and length > 3 and end <= len(heard) and crc16(heard[start:end]) == 0:
            return start, end
        start = heard.find(unit, start + 1)
    return None


def ends_with(expected: Expected, heard: bytearray) -> tuple[int, int] | None:
    """As `find`, but only where the answer ends with the last byte heard: costs little."""
    for length in (expected.length, REFUSAL_LENGTH):
        start = len(heard) - (length or LONGEST)
        if start >= 0 and length and measure(expected, heard[start:]) == length:
            return (start, len(heard)) if crc16(heard[start:]) == 0 else None
    return None


def measure(expected: Expected, frame: bytes | bytearray) -> int | None:
    """Length of the whole frame that begins here: 0 = not an answer to us, None = cannot tell."""
    if frame.startswith(expected.refusal):
        return REFUSAL_LENGTH
    if not frame.startswith(expected.prefix):
        return 0
    return expected.length or _told(frame)


def _told(frame: bytes | bytearray) -> int | None:
    """The length that an answer tells of itself, once enough of it is heard."""
    function = frame[1]
    if function in COUNTED:
        return 5 + frame[2] if len(frame) > 2 else None
    if function == FIFO:
        return 6 + int.from_bytes(frame[2:4], "big") if len(frame) > 3 else None
    if function == ENCAPSULATED and frame[2] == 14:
        return _objects_end(frame)
    return None


def _objects_end(frame: bytes | bytearray) -> int | None:
    """End of a device identification answer: objects of (id, length, text) behind a count."""
    if len(frame) < 8:
        return None
    end = 8
    for _ in range(frame[7]):
        if len(frame) < end + 2:
            return None
        end += 2 + frame[end + 1]
    return end + 2
