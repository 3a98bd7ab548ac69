"""GET, GETNEXT and GETBULK over a view (RFC 3416 §4.2, RFC 3584 §4)."""

from collections.abc import Iterator
from itertools import islice

from digigate.services.snmp.ber import (
    COUNTER64,
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    unpack,
)
from digigate.services.snmp.pdu import (
    GET,
    GET_BULK,
    GET_NEXT,
    VARBINDS_MAX,
    Pdu,
    Refusal,
    response,
    varbind,
)
from digigate.services.snmp.tree import ErrorStatus, View

READS = frozenset((GET, GET_NEXT, GET_BULK))
Pair = tuple[bytes, bytes]
HEAD = 40
"""Octets of a response around its varbinds, at most."""


def read(view: View, pdu: Pdu, room: int, *, old: bool = False) -> bytes:
    """The response, no longer than `room`; `old` = as version 1 has it.

    Raises:
        Refusal: it has another status than noError.
        ValueError: a name is none, or version 1 has no such request.
    """
    if len(pdu.names) > VARBINDS_MAX:
        raise Refusal(ErrorStatus.TOO_BIG)
    if old:
        return _old(view, pdu, room)
    if pdu.kind == GET_BULK:
        return response(pdu.request_id, _bulk(view, pdu, room - HEAD))
    if pdu.kind == GET:
        found = [varbind(name, _at(view, name)) for name in pdu.names]
    else:
        found = [varbind(*_after(view, name)) for name in pdu.names]
    listed = b"".join(found)
    if len(listed) > room - HEAD:
        raise Refusal(ErrorStatus.TOO_BIG)
    return response(pdu.request_id, listed)


def _at(view: View, name: bytes) -> bytes:
    value = view.get(name)
    if value[0] >= NO_SUCH_OBJECT[0]:
        unpack(name)  # no name at all is another matter than nobody's name
    return value


def _after(view: View, name: bytes) -> Pair:
    return view.after(name) or (name, END_OF_MIB_VIEW)


def _old(view: View, pdu: Pdu, room: int) -> bytes:
    """Version 1 knows no exceptions and no numbers of 64 bits (RFC 3584 §4.2.2.1)."""
    if pdu.kind == GET_BULK:
        raise ValueError("version 1 has no GETBULK")
    found = []
    for index, name in enumerate(pdu.names, 1):
        pair = (name, _at(view, name)) if pdu.kind == GET else _old_after(view, name)
        if pair is None or pair[1][0] in {COUNTER64, NO_SUCH_OBJECT[0], NO_SUCH_INSTANCE[0]}:
            raise Refusal(ErrorStatus.NO_SUCH_NAME, index)
        found.append(varbind(*pair))
    listed = b"".join(found)
    if len(listed) > room - HEAD:
        raise Refusal(ErrorStatus.TOO_BIG)
    return response(pdu.request_id, listed)


def _old_after(view: View, name: bytes) -> Pair | None:
    return next((pair for pair in view.walk(name) if pair[1][0] != COUNTER64), None)


def _bulk(view: View, pdu: Pdu, room: int) -> bytes:
    """As many varbinds as fit: one for each of the first names, then rounds over the others."""
    once = min(max(pdu.first, 0), len(pdu.names))
    rounds = max(pdu.second, 0)
    found = [varbind(*_after(view, name)) for name in pdu.names[:once]]
    left = room - sum(map(len, found))
    if left >= 0 and rounds and len(pdu.names) - once == 1:
        _column(found, view, pdu.names[once], rounds, left)
    elif left >= 0 and rounds:
        _rows(found, view, pdu.names[once:], rounds, left)
    while left < 0:
        left += len(found.pop())
    return b"".join(found)


def _column(found: list[bytes], view: View, name: bytes, rounds: int, left: int) -> None:
    """The usual walk: one name, asked again and again."""
    before, last = len(found), name
    for last, value in islice(view.walk(name), rounds):
        element = varbind(last, value)
        left -= len(element)
        if left < 0:
            return
        found.append(element)
    if len(found) - before < rounds:
        element = varbind(last, END_OF_MIB_VIEW)
        if len(element) <= left:
            found.append(element)


def _rows(found: list[bytes], view: View, names: list[bytes], rounds: int, left: int) -> None:
    """Several names; a round in which all have ended is the last."""
    walks: list[Iterator[Pair]] = [iter(view.walk(name)) for name in names]
    last = list(names)
    for _ in range(rounds):
        ended = True
        for place, walk in enumerate(walks):
            pair = next(walk, None)
            if pair is None:
                pair = (last[place], END_OF_MIB_VIEW)
            else:
                last[place] = pair[0]
                ended = False
            element = varbind(*pair)
            left -= len(element)
            if left < 0:
                return
            found.append(element)
        if ended:
            return
