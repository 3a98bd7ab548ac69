"""Inputs and outputs as bits: what is asked of the registers, and what comes of it."""

import pytest
from pymodbus.pdu.bit_message import ReadCoilsResponse, ReadDiscreteInputsResponse

from digigate.catalogue import Catalogue
from digigate.services.modbus import Client
from modbus import POLLED, Plant

MODELS = Catalogue.load().models
CLIENT = Client("192.0.2.7")
IO, SENSOR = 20, 21
INPUTS, OUTPUTS, SWITCH_OFF, SWITCH_ON = 11250, 11282, 11284, 11285


@pytest.fixture
def plant() -> Plant:
    """An IO-10 with inputs 1 and 3 and output 2 active, and a meter whose output obeys nobody."""
    plant = Plant()
    plant.line.words[IO] = {INPUTS: 0b0101, OUTPUTS: 0b10, SWITCH_OFF: 0, SWITCH_ON: 0}
    plant.line.words[SENSOR] = {51969: 0b110, 51971: 1}
    plant.store.open(IO, MODELS["digiware-io10"], [])
    plant.store.open(SENSOR, MODELS["diris-a10"], [])
    return plant


async def ask(plant: Plant, unit: int, pdu: str) -> bytes:
    answer = plant.handler.answer(unit, bytes.fromhex(pdu), CLIENT)
    return answer if isinstance(answer, bytes) else await answer


@pytest.mark.parametrize(
    ("unit", "pdu", "answer"),
    [
        (IO, "02 0000 0004", "02 01 05"),
        (IO, "02 0002 0002", "02 01 01"),
        (IO, "01 0000 0002", "01 01 02"),
        (IO, "01 0001 0001", "01 01 01"),
        (SENSOR, "02 0000 0003", "02 01 06"),
        (SENSOR, "01 0000 0001", "01 01 01"),
        (IO, "02 0000 0005", "82 02"),
        (IO, "01 0002 0001", "81 02"),
        (IO, "01 0000 0000", "81 03"),
        (IO, "01 0000 07d1", "81 03"),
        (IO, "02 0000", "82 03"),
        (IO, "01 ffff 0002", "81 02"),
        (POLLED, "01 0000 0001", "81 01"),
        (POLLED, "05 0000 ff00", "85 01"),
        (255, "02 0000 0001", "82 01"),
        (SENSOR, "05 0000 ff00", "85 01"),
        (IO, "05 0000 1234", "85 03"),
        (IO, "05 0002 ff00", "85 02"),
        (IO, "0f 0000 0002 02 0300", "8f 03"),
        (IO, "0f 0000 0002 01", "8f 03"),
        (IO, "0f 0000 0000 00", "8f 03"),
        (IO, "0f 0001 0002 01 03", "8f 02"),
    ],
)
async def test_what_is_answered(plant: Plant, unit: int, pdu: str, answer: str) -> None:
    assert await ask(plant, unit, pdu) == bytes.fromhex(answer)


@pytest.mark.parametrize(
    ("pdu", "answer", "writes"),
    [
        ("05 0000 ff00", "05 0000 ff00", [(SWITCH_ON, 0b01)]),
        ("05 0001 0000", "05 0001 0000", [(SWITCH_OFF, 0b10)]),
        ("0f 0000 0002 01 01", "0f 0000 0002", [(SWITCH_ON, 0b01), (SWITCH_OFF, 0b10)]),
        ("0f 0000 0002 01 ff", "0f 0000 0002", [(SWITCH_ON, 0b11)]),
        ("0f 0001 0001 01 00", "0f 0001 0001", [(SWITCH_OFF, 0b10)]),
    ],
)
async def test_outputs_are_switched_by_masks(
    plant: Plant, pdu: str, answer: str, writes: list[tuple[int, int]]
) -> None:
    assert await ask(plant, IO, pdu) == bytes.fromhex(answer)
    asked = [bytes((6,)) + a.to_bytes(2, "big") + v.to_bytes(2, "big") for a, v in writes]
    assert [pdu for _, pdu, _, _ in plant.line.asked] == asked


async def test_the_policy_forbids_to_switch_and_not_to_look(plant: Plant) -> None:
    plant.writes = False
    assert await ask(plant, IO, "05 0000 ff00") == b"\x85\x01"
    assert await ask(plant, IO, "0f 0000 0001 01 01") == b"\x8f\x01"
    assert await ask(plant, IO, "01 0000 0002") == b"\x01\x01\x02"


@pytest.mark.parametrize(("pdu", "code"), [("01 0000 0001", 0x81), ("0f 0000 0002 01 01", 0x8F)])
async def test_what_the_slave_refuses_is_refused(plant: Plant, pdu: str, code: int) -> None:
    plant.line.words[IO] = {}
    assert await ask(plant, IO, pdu) == bytes((code, 2))
    plant.line.silent.add(IO)
    assert await ask(plant, IO, pdu) == bytes((code, 0x0B))


async def test_pymodbus_reads_the_bits_as_they_are(plant: Plant) -> None:
    inputs, outputs = ReadDiscreteInputsResponse(), ReadCoilsResponse()
    inputs.decode((await ask(plant, IO, "02 0000 0004"))[1:])
    outputs.decode((await ask(plant, IO, "01 0000 0002"))[1:])
    assert inputs.bits[:4] == [True, False, True, False]
    assert outputs.bits[:2] == [False, True]
