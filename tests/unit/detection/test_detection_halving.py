"""Counting slaves that share one unit by halving masks of NET IDs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from digigate.bus.detection.asking import Questions
from digigate.bus.detection.halving import Halving, Member
from digigate.catalogue.addressing import Filter
from fieldbus.wire import Wire, WireSlave

NET_IDS = st.sets(st.integers(1, 0xFFFFFFFF), max_size=12)


def wire_of(*net_ids: int, address: int = 5) -> Wire:
    return Wire(*(WireSlave(None, address, net_id) for net_id in net_ids))


async def count(wire: Wire, whom: int = Filter.EVERYBODY) -> tuple[Member, ...]:
    return await Halving(Questions(wire), whom).members()


@settings(max_examples=60)
@given(net_ids=NET_IDS)
async def test_everybody_is_found_once_whatever_the_net_ids(net_ids: set[int]) -> None:
    found = await count(wire_of(*net_ids))
    assert [member.net_id for member in found] == sorted(net_ids)


async def test_an_empty_line_takes_one_question() -> None:
    wire = wire_of()
    assert await count(wire) == ()
    assert len(wire.asked) == 2  # the order and the question


async def test_a_batch_of_neighbours_takes_two_questions_a_slave() -> None:
    wire = wire_of(*range(0x60000001, 0x60000011))
    await count(wire)
    assert len(wire.orders) == 31


async def test_only_the_address_asked_for_is_counted() -> None:
    wire = Wire(*(WireSlave(None, address, 7 * address + k) for address in (5, 9) for k in (0, 1)))
    assert {member.address for member in await count(wire, 9)} == {9}


async def test_twins_cannot_be_parted_but_are_told() -> None:
    (found,) = await count(wire_of(77, 77))
    assert (found.net_id, found.twins) == (77, True)


async def test_a_member_that_was_silent_once_is_asked_for_again() -> None:
    wire = wire_of(2, 3, 4)
    heard = iter([True, True, False])  # 2 is not heard when it answers alone for the first time

    def lose(unit: int, pdu: bytes) -> None:
        if unit == 248 and wire.slaves[0].selected and not next(heard, True):
            wire.slaves[0].selected = False

    wire.before = lose
    assert [member.net_id for member in await count(wire)] == [2, 3, 4]


async def test_the_share_of_what_is_done_rises_to_one() -> None:
    shares: list[float] = []
    await Halving(Questions(wire_of(1, 2, 3, 900)), passed=shares.append).members()
    assert shares == sorted(shares)
    assert shares[-1] == 1
