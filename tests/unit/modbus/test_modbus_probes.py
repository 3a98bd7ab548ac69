"""Conformance probes (MODBUS Application Protocol V1.1b3): one request, one right answer."""

import pytest

from digigate import __version__
from digigate.services.modbus import Client
from modbus import OFFLINE, POLLED, REFUSING, SILENT, STRANGER, UNPOLLED, Plant

NAME = f"DIRIS DIGIWARE M-70 {__version__}".encode()
READ, OWN = "03 4800 0001", 255
SERVER_ID = (b"\x11" + bytes((2 + len(NAME), 70, 255)) + NAME).hex()
CLIENT = Client("192.0.2.7")
SIXTEEN_OF_124 = "10 0000 007c f8" + "0000" * 124


def hexed(text: str) -> bytes:
    return bytes.fromhex(text.replace(" ", ""))


async def ask(plant: Plant, unit: int, pdu: bytes) -> bytes:
    answer = plant.handler.answer(unit, pdu, CLIENT)
    return answer if isinstance(answer, bytes) else await answer


PROBES = [
    ("image", POLLED, "03 4800 0002", "03 04 b800b807"),
    ("input registers alike", POLLED, "04 4800 0002", "04 04 b800b807"),
    ("line", UNPOLLED, "03 0001 0002", "03 04 6007600e"),
    ("input registers over the line", UNPOLLED, "04 0001 0002", "04 04 6007600e"),
    ("partly polled", POLLED, "03 487c 0002", "03 04 bb64bb6b"),
    ("quantity 0", POLLED, "03 4800 0000", "83 03"),
    ("quantity 126", POLLED, "03 4800 007e", "83 03"),
    ("quantity 0 of input registers", POLLED, "04 4800 0000", "84 03"),
    ("beyond the last address", POLLED, "03 ffff 0002", "83 02"),
    ("the last address, which the slave lacks", POLLED, "03 ffff 0001", "83 02"),
    ("body cut short", POLLED, "03 4800 00", "83 03"),
    ("function alone", POLLED, "03", "83 03"),
    ("body too long", POLLED, "03 4800 0001 00", "83 03"),
    ("function 0", POLLED, "00", "80 01"),
    ("coils", POLLED, "01 0000 0001", "81 01"),
    ("write coil", POLLED, "05 0000 ff00", "85 01"),
    ("diagnostics", POLLED, "08 0000 1234", "88 01"),
    ("read and write", POLLED, "17 0000 0001 0000 0001 02 0000", "97 01"),
    ("user function", POLLED, "64", "e4 01"),
    ("function above 128", POLLED, "83 4800 0001", "83 01"),
    ("write one", UNPOLLED, "06 0001 1234", "06 0001 1234"),
    ("write one, too short", UNPOLLED, "06 0001 12", "86 03"),
    ("write many", UNPOLLED, "10 0001 0002 04 11112222", "10 0001 0002"),
    ("write none", UNPOLLED, "10 0001 0000 00", "90 03"),
    ("write 124", UNPOLLED, SIXTEEN_OF_124, "90 03"),
    ("byte count wrong", UNPOLLED, "10 0001 0002 02 1111", "90 03"),
    ("fewer octets than the byte count", UNPOLLED, "10 0001 0002 04 1111", "90 03"),
    ("more octets than the byte count", UNPOLLED, "10 0001 0001 02 1111 22", "90 03"),
    ("write many, function alone", UNPOLLED, "10", "90 03"),
    ("write beyond the last address", UNPOLLED, "10 ffff 0002 04 11112222", "90 02"),
    ("unit not configured", STRANGER, READ, "83 0a"),
    ("write to a unit not configured", STRANGER, "06 0001 1234", "86 0a"),
    ("known as silent", SILENT, READ, "83 0b"),
    ("no answer on the line", OFFLINE, READ, "83 0b"),
    ("no answer to a write", OFFLINE, "06 0001 1234", "86 0b"),
    ("the slave's own exception", REFUSING, "03 0001 0001", "83 02"),
    ("the slave's own exception to input registers", REFUSING, "04 0001 0001", "84 02"),
    ("the slave refuses a write", REFUSING, "10 0001 0001 02 0000", "90 02"),
    ("encapsulated, not identification", POLLED, "2b 0d 00 00", "ab 01"),
    ("encapsulated, nothing inside", POLLED, "2b", "ab 03"),
    ("identification, code 0", POLLED, "2b 0e 00 00", "ab 03"),
    ("identification, code 5", OWN, "2b 0e 05 00", "ab 03"),
    ("identification, too long", OWN, "2b 0e 01 00 00", "ab 03"),
    ("identification of a device without the block", REFUSING, "2b 0e 01 00", "ab 01"),
    ("identification of a silent device", SILENT, "2b 0e 01 00", "ab 0b"),
    ("identification of a device that fails", OFFLINE, "2b 0e 01 00", "ab 0b"),
    ("own: magic", OWN, "03 c350 0004", "03 08 0053004f0043004f"),
    ("own: unmapped", OWN, "03 0000 0001", "83 02"),
    ("own: behind the block", OWN, "03 c395 0001", "83 02"),
    ("own: across the end of the block", OWN, "03 c394 0002", "83 02"),
    ("own: quantity 0", OWN, "03 c350 0000", "83 03"),
    ("own: write", OWN, "06 c350 0000", "86 02"),
    ("own: write with a wrong byte count", OWN, "10 c350 0001 04 0000", "90 03"),
    ("own: report server id", OWN, "11", SERVER_ID),
    ("own: report server id, too long", OWN, "11 00", "91 03"),
    ("own: echo", OWN, "08 0000 1234", "08 0000 1234"),
    ("own: long echo", OWN, "08 0000 1234 5678", "08 0000 1234 5678"),
    ("own: other diagnostics", OWN, "08 0001 0000", "88 01"),
    ("own: echo of nothing", OWN, "08 0000", "88 03"),
    ("own: unknown function", OWN, "07", "87 01"),
    ("report server id of a slave", POLLED, "11", "91 01"),
]


@pytest.mark.parametrize(
    ("unit", "request_pdu", "answer"), [p[1:] for p in PROBES], ids=[p[0] for p in PROBES]
)
async def test_each_probe_is_answered_as_the_protocol_says(
    unit: int, request_pdu: str, answer: str
) -> None:
    assert await ask(Plant(), unit, hexed(request_pdu)) == hexed(answer)


@pytest.mark.parametrize("count", [1, 2, 124, 125])
async def test_every_quantity_that_fits_is_served(count: int) -> None:
    plant = Plant()
    answer = await ask(plant, POLLED, b"\x03\x48\x00" + count.to_bytes(2, "big"))
    assert answer == bytes((3, 2 * count)) + plant.octets(POLLED, 0x4800, count)
    assert plant.line.asked == []


async def test_the_longest_write_reaches_the_slave() -> None:
    plant = Plant()
    body = bytes(range(246))
    assert await ask(plant, UNPOLLED, hexed("10 0000 007b f6") + body) == hexed("10 0000 007b")
    assert plant.octets(UNPOLLED, 0, 123) == body


async def test_a_cut_wire_is_no_answer() -> None:
    plant = Plant()
    plant.line.down = True
    assert await ask(plant, UNPOLLED, hexed("03 0001 0001")) == hexed("83 0b")
