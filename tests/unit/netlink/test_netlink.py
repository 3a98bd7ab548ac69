"""What the kernel says by netlink, and what is no answer of a kernel."""

import struct

import pytest

from digigate.netlink import attributes, dump, messages

NEW_LINK, GET_LINK = 16, 18


def test_a_datagram_of_the_kernel_holds_several_messages() -> None:
    def message(kind: int, body: bytes) -> bytes:
        length = 16 + len(body)
        return struct.pack("=IHHII", length, kind, 0, 1, 0) + body + bytes(-length % 4)

    data = message(28, b"one") + message(3, b"four")
    assert list(messages(data)) == [(28, b"one"), (3, b"four")]
    assert list(messages(data[:10])) == []
    assert list(messages(bytes(16))) == []


def test_attributes_are_told_by_their_types_and_cut_off_ones_are_left_out() -> None:
    data = struct.pack("=HH3sx", 7, 2, b"abc") + struct.pack("=HH", 4, 9)
    assert attributes(b"head" + data, 4) == {2: b"abc", 9: b""}
    assert attributes(data + b"\x03\x00", 0) == {2: b"abc", 9: b""}
    assert attributes(struct.pack("=HH", 3, 1), 0) == {}


def test_this_kernel_tells_of_loopback() -> None:
    told = list(dump(GET_LINK, bytes(16)))
    assert {kind for kind, _ in told} == {NEW_LINK}
    assert any(attributes(body, 16).get(3) == b"lo\0" for _, body in told)


def test_a_request_that_the_kernel_does_not_know_has_no_answer() -> None:
    assert list(dump(999, bytes(16))) == []


@pytest.mark.parametrize("size", range(1, 16))
def test_half_a_header_is_no_message(size: int) -> None:
    assert list(messages(bytes(size))) == []
