"""Late answers: who is held, what is owed, and when it may be forgotten."""

import pytest

from digigate.bus.frames import build, expect
from digigate.bus.lateness import OWED, Lateness
from digigate.bus.queue import Exchange
from digigate.bus.requests import Priority


def exchange(unit: int, start: int, count: int = 2) -> Exchange:
    pdu = b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big")
    return Exchange(unit, pdu, build(unit, pdu), expect(unit, pdu), Priority.POLL)


def answer(unit: int, count: int = 2) -> bytearray:
    return bytearray(build(unit, bytes((3, 2 * count)) + bytes(2 * count)))


@pytest.fixture
def lateness() -> Lateness:
    """A line on which slave 5 missed a read of two registers, sent at 100.0."""
    found = Lateness(turnaround_max=0.5)
    found.missed(exchange(5, 18432), sent=100.0, held_until=100.6)
    return found


def test_a_slave_that_missed_is_asked_nothing_and_others_are(lateness: Lateness) -> None:
    assert lateness.free_at(exchange(5, 18432)) == 100.6
    assert lateness.free_at(exchange(5, 0, count=9)) == 100.6
    assert lateness.free_at(exchange(6, 18432)) == 0


def test_another_read_whose_answer_looks_the_same_waits_longer(lateness: Lateness) -> None:
    assert lateness.free_at(exchange(5, 20480)) == 100.0 + OWED


def test_the_same_read_may_be_repeated_once(lateness: Lateness) -> None:
    lateness.expire(100.6)
    repeated = exchange(5, 18432)
    assert lateness.free_at(repeated) == 0
    lateness.answered(repeated, 100.7, refused=False)
    assert lateness.free_at(repeated) == pytest.approx(100.7 + OWED)
    assert lateness.free_at(exchange(5, 20480)) == pytest.approx(100.7 + OWED)


def test_the_late_answer_frees_the_slave_at_once(lateness: Lateness) -> None:
    paid = lateness.settle(bytearray(b"\xff") + answer(5))
    assert paid is not None
    assert (paid.unit, paid.sent) == (5, 100.0)
    assert lateness.free_at(exchange(5, 20480)) == 0
    assert not lateness


@pytest.mark.parametrize("heard", [answer(6), answer(5, count=3), answer(5)[:-1]])
def test_what_is_not_the_late_answer_frees_nobody(lateness: Lateness, heard: bytearray) -> None:
    assert lateness.settle(heard) is None
    assert lateness.in_doubt(5)


def test_a_late_refusal_pays_too(lateness: Lateness) -> None:
    assert lateness.settle(bytearray(build(5, b"\x83\x02"))) is not None


def test_two_misses_are_owed_two_answers(lateness: Lateness) -> None:
    lateness.missed(exchange(5, 18432), sent=101.0, held_until=101.6)
    assert lateness.settle(answer(5)) is not None
    assert lateness.in_doubt(5)
    assert lateness.settle(answer(5)) is not None
    assert not lateness.in_doubt(5)


def test_a_refusal_in_doubt_may_be_the_older_requests(lateness: Lateness) -> None:
    other = exchange(5, 0, count=9)
    lateness.answered(other, 100.7, refused=True)
    assert lateness.free_at(exchange(5, 100, count=9)) == pytest.approx(100.7 + OWED)


def test_an_answer_of_a_slave_that_owes_nothing_leaves_no_trace() -> None:
    lateness = Lateness(turnaround_max=0.5)
    lateness.answered(exchange(5, 0), 100.0, refused=True)
    assert not lateness


def test_everything_ends_with_time(lateness: Lateness) -> None:
    assert lateness.next_change() == 100.6
    lateness.expire(100.6)
    assert lateness.next_change() == 100.0 + OWED
    lateness.expire(100.0 + OWED)
    assert lateness.next_change() is None
    assert not lateness


def test_a_slow_setting_means_longer_doubt() -> None:
    lateness = Lateness(turnaround_max=5)
    lateness.missed(exchange(5, 0), sent=0.0, held_until=6.0)
    assert lateness.free_at(exchange(5, 7)) == 20.0
