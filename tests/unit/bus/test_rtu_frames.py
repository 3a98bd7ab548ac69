"""RTU frames: pymodbus is the oracle for CRC and answers, hypothesis for noise around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, WriteSingleCoilRequest
from pymodbus.pdu.mei_message import (
    ReadDeviceInformationRequest,
    ReadDeviceInformationResponse,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
)

from digigate.bus.frames import build, crc16, ends_with, expect, find

READ = bytes.fromhex("034800000a")  # ten registers from 18432
UNIT = 5
ANSWER = build(UNIT, bytes((3, 20)) + bytes(range(20)))


def pdu_of(message: ModbusPDU) -> bytes:
    return bytes((message.function_code,)) + message.encode()


@given(st.binary(max_size=256))
def test_the_crc_is_that_of_pymodbus(data: bytes) -> None:
    assert crc16(data) == int.from_bytes(FramerRTU.compute_CRC(data).to_bytes(2, "big"), "little")


def test_a_frame_is_what_pymodbus_builds() -> None:
    request = ReadHoldingRegistersRequest(address=18432, count=10, dev_id=UNIT)
    assert build(UNIT, READ) == FramerRTU(DecodePDU(is_server=False)).buildFrame(request)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (READ, bytes((3, 20)) + bytes(20)),
        (pdu_of(ReadInputRegistersRequest(address=1, count=2)), bytes((4, 4, 1, 2, 3, 4))),
        (pdu_of(ReadCoilsRequest(address=0, count=9)), bytes((1, 2, 0xFF, 1))),
        (bytes.fromhex("0600010203"), bytes.fromhex("0600010203")),
        (pdu_of(WriteSingleCoilRequest(address=7, bits=[True])), bytes.fromhex("050007ff00")),
        (
            pdu_of(WriteMultipleRegistersRequest(address=3, count=2, registers=[1, 2])),
            pdu_of(WriteMultipleRegistersResponse(address=3, count=2)),
        ),
        (bytes.fromhex("16000400f20025"), bytes.fromhex("16000400f20025")),
        (bytes.fromhex("17000300060e000300030600ff00ff00ff"[:34]), bytes((23, 12)) + bytes(12)),
        (b"\x11", bytes((17, 3, 5, 0xFF, 9))),
        (b"\x07", bytes((7, 0x6D))),
        (b"\x08\0\0\xa5\x37", b"\x08\0\0\xa5\x37"),
        (b"\x08\0\x0b\0\0", b"\x08\0\x0b\0\x11"),
        (bytes.fromhex("1804de"), bytes.fromhex("180006000201b81284")),
    ],
    ids=lambda pdu: f"function {pdu[0]}",
)
def test_the_answer_of_each_function_is_found_at_its_length(request_: bytes, answer: bytes) -> None:
    frame = build(UNIT, answer)
    assert find(expect(UNIT, request_), frame + b"\x05") == (0, len(frame))
    assert find(expect(UNIT, request_), frame[:-1]) is None


def test_an_identification_answer_ends_behind_its_objects() -> None:
    request = ReadDeviceInformationRequest(read_code=1, object_id=0)
    answer = ReadDeviceInformationResponse(read_code=1, information={0: b"SOCOMEC", 1: b"I-30"})
    frame = build(UNIT, pdu_of(answer))
    expected = expect(UNIT, pdu_of(request))
    assert find(expected, frame) == (0, len(frame))
    assert find(expected, frame[:-3]) is None


def test_an_unknown_function_ends_by_silence_only() -> None:
    expected = expect(UNIT, b"\x64\x01\x02")
    frame = build(UNIT, b"\x64whatever")
    assert find(expected, frame) is None
    assert find(expected, b"\xff" + frame, silent=True) == (1, 1 + len(frame))


def test_a_refusal_is_an_answer() -> None:
    frame = build(UNIT, b"\x83\x02")
    assert find(expect(UNIT, READ), frame) == (0, 5)
    assert ends_with(expect(UNIT, READ), bytearray(b"\0" + frame)) == (1, 6)


@pytest.mark.parametrize(
    "frame",
    [
        build(6, ANSWER[1:-2]),
        build(UNIT, b"\x04" + ANSWER[2:-2]),
        build(UNIT, bytes((3, 22)) + bytes(22)),
        build(UNIT, bytes((3, 18)) + bytes(18)),
        build(UNIT, b"\x84\x02"),
        ANSWER[:-1] + bytes((ANSWER[-1] ^ 1,)),
        build(UNIT, READ),
    ],
    ids=[
        "other unit",
        "other function",
        "too many registers",
        "too few registers",
        "refusal of another function",
        "broken CRC",
        "our own request",
    ],
)
def test_what_does_not_answer_this_request_is_not_found(frame: bytes) -> None:
    assert find(expect(UNIT, READ), frame, silent=True) is None
    assert ends_with(expect(UNIT, READ), bytearray(frame)) is None


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (bytes.fromhex("0600010203"), bytes.fromhex("0600020203")),
        (bytes.fromhex("0600010203"), bytes.fromhex("0600010204")),
        (bytes.fromhex("10000300020400010002"), bytes.fromhex("1000030001")),
        (b"\x08\0\0\xa5\x37", b"\x08\0\0\xa5\x38"),
    ],
)
def test_a_write_is_confirmed_by_its_own_address_and_value_only(
    request_: bytes, answer: bytes
) -> None:
    assert find(expect(UNIT, request_), build(UNIT, answer), silent=True) is None


@given(before=st.binary(max_size=40), after=st.binary(max_size=40))
def test_noise_around_an_answer_does_not_hide_it(before: bytes, after: bytes) -> None:
    found = find(expect(UNIT, READ), before + ANSWER + after)
    assert found is not None
    start, end = found
    assert (before + ANSWER + after)[start:end] == ANSWER


@given(before=st.binary(max_size=40))
def test_an_answer_at_the_end_of_noise_is_seen_at_its_last_byte(before: bytes) -> None:
    heard = bytearray(before + ANSWER)
    assert ends_with(expect(UNIT, READ), heard[:-1]) is None
    assert ends_with(expect(UNIT, READ), heard) == (len(before), len(heard))


@given(bit=st.integers(0, 8 * len(ANSWER) - 1))
def test_no_single_bit_error_passes(bit: int) -> None:
    broken = bytearray(ANSWER)
    broken[bit // 8] ^= 1 << bit % 8
    assert find(expect(UNIT, READ), broken, silent=True) is None


@pytest.mark.parametrize("pdu", [b"", bytes(254), b"\x03\0"])
def test_what_is_no_request_is_refused(pdu: bytes) -> None:
    with pytest.raises(ValueError, match="request"):
        expect(UNIT, pdu)


def test_pymodbus_reads_our_answers_as_we_do() -> None:
    message = DecodePDU(is_server=False).decode(ANSWER[1:-2])
    assert isinstance(message, ReadHoldingRegistersResponse)
    assert message.registers[:2] == [0x0001, 0x0203]
