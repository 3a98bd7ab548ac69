"""Requests come out whole, whatever the chunks and whatever the noise."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU

from digigate.simulator.wire.frames import Receiver, expected_length, is_whole, sealed

READ = sealed(bytes.fromhex("0403480c0002"))
ONE = sealed(bytes.fromhex("0506e1000005"))
MANY = sealed(bytes.fromhex("0510e10000020400010002"))


def test_the_crc_is_that_of_the_standard() -> None:
    # Modbus over serial line, the well-known example: 01 03 00 00 00 0A -> C5 CD on the wire
    assert sealed(bytes.fromhex("01030000000a")).hex() == "01030000000ac5cd"


@pytest.mark.parametrize(("frame", "length"), [(READ, 8), (ONE, 8), (MANY, 13)])
def test_the_length_is_known_from_the_start(frame: bytes, length: int) -> None:
    assert len(frame) == length
    assert expected_length(frame) == length


@pytest.mark.parametrize("start", [b"", b"\x04", MANY[:6], bytes.fromhex("0463")])
def test_the_length_is_unknown_until_enough_is_heard(start: bytes) -> None:
    assert expected_length(start) is None


@given(
    st.lists(st.sampled_from([READ, ONE, MANY]), max_size=6),
    st.lists(st.integers(1, 9), min_size=1),
)
def test_any_chunking_gives_the_same_requests(frames: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(frames)
    receiver = Receiver()
    found: list[bytes] = []
    index = 0
    while stream:
        size = sizes[index % len(sizes)]
        found += receiver.feed(stream[:size])
        stream, index = stream[size:], index + 1
    assert found == [frame[:-2] for frame in frames]
    assert not receiver.pending
    assert receiver.dropped == 0


@given(st.binary(min_size=1, max_size=300))
def test_after_noise_and_silence_a_request_is_heard(noise: bytes) -> None:
    receiver = Receiver()
    receiver.feed(noise)
    receiver.silence()
    assert not receiver.pending
    assert receiver.feed(READ) == [READ[:-2]]


@given(st.binary(min_size=1, max_size=60))
@example(b"M\xf9\xad\xd6\x0c\xff@\xd3")  # its CRC is the one that a CRC begins with
def test_a_request_behind_noise_is_found_at_the_silence(noise: bytes) -> None:
    receiver = Receiver()
    found = receiver.feed(noise + READ)
    found += receiver.silence()
    assert READ[:-2] in found


def test_noise_is_counted() -> None:
    receiver = Receiver()
    assert receiver.feed(b"\xff" * 7) == []
    assert receiver.silence() == []
    assert receiver.dropped == 7


def test_a_flood_without_a_silence_is_not_kept() -> None:
    receiver = Receiver()
    for _ in range(1000):
        receiver.feed(b"\x55" * 100)
    assert receiver.dropped > 90_000


def test_an_unknown_function_is_heard_at_the_silence() -> None:
    strange = sealed(bytes.fromhex("0463aa"))
    receiver = Receiver()
    assert receiver.feed(strange) == []
    assert receiver.silence() == [strange[:-2]]


@given(st.binary(min_size=2, max_size=254))
def test_a_sealed_body_is_whole_and_a_bent_one_is_not(body: bytes) -> None:
    frame = sealed(body)
    assert is_whole(frame)
    assert frame[-2:] == FramerRTU.compute_CRC(body).to_bytes(2, "big")
    assert not is_whole(bytes((frame[0] ^ 1,)) + frame[1:])
