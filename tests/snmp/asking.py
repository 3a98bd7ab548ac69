"""Requests as a manager writes them, and answers as it reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.pdu import varbind
from digigate.services.snmp.secure import read_header
from digigate.services.snmp.usm import User

Varbind = tuple[Oid, bytes]


def pdu(kind: int, names: Iterable[Oid], first: int = 0, second: int = 0, number: int = 1) -> bytes:
    return pdu_of(kind, [(name, ber.NOTHING) for name in names], first, second, number)


def pdu_of(
    kind: int, pairs: Iterable[Varbind], first: int = 0, second: int = 0, number: int = 1
) -> bytes:
    listed = b"".join(varbind(ber.pack(name), value) for name, value in pairs)
    numbers = b"".join(map(ber.integer, (number, first, second)))
    return ber.tlv(kind, numbers + ber.tlv(ber.SEQUENCE, listed))


def message(version: int, community: str, inner: bytes) -> bytes:
    head = ber.integer(version) + ber.text(community)
    return ber.tlv(ber.SEQUENCE, head + inner)


def reportable(request: bytes, user: User) -> bytes:
    """With the flag that asks for a Report, signed again."""
    _, at, end = ber.element(request, 0, len(request))
    header = read_header(request, at + 3, end)
    flags = request.index(bytes((ber.OCTETS, 1, header.flags)), at) + 2
    asked = bytearray(request)
    asked[flags] |= 4
    if user.signature is not None:
        place = slice(header.signed_at, header.signed_at + header.signed)
        asked[place] = bytes(header.signed)
        asked[place] = user.signature.sign(bytes(asked))
    return bytes(asked)


@dataclass(frozen=True)
class Told:
    """A response: what a manager sees of it."""

    kind: int
    number: int
    status: int
    index: int
    varbinds: Sequence[tuple[Oid, int, int | bytes]]
    """Name, tag, and the number or the octets."""


def told(answer: bytes) -> Told:
    """Read a response of version 1 or 2c."""
    _, at, end = ber.element(answer, 0, len(answer))
    assert end == len(answer)
    for _ in range(2):
        _, _, at = ber.element(answer, at, end)
    return told_pdu(answer, at, end)


def told_pdu(answer: bytes, at: int, end: int) -> Told:
    kind, at, stop = ber.element(answer, at, end)
    number, at = _number(answer, at, stop)
    status, at = _number(answer, at, stop)
    index, at = _number(answer, at, stop)
    _, at, last = ber.element(answer, at, stop)
    assert last == stop
    found: list[tuple[Oid, int, int | bytes]] = []
    while at < last:
        _, begin, at = ber.element(answer, at, last)
        _, name_at, name_end = ber.element(answer, begin, at)
        tag, value_at, value_end = ber.element(answer, name_end, at)
        assert value_end == at
        found.append((ber.unpack(answer[name_at:name_end]), tag, _value(tag, answer[value_at:at])))
    return Told(kind, number, status, index, found)


def _number(answer: bytes, at: int, end: int) -> tuple[int, int]:
    _, begin, stop = ber.element(answer, at, end)
    return int.from_bytes(answer[begin:stop], "big", signed=True), stop


NUMBERS = frozenset((ber.INTEGER, ber.COUNTER32, ber.GAUGE32, ber.TIMETICKS, ber.COUNTER64))


def _value(tag: int, content: bytes) -> int | bytes:
    if tag in NUMBERS:
        return int.from_bytes(content, "big", signed=True)
    return content
