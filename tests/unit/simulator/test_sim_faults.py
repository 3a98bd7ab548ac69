"""What each fault makes of an answer, how often, and what the book says of it."""

from datetime import UTC, datetime
from random import Random

import pytest

from digigate.simulator.device.front import Light
from digigate.simulator.faults import Book, Fault, Faults, Kind
from digigate.simulator.faults.lines import LineFaults
from digigate.simulator.faults.spoiling import babble, noisy, spoiled
from digigate.simulator.wire.frames import is_whole, sealed
from digigate.simulator.wire.line import Saying
from fieldbus.stations import Ticks, ask, station

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
ANSWER = Saying(sealed(bytes.fromhex("050304") + b"\0\1\0\2"))


@pytest.fixture
def book() -> Book:
    return Book(lambda: NOON, Random(7))


@pytest.fixture
def faults(book: Book) -> Faults:
    return Faults(book)


def of(kind: str, **told: float) -> Fault:
    return Fault.of(Kind(kind), **told)


def test_without_faults_all_is_right(faults: Faults) -> None:
    assert spoiled(ANSWER, faults) == (ANSWER,)
    assert not faults.injected


def test_silent_says_nothing(faults: Faults) -> None:
    faults.set(of("silent"))
    assert spoiled(ANSWER, faults) == ()


def test_late_says_the_same_later(faults: Faults) -> None:
    faults.set(of("late", seconds=0.7))
    assert spoiled(ANSWER, faults) == (Saying(ANSWER.frame, 0.7),)


@pytest.mark.parametrize("kind", ["crc", "truncated"])
def test_a_spoiled_frame_is_never_whole(faults: Faults, kind: str) -> None:
    faults.set(of(kind))
    for _ in range(300):
        (said,) = spoiled(ANSWER, faults)
        assert said.frame
        assert not is_whole(said.frame)
    assert faults.injected == {Kind(kind): 300}


def test_an_exception_has_the_code_that_was_ordered(faults: Faults) -> None:
    faults.set(of("exception", code=6))
    (said,) = spoiled(ANSWER, faults)
    assert said.frame == sealed(b"\x05\x83\x06")


def test_a_wrong_unit_answers_for_another(faults: Faults) -> None:
    faults.set(of("wrong-unit"))
    for _ in range(300):
        (said,) = spoiled(ANSWER, faults)
        assert is_whole(said.frame)
        assert said.frame[0] in set(range(1, 248)) - {5}


def test_a_duplicate_speaks_too(faults: Faults) -> None:
    faults.set(of("duplicate"))
    first, second = spoiled(ANSWER, faults)
    assert first == ANSWER
    assert is_whole(second.frame)
    assert second.frame[:3] == ANSWER.frame[:3]


def test_so_many_times_and_no_more(faults: Faults, book: Book) -> None:
    faults.set(of("silent", times=2))
    assert [spoiled(ANSWER, faults) for _ in range(3)] == [(), (), (ANSWER,)]
    assert faults.active == ()
    assert [(each.moment, each.kind) for each in book.last] == [(NOON, Kind.SILENT)] * 2


def test_a_share_of_all_answers(faults: Faults) -> None:
    faults.set(of("silent", share=0.1))
    silent = sum(not spoiled(ANSWER, faults) for _ in range(2000))
    assert 120 < silent < 280
    assert faults.injected[Kind.SILENT] == silent


def test_faults_are_cleared_one_by_one_or_all(faults: Faults) -> None:
    for kind in ("silent", "late", "crc"):
        faults.set(of(kind))
    faults.clear(Kind.SILENT)
    assert [fault.kind for fault in faults.active] == [Kind.LATE, Kind.CRC]
    faults.clear()
    assert faults.active == ()


@pytest.mark.parametrize(
    ("kind", "told", "said"),
    [
        ("silent", {"seconds": 1}, "silent takes share, times, not seconds"),
        ("late", {"code": 1}, "late takes seconds, share, times, not code"),
        ("echo", {"times": 1}, "echo takes nothing, not times"),
    ],
)
def test_what_a_fault_cannot_be_told(kind: str, told: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        of(kind, **told)


@pytest.mark.parametrize("seed", range(50))
def test_noise_and_babble_are_no_answers_to_a_read(seed: int) -> None:
    chance = Random(seed)
    for _ in range(20):
        assert not is_whole(noisy(ANSWER.frame, chance))
        said = babble(5, chance)
        assert not (is_whole(said) and said[1] == 3)


def test_noise_on_a_line_hits_requests_and_answers(book: Book) -> None:
    line = LineFaults(book)
    assert not line.loses()
    assert line.passed(ANSWER.frame) == ANSWER.frame
    line.set(of("noise", share=1.0))
    assert line.loses()
    assert line.passed(ANSWER.frame) != ANSWER.frame
    assert line.injected[Kind.NOISE] == 2
    assert not line.echoes
    line.set(of("echo"))
    assert line.echoes


def test_a_slave_at_the_wrong_speed_is_dark_and_comes_back() -> None:
    slave = station("diris-b30")
    slave.faults.set(of("wrong-speed", baudrate=19200))
    assert slave.baudrate == 19200
    assert slave.com().light is Light.DARK
    slave.faults.clear()
    assert slave.baudrate == 38400


async def test_a_wrong_clock_is_wrong_until_it_is_set() -> None:
    slave = station("diris-b30", Ticks())
    clock = "03e1000006"
    assert ask(slave, 5, clock) == "030c0003000307ea000b00000000"
    fault = of("clock", seconds=-3600)
    slave.suffer(fault)
    assert ask(slave, 5, clock) == "030c0003000307ea000a00000000"
    ask(slave, 5, "10e10000060c0003000307ea000b00000000")
    assert ask(slave, 5, clock) == "030c0003000307ea000b00000000"
