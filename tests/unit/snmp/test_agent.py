"""What the agent answers, to whom it is silent, and what it counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.counters import OIDS
from digigate.services.snmp.pdu import GET, GET_BULK, GET_NEXT, RESPONSE, SET, TRAP, VARBINDS_MAX
from digigate.services.snmp.tree import ErrorStatus, Outcome
from digigate.settings.sections import Snmp
from digigate.state import StateDirectory
from snmp.agents import CLIENT, Stand, stand
from snmp.asking import Told, message, pdu, pdu_of, told
from snmp.small_tree import ENTERPRISE, LAST, SYSTEM

V1, V2C = 0, 1
NAME = (*SYSTEM, 1, 0)


@pytest.fixture
def site(state: StateDirectory) -> Stand:
    return stand(state)


def ask(site: Stand, version: int, community: str, inner: bytes) -> Told | None:
    answer = site.ask(message(version, community, inner))
    return None if answer is None else told(answer)


def test_each_version_has_its_own_communities(site: Stand) -> None:
    for version, community in (
        (V1, "public"), (V1, "private"), (V2C, "publicV2"), (V2C, "privateV2"),
    ):  # fmt: skip
        answer = ask(site, version, community, pdu(GET, [NAME], number=77))
        assert answer is not None
        assert (answer.kind, answer.number, answer.status) == (RESPONSE, 77, 0)
    for version, community in ((V1, "publicV2"), (V2C, "public"), (V2C, ""), (V1, "Public")):
        assert ask(site, version, community, pdu(GET, [NAME])) is None
    assert site.counters.in_bad_community_names == 4
    assert [n.oid[-1] for n in site.noted.sent] == [5] * 4


def test_a_community_may_be_written_in_a_long_way(site: Stand) -> None:
    head = b"\x02\x01\x01\x04\x82\x00\x08publicV2"
    assert site.ask(ber.tlv(ber.SEQUENCE, head + pdu(GET, [NAME]))) is not None


def test_nobody_is_told_of_failures_where_that_is_off(state: StateDirectory) -> None:
    site = stand(state, Snmp(authen_traps=False))
    assert ask(site, V1, "wrong", pdu(GET, [NAME])) is None
    assert site.noted.sent == []


def test_a_version_that_is_off_is_silent(state: StateDirectory) -> None:
    site = stand(state, Snmp(v1=False, v3=False))
    assert ask(site, V1, "public", pdu(GET, [NAME])) is None
    assert ask(site, 2, "public", pdu(GET, [NAME])) is None
    assert ask(site, 3, "public", pdu(GET, [NAME])) is None
    assert site.counters.in_bad_versions == 3


def test_what_is_not_there_is_an_exception_or_an_error(site: Stand) -> None:
    names = [NAME, (*SYSTEM, 1, 1), (*SYSTEM, 99, 0)]
    answer = ask(site, V2C, "publicV2", pdu(GET, names))
    assert answer is not None
    assert [tag for _, tag, _ in answer.varbinds] == [ber.OCTETS, 0x81, 0x80] or answer
    assert [tag for _, tag, _ in answer.varbinds[1:]] == [0x81, 0x80]
    old = ask(site, V1, "public", pdu(GET, names))
    assert old is not None
    assert (old.status, old.index) == (ErrorStatus.NO_SUCH_NAME, 2)
    assert [name for name, _, _ in old.varbinds] == names


def test_version_1_does_not_see_numbers_of_64_bits(site: Stand) -> None:
    counter = (*ENTERPRISE, 10002, 4, 1)
    assert ask(site, V2C, "publicV2", pdu(GET, [counter])).varbinds[0][1] == ber.COUNTER64  # type: ignore[union-attr]
    old = ask(site, V1, "public", pdu(GET, [counter]))
    assert old is not None
    assert (old.status, old.index) == (ErrorStatus.NO_SUCH_NAME, 1)
    after = ask(site, V1, "public", pdu(GET_NEXT, [(*ENTERPRISE, 10001, 9, 300)]))
    assert after is not None
    assert after.varbinds[0][0][:12] == (*ENTERPRISE, 10003)
    end = ask(site, V1, "public", pdu(GET_NEXT, [NAME, (*LAST, 9)]))
    assert end is not None
    assert (end.status, end.index) == (ErrorStatus.NO_SUCH_NAME, 2)
    assert ask(site, V1, "public", pdu(GET_BULK, [NAME], 0, 5)) is None
    assert site.counters.in_parse_errors == 1


def test_a_walk_by_bulks_ends_with_the_end_of_the_view(site: Stand) -> None:
    seen: list[tuple[Oid, int, int | bytes]] = []
    name: Oid = (1, 3)
    while True:
        answer = ask(site, V2C, "publicV2", pdu(GET_BULK, [name], 0, 10))
        assert answer is not None
        seen += answer.varbinds
        name = answer.varbinds[-1][0]
        if answer.varbinds[-1][1] == 0x82:
            break
    names = [name for name, _, _ in seen[:-1]]
    assert names == sorted(set(names))
    assert len(names) == 6 + 2 + sum((c + r) % 7 != 3 for c in range(8) for r in range(18))


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        (0, 0, 0),
        (2, 0, 2),
        (1, 3, 1 + 2 * 3),
        (-5, 2, 6),
        (99, 7, 3),
        (0, -1, 0),
        (3, 2**31 - 1, 3),
    ],
)
def test_a_bulk_repeats_as_the_rfc_says(site: Stand, first: int, second: int, count: int) -> None:
    names = [NAME, (*ENTERPRISE, 10000), (*ENTERPRISE, 10001)]
    answer = ask(site, V2C, "publicV2", pdu(GET_BULK, names, first, second))
    assert answer is not None
    assert (answer.status, len(answer.varbinds)) == (0, count)


def test_a_bulk_ends_with_the_round_in_which_all_have_ended(site: Stand) -> None:
    answer = ask(site, V2C, "publicV2", pdu(GET_BULK, [(*LAST, 2), (*LAST, 5)], 0, 20))
    assert answer is not None
    assert [tag == 0x82 for _, tag, _ in answer.varbinds] == [False, False, False, True, True, True]


@pytest.mark.manual(176)
def test_a_bulk_of_50_has_50_and_a_longer_one_what_has_room(site: Stand) -> None:
    answer = ask(site, V2C, "publicV2", pdu(GET_BULK, [(*ENTERPRISE,)], 0, 50))
    assert answer is not None
    assert len(answer.varbinds) == 50
    whole = site.ask(message(V2C, "publicV2", pdu(GET_BULK, [(1, 3)], 0, 2**31 - 1)))
    assert whole is not None
    assert 3700 < len(whole) <= 4096
    many = ask(site, V2C, "publicV2", pdu(GET_BULK, [(*ENTERPRISE, n) for n in range(100)], 0, 9))
    assert many is not None
    assert len(many.varbinds) > 64


def test_too_much_is_too_big(site: Stand) -> None:
    long = (*ENTERPRISE, 10003, 9, 300)
    answer = ask(site, V2C, "publicV2", pdu(GET, [long] * 30))
    assert answer is not None
    assert (answer.status, answer.index, list(answer.varbinds)) == (ErrorStatus.TOO_BIG, 0, [])
    for kind in (GET, GET_NEXT, GET_BULK, SET):
        many = ask(site, V2C, "privateV2", pdu(kind, [(1, 3)] * (VARBINDS_MAX + 1)))
        assert many is not None
        assert many.status == ErrorStatus.TOO_BIG
    most = ask(site, V2C, "publicV2", pdu(GET, [NAME] * VARBINDS_MAX))
    assert most is not None
    assert len(most.varbinds) == VARBINDS_MAX
    assert site.counters.out_too_bigs == 5


def test_a_datagram_over_the_cap_is_not_read(state: StateDirectory) -> None:
    site = stand(state, Snmp(message_max=1472))
    request = message(V2C, "publicV2", pdu(GET, [(*ENTERPRISE, *range(40))] * 40))
    assert len(request) > 1472
    assert site.ask(request) is None
    assert site.counters.silent_drops == 1
    bulk = site.ask(message(V2C, "publicV2", pdu(GET_BULK, [(1, 3)], 0, 1000)))
    assert bulk is not None
    assert 1100 < len(bulk) <= 1472


@pytest.mark.parametrize(
    "kind", [RESPONSE, TRAP, 0xA4, 0xA6, 0xA8, 0xAF, 0x30, 0x80]
)  # inform and report too: we are asked, not told
def test_what_is_no_request_is_dropped(site: Stand, kind: int) -> None:
    assert ask(site, V2C, "publicV2", pdu(kind, [NAME])) is None
    assert site.counters.unknown_pdu_handlers == 1


@pytest.mark.parametrize(
    "datagram",
    [
        "",
        "30",
        "3000",
        "3003020101",
        "30800201010000",
        "3082ffff0201",
        "040101",
        "308500000000010201",
    ],
)
def test_what_is_malformed_is_dropped_and_counted(site: Stand, datagram: str) -> None:
    assert site.ask(bytes.fromhex(datagram)) is None
    assert site.counters.in_parse_errors == 1


@pytest.mark.parametrize("spoiled", [b"\x2b\x86", b"\x2b" * 130, b"\x2b\x90\x80\x80\x80\x00"])
@pytest.mark.parametrize("kind", [GET, GET_NEXT, GET_BULK, SET])
def test_a_name_that_is_none_is_malformed(site: Stand, spoiled: bytes, kind: int) -> None:
    name = ber.tlv(ber.OBJECT_ID, spoiled)
    listed = ber.tlv(ber.SEQUENCE, ber.tlv(ber.SEQUENCE, name + ber.NOTHING))
    inner = ber.tlv(kind, ber.integer(1) + ber.integer(0) + ber.integer(3) + listed)
    assert site.ask(message(V2C, "privateV2", inner)) is None
    assert site.counters.in_parse_errors == 1


@pytest.fixture
async def working(site: Stand) -> AsyncIterator[list[bytes]]:
    sent: list[bytes] = []
    work = asyncio.create_task(site.agent.work(lambda answer, _: sent.append(answer)))
    yield sent
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work


async def arrived(sent: list[bytes], count: int) -> None:
    for _ in range(20 * count):
        await asyncio.sleep(0)
    assert len(sent) == count


WANTED = [(NAME, ber.text("cellar")), ((*SYSTEM, 2, 0), ber.integer(3))]


async def test_a_write_is_answered_once_it_is_done(site: Stand, working: list[bytes]) -> None:
    request = message(V2C, "privateV2", pdu_of(SET, WANTED, number=9))
    assert site.ask(request) is None
    await arrived(working, 1)
    ((wanted, who),) = site.noted.written
    assert list(wanted) == WANTED
    assert (who.name, who.client) == ("SNMP v2c read/write community", CLIENT[0])
    assert not who.owner
    answer = told(working[0])
    assert (answer.number, answer.status, answer.varbinds[1][2]) == (9, 0, 3)
    assert site.counters.in_total_set_vars == 2


async def test_a_write_that_is_sent_again_is_done_once(site: Stand, working: list[bytes]) -> None:
    request = message(V2C, "privateV2", pdu_of(SET, WANTED, number=9))
    assert [site.ask(request) for _ in range(3)] == [None] * 3
    await arrived(working, 1)
    assert site.ask(request) == working[0]
    assert len(site.noted.written) == 1


@pytest.mark.parametrize(
    ("status", "old"),
    [
        (ErrorStatus.NOT_WRITABLE, ErrorStatus.NO_SUCH_NAME),
        (ErrorStatus.WRONG_TYPE, ErrorStatus.BAD_VALUE),
        (ErrorStatus.UNDO_FAILED, ErrorStatus.GEN_ERR),
        (ErrorStatus.GEN_ERR, ErrorStatus.GEN_ERR),
    ],
)
async def test_a_write_that_fails_says_why_and_where(
    site: Stand, working: list[bytes], status: ErrorStatus, old: ErrorStatus
) -> None:
    site.noted.outcome = Outcome(status, 2)
    site.ask(message(V2C, "privateV2", pdu_of(SET, WANTED)))
    site.ask(message(V1, "private", pdu_of(SET, WANTED)))
    await arrived(working, 2)
    new, former = map(told, working)
    assert [(a.status, a.index, len(a.varbinds)) for a in (new, former)] == [
        (status, 2, 2),
        (old, 2, 2),
    ]


def test_who_may_only_read_cannot_write(site: Stand) -> None:
    answer = ask(site, V2C, "publicV2", pdu_of(SET, WANTED))
    old = ask(site, V1, "public", pdu_of(SET, WANTED))
    assert answer is not None
    assert old is not None
    assert (answer.status, answer.index) == (ErrorStatus.NO_ACCESS, 1)
    assert (old.status, old.index) == (ErrorStatus.NO_SUCH_NAME, 1)
    assert site.counters.in_bad_community_uses == 2
    assert site.noted.written == []


def test_writes_that_wait_are_bounded(site: Stand) -> None:
    for number in range(40):
        assert ask(site, V2C, "privateV2", pdu_of(SET, WANTED, number=number)) is None
    assert site.counters.silent_drops == 40 - 16


def test_everything_is_counted(site: Stand) -> None:
    ask(site, V2C, "publicV2", pdu(GET, [NAME, NAME]))
    ask(site, V2C, "publicV2", pdu(GET_NEXT, [NAME]))
    ask(site, V2C, "publicV2", pdu(GET_BULK, [NAME], 0, 2))
    ask(site, V1, "public", pdu(GET, [(1, 3)]))
    counters = site.counters
    assert (counters.in_packets, counters.out_packets) == (4, 4)
    assert (counters.in_get_requests, counters.in_get_nexts) == (2, 1)
    assert counters.in_total_req_vars == 4
    assert (counters.out_get_responses, counters.out_no_such_names) == (4, 1)


def test_the_snmp_group_has_its_30_objects() -> None:
    group = [oid for oid in OIDS.values() if oid[:7] == (1, 3, 6, 1, 2, 1, 11)]
    assert len(group) + 1 == 30
    assert OIDS["silent_drops"] == (1, 3, 6, 1, 2, 1, 11, 31)
    assert OIDS["wrong_digests"] == (1, 3, 6, 1, 6, 3, 15, 1, 1, 5)
