"""The gateway as a device: block 50000 and FC43/14."""

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.pdu.mei_message import ReadDeviceInformationRequest, ReadDeviceInformationResponse

from digigate.catalogue import RegisterType, decode
from digigate.identity import GatewayModel, Identity
from digigate.services.modbus import Client, OwnUnit
from digigate.services.modbus import identification as mei
from digigate.services.modbus.own import plate
from digigate.services.modbus.pdu import Refusal
from digigate.settings.sections import Gateway
from modbus import UNPOLLED, Plant, Site

GATEWAY = Gateway(serial="23071240815", net_id=0x0A0B0C0D, site="Usine d'été")
CLIENT = Client("192.0.2.7")
OWN = Site(GATEWAY).own
NAMES = {
    0: b"SOCOMEC",
    1: b"4829 0220",
    4: b"DIRIS DIGIWARE M-70",
    5: b"M-70",
    6: b"Usine d'?t?",
    0x80: b"23071240815",
    0x81: b"0A0B0C0D",
}


def read(start: int, count: int, own: OwnUnit = OWN) -> bytes:
    answer = own.answer(b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big"), CLIENT)
    assert isinstance(answer, bytes)
    assert answer[:2] == bytes((3, 2 * count))
    return answer[2:]


def device(code: int, first: int, own: OwnUnit = OWN) -> ReadDeviceInformationResponse:
    request = ReadDeviceInformationRequest(read_code=code, object_id=first)
    answer = own.answer(bytes((43,)) + request.encode(), CLIENT)
    assert isinstance(answer, bytes)
    response = ReadDeviceInformationResponse()
    response.decode(answer[1:])
    return response


@pytest.mark.parametrize(
    ("address", "type_", "words", "value"),
    [
        (50000, RegisterType.STRING_16, 4, "SOCO"),
        (50004, RegisterType.U16, 1, 400),
        (50005, RegisterType.U16, 1, 60070),
        (50008, RegisterType.U16_HEX, 1, 0x2307),
        (50009, RegisterType.U16_HEX, 1, 0x1240),
        (50010, RegisterType.U16, 1, 815),
        (50013, RegisterType.U64_HEX, 4, 0x48290220),
        (50042, RegisterType.STRING_NORM, 8, "SOCOMEC"),
        (50050, RegisterType.STRING_NORM, 8, "DIRIS DIGIWARE"),
        (50058, RegisterType.STRING_NORM, 8, "DIGIWARE M-70"),
        (50067, RegisterType.U32_HEX, 2, 0x0A0B0C0D),
    ],
)
def test_the_block_says_who_the_gateway_is(
    address: int, type_: RegisterType, words: int, value: object
) -> None:
    assert decode(read(address, words), type_) == value


def test_the_block_is_69_words_without_a_hole() -> None:
    assert len(read(50000, 69)) == 138


def test_an_m50_says_so() -> None:
    own = Site(Gateway(model=GatewayModel.M50, ble=True)).own
    assert decode(read(50058, 8, own), RegisterType.STRING_NORM) == "DIGIWARE M-50"
    assert read(50013, 4, own).hex() == "0000000048290221"
    assert device(1, 0, own).information[1] == b"4829 0221"


@pytest.mark.parametrize(
    ("firmware", "version", "hundredfold"),
    [("1.2.3", (1, 2, 3), 102), ("0.7.0rc1", (0, 7, 0), 7), ("3", (3, 0, 0), 300)],
)
def test_versions(firmware: str, version: tuple[int, ...], hundredfold: int) -> None:
    assert plate.versions(firmware) == version
    assert plate.hundredfold(Identity(firmware=firmware)) == hundredfold


@pytest.mark.parametrize(
    ("code", "first", "keys"),
    [
        (1, 0, [0, 1, 2]),
        (1, 1, [1, 2]),
        (1, 5, [0, 1, 2]),
        (2, 0, [0, 1, 2, 4, 5, 6]),
        (2, 3, [0, 1, 2, 4, 5, 6]),
        (2, 5, [5, 6]),
        (3, 0, [0, 1, 2, 4, 5, 6, 0x80, 0x81]),
        (3, 0x81, [0x81]),
        (3, 0xFF, [0, 1, 2, 4, 5, 6, 0x80, 0x81]),
        (4, 6, [6]),
        (4, 0x80, [0x80]),
    ],
)
def test_each_read_code_gives_its_objects(code: int, first: int, keys: list[int]) -> None:
    """An object that is not of the category begins at 0 again (§6.21)."""
    found = device(code, first)
    assert list(found.information) == keys
    assert (found.read_code, found.conformity, found.more_follows) == (code, 0x83, 0)
    assert {k: v for k, v in found.information.items() if k != 2}.items() <= NAMES.items()


@pytest.mark.parametrize("first", [3, 7, 0x7F, 0x82, 0xFF])
def test_a_single_object_that_is_not_there_is_an_illegal_address(first: int) -> None:
    with pytest.raises(Refusal) as refused:
        device(4, first)
    assert refused.value.code == ExcCodes.ILLEGAL_ADDRESS


def test_what_does_not_fit_follows() -> None:
    objects = {0: "a" * 100, 1: "b" * 100, 2: "c" * 100}
    seen: dict[int, bytes] = {}
    first, answers = 0, 0
    while True:
        pdu = mei.identification(bytes((43, 14, 1, first)), objects)
        assert len(pdu) <= 253
        response = ReadDeviceInformationResponse()
        response.decode(pdu[1:])
        seen |= response.information
        answers += 1
        if not response.more_follows:
            break
        first = response.next_object_id
    assert seen == {key: text.encode() for key, text in objects.items()}
    assert answers == 2


async def test_a_slave_is_identified_by_its_block() -> None:
    answer = Plant().handler.answer(UNPOLLED, b"\x2b\x0e\x02\x00", CLIENT)
    assert not isinstance(answer, bytes)
    response = ReadDeviceInformationResponse()
    response.decode((await answer)[1:])
    assert response.information == {
        0: b"SOCOMEC",
        1: b"60024",
        2: b"2.3",
        4: b"COUNTIS",
        5: b"COUNTIS E24",
    }
