"""BER as SNMP uses it (RFC 3417 §8): definite lengths, integers, object identifiers."""

from collections.abc import Iterable

Oid = tuple[int, ...]
"""The arcs of an object identifier: (1, 3, 6, 1, ..)."""

INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIMETICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = b"\x80\x00", b"\x81\x00", b"\x82\x00"
NOTHING = b"\x05\x00"
ARC_MAX = 2**32 - 1
ARCS_MAX = 128


def tlv(tag: int, content: bytes) -> bytes:
    """A whole element."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    return bytes((tag,)) + length(size) + content


def length(size: int) -> bytes:
    """The length octets of a content of `size` octets."""
    if size < 0x80:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A whole element; the unsigned types are written alike, with a leading zero where needed."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return bytes((tag, size)) + value.to_bytes(size, "big", signed=True)


def text(value: str) -> bytes:
    """A whole octet string, in UTF-8."""
    return tlv(OCTETS, value.encode())


def object_id(arcs: Oid) -> bytes:
    """A whole object identifier."""
    return tlv(OBJECT_ID, pack(arcs))


def pack(arcs: Oid) -> bytes:
    """The content octets of an object identifier that begins 1.3 or the like.

    Raises:
        ValueError: it has fewer than two arcs.
    """
    if len(arcs) < 2:
        raise ValueError(f"an object identifier has two arcs at least: {arcs}")
    return pack_arcs((40 * arcs[0] + arcs[1], *arcs[2:]))


def pack_arcs(arcs: Iterable[int]) -> bytes:
    """Some arcs as they stand inside an object identifier."""
    packed = bytearray()
    for arc in arcs:
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(0x80 | arc & 0x7F)
        packed.extend(reversed(octets))
    return bytes(packed)


def unpack(content: bytes) -> Oid:
    """The arcs of an object identifier's content octets.

    Raises:
        ValueError: they are none, or none that SNMP knows (RFC 2578 §3.5).
    """
    arcs: list[int] = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if arc > ARC_MAX:
            raise ValueError("an arc is beyond 2^32 - 1")
        if octet < 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs or content[-1] >= 0x80 or len(arcs) >= ARCS_MAX:
        raise ValueError("no object identifier")
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])


def element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The tag of the element at `at`, and where its content begins and ends, at most at `end`.

    Raises:
        ValueError: it is cut off, or its length is written in more than four octets or not at all.
    """
    if at + 2 > end:
        raise ValueError("an element is cut off")
    tag, size = data[at], data[at + 1]
    begin = at + 2
    if size >= 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= 4:
            raise ValueError("a length is written as none can be")
        size = int.from_bytes(data[begin : begin + octets], "big")
        begin += octets
    if begin + size > end:
        raise ValueError("an element is cut off")
    return tag, begin, begin + size
