"""The gateway's own registers: each means something, and says what is true."""

from datetime import timedelta

import pytest

from digigate.catalogue import Catalogue, Model, RegisterType, Value, decode
from digigate.errors import CatalogueError
from digigate.services.modbus import Client, OwnTable, Search
from digigate.services.modbus.own.table import REGISTERS, name_of
from digigate.services.modbus.pdu import Refusal
from digigate.settings.sections import Gateway
from modbus import Site

CLIENT = Client("192.0.2.7")
MODELS = [Catalogue.load().models[key] for key in ("diris-m50", "diris-m70")]
U16, U32, TEXT = RegisterType.U16, RegisterType.U32, RegisterType.STRING_NORM
SECOND_BUS, SECOND_SLAVE, SECOND_LOAD = 26, 24, 25


def read(site: Site, start: int, count: int) -> bytes:
    answer = site.own.answer(b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big"), CLIENT)
    assert isinstance(answer, bytes)
    return answer[2:]


def value(site: Site, address: int, type_: RegisterType = U16, words: int = 1) -> Value | None:
    return decode(read(site, address, words), type_)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_every_register_of_the_map_has_a_meaning_and_the_reverse(model: Model) -> None:
    assert {name_of(point) for point in model.points} == set(REGISTERS)
    assert [name for name, told in REGISTERS.items() if not told.help] == []


def test_a_map_that_lacks_a_register_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"topology\.address"):
        OwnTable(Catalogue.load().models["diris-b30"])


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.key)
def test_blocks_are_full_so_that_a_table_is_read_in_one_go(model: Model) -> None:
    filled = {block.name: 0 for block in model.blocks}
    for point in model.points:
        filled[point.block] += point.words
    assert filled == {block.name: block.count for block in model.blocks}


def test_every_register_can_be_read() -> None:
    site = Site()
    for block in MODELS[1].blocks:
        assert len(read(site, block.start, block.count)) == 2 * block.count, block


def test_125_registers_over_several_items_are_read_at_once() -> None:
    site = Site()
    data = read(site, 21300, 125)
    parts = read(site, 21300, 60) + read(site, 21360, 65)
    assert data == parts


@pytest.mark.parametrize(
    ("address", "count"), [(0, 1), (19999, 2), (20010, 1), (20009, 2), (29191, 1), (57606, 1)]
)
def test_what_is_not_mapped_is_an_illegal_address(address: int, count: int) -> None:
    with pytest.raises(Refusal) as refused:
        read(Site(), address, count)
    assert refused.value.code == 2


@pytest.mark.parametrize(
    ("address", "type_", "words", "expected"),
    [
        (20000, U16, 1, 100),
        (20001, U16, 1, 3),
        (20002, U16, 1, 3),
        (20003, U16, 1, 1),
        (20004, U16, 1, 0),
        (20005, U16, 1, 1),
        (20006, U32, 2, 100),
        (21300, U16, 1, 4),
        (21301, U16, 1, 1),
        (21302, U16, 1, 0),
        (21303, U16, 1, 2),
        (21304, U32, 2, 0x01020304),
        (21306, TEXT, 16, "digiware-i35"),
        (21322, TEXT, 16, "Départ 1"),
        (21338, TEXT, 10, "23071240815"),
        (21348, U16, 1, 9),
        (21349, U16, 1, 2),
        (21396 + 2, U16, 1, 1),
        (21444, U16, 1, 0),
        (21444 + 6, TEXT, 16, ""),
        (24000, U16, 1, 4),
        (24001, U16, 1, 1),
        (24002, TEXT, 7, "3P+N-4CT"),
        (24009, TEXT, 16, "Pumps"),
        (24000 + SECOND_LOAD + 1, U16, 1, 3),
        (24000 + 3 * SECOND_LOAD, U16, 1, 0),
        (23000, U16, 1, 4),
        (23001, U16, 1, 1),
        (23002, U32, 2, 2500),
        (23004, U32, 2, 70000),
        (23010, U32, 2, 2),
        (23020, U32, 2, 5100),
        (23000 + SECOND_SLAVE + 1, U16, 1, 2),
        (23000 + SECOND_SLAVE + 2, U32, 2, None),
        (23000 + 2 * SECOND_SLAVE + 1, U16, 1, None),
        (20064, U16, 1, 1),
        (20065, U16, 1, 425),
        (20066, U32, 2, 115200),
        (20068, U32, 2, 8200),
        (20072, U32, 2, None),
        (20074, U32, 2, 70000),
        (20064 + SECOND_BUS, U16, 1, 0),
        (29440, U16, 1, 7),
        (29184, RegisterType.U32_IP, 2, "0.0.0.0"),
        (57856, U16, 1, 0),
        (58112, U16, 1, 0),
    ],
)
def test_what_registers_say(
    address: int, type_: RegisterType, words: int, expected: Value | None
) -> None:
    assert value(Site(Gateway(address=7)), address, type_, words) == expected


def test_both_clocks_are_local() -> None:
    site = Site(zone="Europe/Paris")
    assert [value(site, 57600 + i) for i in range(6)] == [4, 3, 2026, 6, 6, 7]
    assert [value(site, 29952 + i) for i in range(7)] == [4, 3, 2026, 6, 6, 7, 89]


def test_lamps_and_detection_are_shown_where_they_are_known() -> None:
    site = Site()
    assert [value(site, 20016 + i) for i in range(4)] == [None] * 4
    site.leds = {"on": 1, "alarm": 2, "com": 0}
    site.search = Search(1, 2, 45, 7, 1, 0, 12.7)
    assert [value(site, 20016 + i) for i in range(4)] == [1, 2, 0, None]
    assert [value(site, 20032 + i) for i in range(6)] == [1, 2, 45, 7, 1, 0]
    assert value(site, 20038, U32, 2) == 12


def test_conditions_come_oldest_first_with_their_age() -> None:
    site = Site()
    site.conditions.set("slave.timeout", "9", "no answer")
    site.clock.step(timedelta(seconds=65))
    site.conditions.set("line.down", "rs485", "pulled")
    assert value(site, 20004) == 2
    assert [value(site, 20200 + n, TEXT, 16) for n in (0, 16)] == ["slave.timeout", "9"]
    assert value(site, 20232, U32, 2) == 65
    assert [value(site, 20234 + n, TEXT, 16) for n in (0, 16)] == ["line.down", "rs485"]
    assert value(site, 20268, TEXT, 16) == ""


def test_one_request_sees_one_moment() -> None:
    site = Site()
    data = read(site, 20000, 10)
    assert site.own is not None
    assert decode(data[2:4], U16) == len(site.topology.devices)
