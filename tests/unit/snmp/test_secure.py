"""Version 3: who is served, and which Report the others get."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.pdu import GET, GET_BULK, REPORT, RESPONSE, SET
from digigate.services.snmp.secure import Secured, read_header
from digigate.services.snmp.seldom import Ration
from digigate.services.snmp.tree import ErrorStatus
from digigate.services.snmp.usm import User
from digigate.settings.sections import Authentication, Privacy, Snmp
from digigate.state import StateDirectory
from snmp.agents import READ_PASSWORD, SECRETS, Stand, stand
from snmp.asking import Told, pdu, pdu_of, reportable, told_pdu
from snmp.small_tree import SYSTEM

USM: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
LEVELS, LATE, STRANGER, ENGINES, DIGESTS, SEALS = (((*USM, n, 0)) for n in range(1, 7))
NAME = (*SYSTEM, 1, 0)


class Hands:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Elsewhere:
    """An engine as a manager believes it to be."""

    id: bytes
    boots: int
    time: int


@pytest.fixture(scope="module")
def clock() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, clock: Hands) -> Iterator[Stand]:
    with StateDirectory(tmp_path_factory.mktemp("v3")) as state:
        yield stand(state, reports=True, monotonic=clock)


def engine(site: Stand) -> Elsewhere:
    authority = site.authority
    return Elsewhere(authority.id, authority.boots, authority.time)


def reader(site: Stand, **other: object) -> User:
    given = {
        "name": b"reader",
        "password": READ_PASSWORD,
        "auth": Authentication.SHA,
        "privacy": Privacy.AES,
        "engine": site.authority.id,
    }
    return User(**(given | other))  # type: ignore[arg-type]


def told(answer: bytes, user: User) -> Told:
    """What a manager reads, with the user's keys where the answer is sealed."""
    _, at, end = ber.element(answer, 0, len(answer))
    header = read_header(answer, at + 3, end)
    scoped, at = answer, header.scoped_at
    if header.flags & 2:
        assert user.seal is not None
        _, begin, stop = ber.element(answer, at, end)
        scoped, at = user.seal.opened(answer[begin:stop], header.salt, header.boots, header.time), 0
    if header.flags & 1:
        assert user.signature is not None
        assert user.signature.holds(answer, header.signed_at)
    _, at, end = ber.element(scoped, at, len(scoped))
    for _ in range(2):
        _, _, at = ber.element(scoped, at, end)
    return told_pdu(scoped, at, end)


def ask(site: Stand, user: User, about: Elsewhere, inner: bytes) -> Told | None:
    request = Secured(about, {}, 65507).sealed(inner, ber.integer(77), user)
    answer = site.ask(reportable(request, user))
    return None if answer is None else told(answer, user)


def test_who_signs_and_seals_is_answered_alike(site: Stand) -> None:
    answer = ask(site, reader(site), engine(site), pdu(GET, [NAME], number=5))
    assert answer is not None
    assert (answer.kind, answer.number, answer.status) == (RESPONSE, 5, 0)


def test_strangers_get_few_reports_and_our_users_all_answers(tmp_path: Path, clock: Hands) -> None:
    with StateDirectory(tmp_path) as state:
        site = stand(state, reports=True, monotonic=clock, ration=Ration(2.0, clock))
        here, stranger, right = engine(site), reader(site, name=b"nobody"), reader(site)
        question = pdu(GET, [NAME])
        heard = [ask(site, stranger, here, question) is not None for _ in range(4)]
        assert heard == [True, True, False, False]
        assert ask(site, right, here, question) is not None
        clock.now += 0.5
        heard = [ask(site, stranger, engine(site), question) is not None for _ in range(2)]
        assert heard == [True, False]
        assert site.counters.unknown_user_names == 6


