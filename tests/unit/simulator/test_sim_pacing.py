"""The schedule of an answer is arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigate.simulator.wire.pacing import Wire, delivery, heard

CHAR = 10 / 38400  # 8N1


def test_a_request_is_charged_its_time_on_the_wire() -> None:
    wire = Wire(CHAR)
    assert heard(wire, began=5.0, now=5.0, count=8) == pytest.approx(5.0 + 8 * CHAR)


def test_a_request_that_came_slowly_is_not_charged_twice() -> None:
    assert heard(Wire(CHAR), began=5.0, now=6.0, count=8) == 6.0


@given(st.binary(min_size=1, max_size=256), st.sampled_from([1, 8]))
def test_pieces_arrive_when_their_last_character_does(answer: bytes, chunk: int) -> None:
    pieces = delivery(Wire(CHAR, chunk), 100.0, answer)
    assert b"".join(piece.data for piece in pieces) == answer
    count = 0
    for piece in pieces:
        count += len(piece.data)
        assert piece.due == pytest.approx(100.0 + count * CHAR)
        assert len(piece.data) <= chunk
    assert all(len(piece.data) == chunk for piece in pieces[:-1])


def test_an_ideal_wire_gives_everything_at_once() -> None:
    (piece,) = delivery(Wire(0.0), 3.0, bytes(200))
    assert (piece.due, len(piece.data)) == (3.0, 200)


@pytest.mark.parametrize(
    ("baudrate", "bits", "count", "expected"),
    [(9600, 11, 125, 0.3048), (38400, 11, 125, 0.0762), (115200, 11, 60, 0.0125)],
)
def test_the_wire_limits_are_those_of_the_standard(
    baudrate: int, bits: int, count: int, expected: float
) -> None:
    """`(8 + 5 + 2n)` characters: a request and its answer."""
    wire = Wire(bits / baudrate)
    end = heard(wire, 0.0, 0.0, 8)
    last = delivery(wire, end, bytes(5 + 2 * count))[-1]
    assert last.due == pytest.approx(expected, rel=0.02)
