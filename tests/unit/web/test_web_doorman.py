"""Places for connections."""

from collections.abc import Iterable

import pytest

from digigate.services.web.connection import Limits
from digigate.services.web.doorman import Doorman, Place

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"


class Line:
    """A connection that is busy or not."""

    def __init__(self, *, busy: bool) -> None:
        self.busy = busy
        self.asked = True
        self.is_cut = False

    def cut(self) -> None:
        self.is_cut = True


def enter(doorman: Doorman, clients: Iterable[str], *, busy: bool = False) -> list[Line]:
    lines = []
    for client in clients:
        place = doorman.enter(client)
        assert place is not None
        lines.append(_line(place, busy))
    return lines


def _line(place: Place, busy: bool) -> Line:
    line = Line(busy=busy)
    place.connection = line  # type: ignore[assignment]  # all that is asked of one
    return line


def test_a_client_has_its_share() -> None:
    doorman = Doorman(Limits(total=10, per_client=2))
    enter(doorman, (A, A))
    assert doorman.enter(A) is None
    assert doorman.enter(B) is not None


def test_the_house_has_an_end() -> None:
    doorman = Doorman(Limits(total=3, per_client=2))
    enter(doorman, (A, A, B), busy=True)
    assert doorman.enter(B) is None


def test_a_place_is_given_back_once() -> None:
    doorman = Doorman(Limits(total=2, per_client=1))
    place = doorman.enter(A)
    assert place is not None
    assert doorman.enter(A) is None
    doorman.leave(place)
    doorman.leave(place)
    assert doorman.enter(A) is not None
    assert doorman.enter(A) is None


def test_the_oldest_idle_connection_of_the_greediest_makes_room() -> None:
    doorman = Doorman(Limits(total=4, per_client=3))
    lines = enter(doorman, (B, A, A, A))
    lines[1].busy = True
    assert doorman.enter(C) is not None
    assert [line.is_cut for line in lines] == [False, False, True, False]


@pytest.mark.parametrize("clients", [(A, B), (B, A)])
def test_nobody_makes_room_for_who_has_as_much(clients: tuple[str, str]) -> None:
    doorman = Doorman(Limits(total=2, per_client=2))
    lines = enter(doorman, clients)
    assert doorman.enter(A) is None
    assert not any(line.is_cut for line in lines)


def test_who_never_asked_anything_makes_room_for_who_has_as_much() -> None:
    doorman = Doorman(Limits(total=2, per_client=2))
    lines = enter(doorman, (A, B))
    lines[1].asked = False
    assert doorman.enter(A) is not None
    assert [line.is_cut for line in lines] == [False, True]


def test_who_is_being_answered_is_never_cut() -> None:
    doorman = Doorman(Limits(total=2, per_client=2))
    lines = enter(doorman, (A, A), busy=True)
    assert doorman.enter(B) is None
    assert not any(line.is_cut for line in lines)
