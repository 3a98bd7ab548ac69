"""What goes to the line and what does not."""

import pytest

from digigate.bus.requests import Priority
from digigate.services.modbus import Client
from modbus import OFFLINE, POLLED, SILENT, UNPOLLED, Plant
from modbus.plant import FIRST, GATEWAY, MODEL

READ_ONE = b"\x03\x48\x00\x00\x01"
CLIENT = Client("192.0.2.7")
WRITE_ONE = b"\x06\x48\x00\x12\x34"


async def ask(plant: Plant, unit: int, pdu: bytes) -> bytes:
    answer = plant.handler.answer(unit, pdu, CLIENT)
    return answer if isinstance(answer, bytes) else await answer


def test_polled_registers_cost_the_line_nothing() -> None:
    plant = Plant()
    assert isinstance(plant.handler.answer(POLLED, READ_ONE, CLIENT), bytes)
    assert plant.handler.registers(POLLED, FIRST, 2) == plant.octets(POLLED, FIRST, 2)


def test_a_slave_known_as_silent_is_refused_at_once() -> None:
    plant = Plant()
    assert plant.handler.answer(SILENT, READ_ONE, CLIENT) == b"\x83\x0b"
    assert plant.line.asked == []


async def test_the_line_is_asked_with_client_priority_and_only_for_holding_registers() -> None:
    plant = Plant()
    await ask(plant, UNPOLLED, b"\x04\x00\x01\x00\x02")
    assert plant.line.asked == [(UNPOLLED, b"\x03\x00\x01\x00\x02", Priority.CLIENT, CLIENT)]


async def test_a_stale_image_is_read_from_the_line() -> None:
    plant = Plant()
    image = plant.store.image(POLLED)
    assert image is not None
    image.invalidate()
    plant.line.words[POLLED][FIRST] = 0x4242
    assert await ask(plant, POLLED, READ_ONE) == b"\x03\x02\x42\x42"


async def test_a_write_is_read_back() -> None:
    plant = Plant()
    assert await ask(plant, POLLED, WRITE_ONE) == WRITE_ONE
    assert await ask(plant, POLLED, READ_ONE) == b"\x03\x02\x12\x34"


@pytest.mark.parametrize("unit", [POLLED, UNPOLLED, 255])
@pytest.mark.parametrize("pdu", [WRITE_ONE, b"\x10\x48\x00\x00\x01\x02\x12\x34"])
async def test_where_writes_are_forbidden_reads_go_on(unit: int, pdu: bytes) -> None:
    plant = Plant(writes=False)
    before = dict(plant.line.words.get(unit, {}))
    assert await ask(plant, unit, pdu) == bytes((pdu[0] | 0x80, 1))
    assert plant.line.words.get(unit, {}) == before
    assert await ask(plant, POLLED, READ_ONE) == b"\x03\x02" + plant.octets(POLLED, FIRST, 1)


async def test_a_slave_that_left_the_topology_meanwhile_has_no_path() -> None:
    plant = Plant()
    answer = plant.handler.answer(UNPOLLED, b"\x03\x00\x01\x00\x01", CLIENT)
    del plant.line.words[UNPOLLED]
    assert not isinstance(answer, bytes)
    assert await answer == b"\x83\x0a"


@pytest.mark.parametrize("unit", [0, 255, GATEWAY.address])
async def test_the_gateways_units_go_before_a_slave_of_the_same_address(unit: int) -> None:
    plant = Plant()
    plant.line.words[unit] = {50000: 0x1234}
    plant.store.open(unit, MODEL, [])
    assert unit in plant.handler.own_units
    assert await ask(plant, unit, b"\x03\xc3\x50\x00\x01") == b"\x03\x02\x00S"
    assert plant.line.asked == []


async def test_what_the_line_lacks_stays_lacking() -> None:
    plant = Plant()
    assert await ask(plant, OFFLINE, READ_ONE) == b"\x83\x0b"
    plant.line.silent.remove(OFFLINE)
    plant.line.words[OFFLINE] = {0x4800: 7}
    assert await ask(plant, OFFLINE, READ_ONE) == b"\x03\x02\x00\x07"
