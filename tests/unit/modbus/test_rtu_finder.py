"""RTU requests are found whatever lies around them and however the octets are cut."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU

from digigate.bus.frames import build, crc16
from digigate.services.modbus.rtu.finder import Request, RequestFinder

OURS = frozenset({0, 4, 12})
READ, WRITE = b"\x03\x48\x00\x00\x02", b"\x06\x48\x00\x12\x34"
COILS = b"\x0f\x00\x00\x00\x0a\x02\xcd\x01"
MANY = b"\x10\x00\x01\x00\x02\x04\x11\x11\x22\x22"
BOTH = b"\x17\x00\x00\x00\x01\x00\x00\x00\x01\x02\x12\x34"
OTHERS = (
    b"\x07",
    b"\x08\x00\x00\x12\x34",
    b"\x11",
    b"\x16\x00\x01\x00\xff\x00\x00",
    b"\x2b\x0e\x01\x00",
)
PDUS = (READ, WRITE, COILS, MANY, BOTH, *OTHERS)


def found(*pieces: bytes) -> list[tuple[int, bytes]]:
    finder = RequestFinder(OURS.__contains__)
    return [(r.unit, r.pdu) for piece in pieces for r in finder.feed(piece)]


@pytest.mark.parametrize("pdu", PDUS, ids=lambda pdu: f"function {pdu[0]}")
def test_each_function_is_found_by_its_length(pdu: bytes) -> None:
    assert found(build(4, pdu)) == [(4, pdu)]


def test_a_frame_that_pymodbus_has_made() -> None:
    frame = FramerRTU(DecodePDU(True)).encode(READ, 4, 0)
    assert found(frame) == [(4, READ)]


@pytest.mark.parametrize(
    "frame",
    [
        build(5, READ),
        build(4, b"\x64"),
        build(4, READ)[:-1],
        build(4, READ)[:-1] + b"\0",
        b"",
    ],
    ids=["another unit", "a function of unknown length", "cut short", "a wrong CRC", "nothing"],
)
def test_what_is_no_request_to_us(frame: bytes) -> None:
    assert found(frame) == []


def test_the_end_is_counted_over_all_that_was_heard() -> None:
    finder = RequestFinder(OURS.__contains__)
    assert finder.feed(b"\xff" * 1000) == []
    assert finder.feed(build(4, READ)) == [Request(4, READ, 1008)]
    assert finder.heard == 1008


def test_a_byte_count_that_lies_makes_nobody_deaf() -> None:
    lie = b"\x04\x10\x00\x00\x00\x7b\xf6"
    assert found(lie, build(4, READ), build(4, MANY)) == [(4, READ), (4, MANY)]


UNITS = st.sampled_from([0, 4, 5, 12, 255])
FRAMES = st.builds(build, UNITS, st.sampled_from(PDUS))
ANSWERS = st.builds(lambda u, d: build(u, bytes((3, len(d))) + d), UNITS, st.binary(max_size=250))
STREAMS = st.lists(st.one_of(FRAMES, ANSWERS, st.binary(max_size=300)), max_size=20).map(b"".join)
CUTS = st.lists(st.integers(0, 4000), max_size=30)


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    return [stream[a:b] for a, b in pairwise(places)]


@settings(deadline=None, max_examples=150)
@given(STREAMS, CUTS)
def test_the_pieces_do_not_matter(stream: bytes, cuts: list[int]) -> None:
    assert found(*pieces(stream, cuts)) == found(stream)


@settings(deadline=None, max_examples=150)
@given(STREAMS, st.sampled_from(PDUS))
def test_it_is_never_deaf(stream: bytes, pdu: bytes) -> None:
    assert found(stream, build(12, pdu))[-1] == (12, pdu)


@settings(deadline=None, max_examples=150)
@given(STREAMS)
def test_whatever_is_found_was_said_to_us(stream: bytes) -> None:
    finder = RequestFinder(OURS.__contains__)
    for request in finder.feed(stream):
        assert request.unit in OURS
        frame = stream[request.end - len(request.pdu) - 3 : request.end]
        assert frame == build(request.unit, request.pdu)
        assert crc16(frame) == 0


def test_what_is_held_stays_small() -> None:
    finder = RequestFinder(OURS.__contains__)
    for _ in range(200):
        finder.feed(b"\x04\x10\x00\x00\x00\x7b\xf6" * 30)
    assert len(finder._held) <= 512
    assert len(finder._ends) <= 512
