"""What is asked and answered inside a message of any version (RFC 3416)."""

from typing import NamedTuple

from digigate.services.snmp.ber import INTEGER, OBJECT_ID, SEQUENCE, element, integer, length
from digigate.services.snmp.tree import ErrorStatus

GET, GET_NEXT, RESPONSE, SET, TRAP_V1, GET_BULK, INFORM, TRAP, REPORT = range(0xA0, 0xA9)
VARBINDS_MAX = 128
NO_FAULT = b"\x02\x01\x00\x02\x01\x00"
"""Error-status and error-index of an answer that has what was asked for."""


class Refusal(Exception):
    """The answer has an error-status."""

    def __init__(self, status: ErrorStatus, index: int = 0) -> None:
        super().__init__(status.name)
        self.status = status
        self.index = index


class Pdu(NamedTuple):
    """One PDU as it came."""

    kind: int
    request_id: bytes
    """The whole element, to be sent back as it is."""
    first: int
    """Error-status, or how many names a GETBULK asks once."""
    second: int
    """Error-index, or how often a GETBULK asks the others."""
    names: list[bytes]
    """The content octets of each name."""
    values: list[bytes]
    """The whole element that stands beside each name; empty unless it is a SET."""
    varbinds: bytes
    """The whole list as it came."""


def parsed(data: bytes, at: int, end: int) -> Pdu:
    """The PDU at `at`.

    Raises:
        ValueError: it is none.
        IndexError: it is cut off.
    """
    kind, at, end = element(data, at, end)
    start = at
    _, at = _integer(data, at, end)
    request_id = data[start:at]
    if data[at : at + 6] == NO_FAULT:
        first = second = 0
        at += 6
    else:
        first, at = _integer(data, at, end)
        second, at = _integer(data, at, end)
    tag, begin, stop = element(data, at, end)
    if tag != SEQUENCE or stop != end:
        raise ValueError("a PDU ends with its list of varbinds")
    names: list[bytes] = []
    values: list[bytes] = []
    _read_varbinds(data, begin, stop, names, values if kind == SET else None)
    return Pdu(kind, request_id, first, second, names, values, data[at:end])


def _read_varbinds(
    data: bytes, at: int, end: int, names: list[bytes], values: list[bytes] | None
) -> None:
    while at < end:
        # the usual short lengths are read here: a call for each costs more than the rest
        if data[at] != SEQUENCE:
            raise ValueError("a varbind is a sequence")
        size = data[at + 1]
        at += 2
        if size < 0x80:
            stop = at + size
            if stop > end:
                raise ValueError("a varbind is cut off")
        else:
            _, at, stop = element(data, at - 2, end)
        size = data[at + 1]
        name = at + 2
        if data[at] != OBJECT_ID or not size:
            raise ValueError("a varbind begins with a name")
        if size < 0x80:
            value = name + size
        else:
            _, name, value = element(data, at, stop)
        size = data[value + 1]
        if (value + 2 + size if size < 0x80 else element(data, value, stop)[2]) != stop:
            raise ValueError("a varbind has a name and a value")
        names.append(data[name:value])
        if values is not None:
            values.append(data[value:stop])
        at = stop


def _integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A number of at most 32 bits, and where it ends."""
    size = data[at + 1]
    begin = at + 2
    stop = begin + size
    if data[at] != INTEGER or not 1 <= size <= 4 or stop > end:
        raise ValueError("no number of 32 bits")
    return int.from_bytes(data[begin:stop], "big", signed=True), stop


def response(
    request_id: bytes, varbinds: bytes, fault: bytes = NO_FAULT, kind: int = RESPONSE
) -> bytes:
    """A whole PDU; `varbinds` are the elements inside the list."""
    size = len(varbinds)
    head = b"%b%b\x30%b" % (request_id, fault, length(size))
    return b"%c%b%b%b" % (kind, length(len(head) + size), head, varbinds)


QUESTION = response(integer(0), b"", kind=GET)
"""A GET of nothing, by which an engine that nobody knows yet is found (RFC 3414 §4)."""


def refusal(pdu: Pdu, status: ErrorStatus, index: int) -> bytes:
    """The answer that nothing was done, with the varbinds as they came where they have room."""
    whole = pdu.varbinds
    listed = b"" if status is ErrorStatus.TOO_BIG else whole[element(whole, 0, len(whole))[1] :]
    return response(pdu.request_id, listed, integer(status) + integer(index))


def varbind(name: bytes, value: bytes) -> bytes:
    """A whole varbind of a name's content octets and a whole value."""
    named, size = len(name), len(name) + len(value) + 2
    if size < 0x80:
        return b"0%c\x06%c%b%b" % (size, named, name, value)
    head = b"\x06%b%b" % (length(named), name)
    return b"0%b%b%b" % (length(len(head) + len(value)), head, value)
