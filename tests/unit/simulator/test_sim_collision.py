"""Slaves that speak at once are never understood."""

from random import Random

import pytest

from digigate.simulator.wire.collision import APART, collided, holds_answer
from digigate.simulator.wire.frames import is_whole, sealed

READ = sealed(bytes.fromhex("050304") + b"\0\1\0\2")
LONG = sealed(bytes((5, 3, 250)) + bytes(range(250)))
REFUSED = sealed(bytes.fromhex("058302"))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize(
    "frames",
    [(READ, READ), (READ, REFUSED), (REFUSED, REFUSED), (LONG, LONG), (LONG, READ), (READ,) * 5],
)
def test_no_answer_can_be_found_in_a_collision(frames: tuple[bytes, ...], seed: int) -> None:
    mess = collided(frames, Random(seed))
    assert not is_whole(mess)
    assert not holds_answer(mess)
    longest = max(map(len, frames))
    assert longest <= len(mess) <= longest + APART


def test_an_answer_is_found_wherever_it_stands() -> None:
    for frame in (READ, LONG, REFUSED, sealed(bytes.fromhex("0506001000ff"))):
        assert holds_answer(b"\xff\x00" + frame + b"\x07")
        assert not holds_answer(frame[:-1])
