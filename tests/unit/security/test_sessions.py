"""Sessions: how they begin, how long they last, and all the ways they end."""

from dataclasses import dataclass, field

import pytest

from digigate.clock import Clock
from digigate.security.sessions import Session, Sessions
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy

HERE = "10.0.0.7"


@dataclass
class Desk:
    policy: Policy = field(default_factory=Policy)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.sessions = Sessions(Clock(monotonic=lambda: self.seconds), lambda: self.policy)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_id_is_told_once_and_kept_as_a_digest(desk: Desk) -> None:
    secret, session = desk.sessions.begin(Profile.ADMIN, HERE)
    assert len(secret) == 43
    assert desk.sessions.find(secret) is session
    assert secret not in repr(session)
    assert desk.sessions.find("guess") is None


def test_two_logins_have_nothing_in_common(desk: Desk) -> None:
    (one, first), (other, second) = (desk.sessions.begin(Profile.ADMIN, HERE) for _ in range(2))
    assert one != other
    assert first.csrf != second.csrf


def test_it_ends_when_it_is_idle(desk: Desk) -> None:
    secret, session = desk.sessions.begin(Profile.ADMIN, HERE)
    desk.seconds = 890
    desk.sessions.use(session)
    desk.seconds = 1780
    assert desk.sessions.find(secret) is session
    assert desk.sessions.seconds_left(session) == 10
    desk.seconds = 1791
    assert desk.sessions.find(secret) is None


def test_it_ends_however_busy_it_is(desk: Desk) -> None:
    secret, session = desk.sessions.begin(Profile.ADMIN, HERE)
    for hours in range(1, 49):
        desk.seconds = hours * 900 - 1
        desk.sessions.use(session)
    desk.seconds = 12 * 3600 + 1
    desk.sessions.use(session)
    assert desk.sessions.find(secret) is None


@pytest.mark.manual(86)
@pytest.mark.parametrize("profile", [Profile.ADVANCED, Profile.ADMIN, Profile.CYBER])
def test_all_but_totem_are_logged_out(desk: Desk, profile: Profile) -> None:
    (one, _), (totem, session) = (
        desk.sessions.begin(profile, HERE),
        desk.sessions.begin(Profile.TOTEM, HERE),
    )
    desk.seconds = 30 * 86400
    assert desk.sessions.find(one) is None
    assert desk.sessions.find(totem) is session
    assert desk.sessions.seconds_left(session) is None


def test_a_shorter_policy_acts_at_once(desk: Desk) -> None:
    secret, _ = desk.sessions.begin(Profile.ADMIN, HERE)
    desk.seconds = 120
    desk.policy = Policy(session_minutes=1)
    assert desk.sessions.find(secret) is None


def test_the_idlest_makes_room(desk: Desk) -> None:
    desk.policy = Policy(sessions=2)
    totem, _ = desk.sessions.begin(Profile.TOTEM, HERE)
    desk.seconds = 10
    old, _ = desk.sessions.begin(Profile.ADMIN, HERE)
    desk.seconds = 20
    new, _ = desk.sessions.begin(Profile.ADMIN, HERE)
    found = [desk.sessions.find(secret) is not None for secret in (totem, old, new)]
    assert found == [True, False, True]


def test_sessions_of_a_profile_end_together(desk: Desk) -> None:
    ended: list[Session] = []
    admin, session = desk.sessions.begin(Profile.ADMIN, HERE)
    cyber, _ = desk.sessions.begin(Profile.CYBER, HERE)
    with desk.sessions.watch(ended.append):
        desk.sessions.end_of(Profile.ADMIN)
        desk.sessions.end(session)
    assert ended == [session]
    assert desk.sessions.find(admin) is None
    assert desk.sessions.find(cyber)


def test_one_is_found_by_its_handle(desk: Desk) -> None:
    _, session = desk.sessions.begin(Profile.ADMIN, HERE)
    assert desk.sessions.named(session.handle) is session
    assert desk.sessions.named("nobody") is None
    assert desk.sessions.is_open(session)
    desk.sessions.end(session)
    assert not desk.sessions.is_open(session)
    assert desk.sessions.all() == ()
