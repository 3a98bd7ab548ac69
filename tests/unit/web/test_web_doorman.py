"""Places for connections."""

from digigate.services.web.connection import Limits
from digigate.services.web.doorman import Doorman

A, B = "10.0.0.1", "10.0.0.2"


def test_a_client_has_its_share() -> None:
    doorman = Doorman(Limits(total=10, per_client=2))
    assert doorman.enter(A) is not None
    assert doorman.enter(A) is not None
    assert doorman.enter(A) is None
    assert doorman.enter(B) is not None


def test_the_house_has_an_end() -> None:
    doorman = Doorman(Limits(total=3, per_client=2))
    assert [doorman.enter(client) is not None for client in (A, A, B, B)] == [True] * 3 + [False]


def test_a_place_is_given_back_once() -> None:
    doorman = Doorman(Limits(total=2, per_client=1))
    leave = doorman.enter(A)
    assert leave is not None
    assert doorman.enter(A) is None
    leave()
    leave()
    again = doorman.enter(A)
    assert again is not None
    assert doorman.enter(A) is None