def test_what_cannot_be_served_is_reported(site: Stand) -> None:
    here, right = engine(site), reader(site)
    question = pdu(GET, [NAME])
    elsewhere = b"\x80\x00\x00\x00\x05other"
    for user, about, report in (
        (reader(site, engine=elsewhere), Elsewhere(elsewhere, 1, 1), ENGINES),
        (reader(site, name=b"nobody"), here, STRANGER),
        (reader(site, privacy=Privacy.NONE), here, LEVELS),
        (reader(site, auth=Authentication.NONE), here, LEVELS),
        (reader(site, password="another one"), here, DIGESTS),
        (right, Elsewhere(here.id, here.boots - 1, here.time), LATE),
    ):
        answer = ask(site, user, about, question)
        assert answer is not None
        assert (answer.kind, answer.varbinds[0][0]) == (REPORT, report)
    assert site.counters.wrong_digests == 1
    assert [sent.oid[-1] for sent in site.noted.sent] == [5]


def test_what_is_sealed_with_another_key_is_reported(site: Stand) -> None:
    user = reader(site)
    mixed = reader(site)
    mixed.__dict__["seal"] = reader(site, password="another one").seal
    request = Secured(engine(site), {}, 65507).sealed(pdu(GET, [NAME]), ber.integer(1), mixed)
    answer = site.ask(reportable(request, user))
    assert answer is not None
    assert told(answer, user).varbinds[0][0] == SEALS


@pytest.mark.parametrize(("off", "kind"), [(0, RESPONSE), (149, RESPONSE), (152, REPORT)])
def test_a_message_is_in_time_for_150_seconds(
    site: Stand, clock: Hands, off: int, kind: int
) -> None:
    then = engine(site)
    clock.now += off
    answer = ask(site, reader(site), then, pdu(GET, [NAME]))
    assert answer is not None
    assert answer.kind == kind


@pytest.mark.parametrize(
    ("engine_id", "name", "report"),
    [
        (b"", b"other", (1, 3, 6, 1, 6, 3, 12, 1, 5, 0)),
        (b"another", b"", (1, 3, 6, 1, 6, 3, 11, 2, 1, 3, 0)),
    ],
)
def test_who_asks_another_context_hears_so(
    site: Stand, engine_id: bytes, name: bytes, report: Oid
) -> None:
    user, secured = reader(site), Secured(engine(site), {}, 65507)
    secured._context = ber.tlv(ber.OCTETS, engine_id or site.authority.id)
    secured._context += ber.tlv(ber.OCTETS, name)
    request = secured.sealed(pdu(GET, [NAME]), ber.integer(1), user)
    assert site.ask(request) is None
    answer = site.ask(reportable(request, user))
    assert answer is not None
    assert (told(answer, user).kind, told(answer, user).varbinds[0][0]) == (REPORT, report)


def test_a_reader_cannot_write(site: Stand) -> None:
    inner = pdu_of(SET, [(NAME, ber.text("x"))])
    answer = ask(site, reader(site), engine(site), inner)
    assert answer is not None
    assert (answer.status, answer.index) == (ErrorStatus.NO_ACCESS, 1)
    assert site.counters.in_bad_community_uses == 0


@pytest.mark.parametrize("room", [484, 700, 1472, 65507])
def test_an_answer_is_no_longer_than_its_manager_wants(site: Stand, room: int) -> None:
    inner = pdu(GET_BULK, [(1, 3)], 0, 500)
    user = reader(site)
    request = Secured(engine(site), {}, room).sealed(inner, ber.integer(2**31 - 1), user)
    answer = site.ask(request)
    assert answer is not None
    assert min(room, 4096) * 0.6 < len(answer) <= min(room, 4096)
    assert told(answer, user).status == 0


def test_without_a_password_there_is_no_user(state: StateDirectory) -> None:
    site = stand(state, Snmp(v3_read_password=SECRETS["read"]))
    assert set(site.parts.access.users) == {b"reader"}
    site = stand(state, Snmp(v3_auth=Authentication.NONE))
    assert set(site.parts.access.users) == {b"reader", b"writer"}
    assert stand(state, Snmp(v3=False)).parts.access.users == {}
