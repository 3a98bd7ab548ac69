"""Frames in words."""

import pytest

from digigate.bus.frames import build
from digigate.bus.trace import Frame, FrameKind
from digigate.bus.workshop.decode import Fault, Interpreter
from digigate.catalogue import Catalogue

I30 = Catalogue.load().models["digiware-i30"]
READ = bytes.fromhex("03 481a 0002")  # I1 of load 1


@pytest.fixture
def interpreter() -> Interpreter:
    return Interpreter(lambda line, unit: I30 if (line, unit) == ("digiware", 4) else None)


def frame(kind: FrameKind, data: bytes, time: float = 0.0, unit: int = 4) -> Frame:
    return Frame("digiware", time, kind, unit, data, None)


def request(pdu: bytes = READ, time: float = 0.0) -> Frame:
    return frame(FrameKind.REQUEST, build(4, pdu), time)


def test_an_answer_tells_values_by_name_and_unit(interpreter: Interpreter) -> None:
    assert interpreter.meaning(request()).text == "read registers 18458..18459 (2)"
    answer = interpreter.meaning(frame(FrameKind.ANSWER, build(4, bytes.fromhex("0304 00003039"))))
    assert answer.text == "18458..18459 (2) read"
    assert [figure.words for figure in answer.figures] == ["current.i1@instant/load1 = 12.345 A"]


def test_answers_that_cross_find_their_requests(interpreter: Interpreter) -> None:
    """A line by Modbus TCP has several requests under way."""
    interpreter.meaning(request(bytes.fromhex("03 481a 0002")))
    interpreter.meaning(request(bytes.fromhex("03 c350 0004")))
    plate = interpreter.meaning(
        frame(FrameKind.ANSWER, build(4, bytes.fromhex("0308 0053004f0043004f")))
    )
    current = interpreter.meaning(frame(FrameKind.ANSWER, build(4, bytes.fromhex("0304 00003039"))))
    assert (plate.text, current.text) == ("50000..50003 (4) read", "18458..18459 (2) read")


def test_an_answer_to_a_stranger_has_no_names() -> None:
    interpreter = Interpreter(lambda *_: None)
    interpreter.meaning(request())
    answer = interpreter.meaning(frame(FrameKind.ANSWER, build(4, bytes.fromhex("0304 00003039"))))
    assert answer.figures == ()


def test_an_answer_whose_request_was_not_seen_is_told_without_registers(
    interpreter: Interpreter,
) -> None:
    interpreter.meaning(request())
    interpreter.forget()
    answer = interpreter.meaning(frame(FrameKind.ANSWER, build(4, bytes.fromhex("0304 00003039"))))
    assert (answer.text, answer.figures) == ("answer to read registers", ())


def test_a_refusal_is_told_by_name(interpreter: Interpreter) -> None:
    interpreter.meaning(request())
    told = interpreter.meaning(frame(FrameKind.EXCEPTION, build(4, b"\x83\x02")))
    assert told.fault is Fault.EXCEPTION
    assert told.text == "refuses read registers 18458..18459 (2): illegal data address (0x02)"


def test_a_write_tells_what_it_writes(interpreter: Interpreter) -> None:
    told = interpreter.meaning(request(bytes.fromhex("06 3602 00a0")))
    assert told.text == "write register 13826 := 160"
    assert [figure.words for figure in told.figures] == ["load-settings.inom/load1 = 160 A"]
    done = interpreter.meaning(frame(FrameKind.ANSWER, build(4, bytes.fromhex("06 3602 00a0"))))
    assert done.text == "write register 13826 := 160: done"


def test_silence_names_what_was_asked(interpreter: Interpreter) -> None:
    interpreter.meaning(request())
    told = interpreter.meaning(frame(FrameKind.TIMEOUT, b""))
    assert (told.fault, told.text) == (
        Fault.TIMEOUT,
        "no answer to read registers 18458..18459 (2)",
    )


def test_an_answer_after_its_deadline_is_known_again(interpreter: Interpreter) -> None:
    interpreter.meaning(request())
    interpreter.meaning(frame(FrameKind.TIMEOUT, b"", 0.5))
    late = build(4, bytes.fromhex("0304 00003039"))
    told = interpreter.meaning(frame(FrameKind.STRAY, late, 0.8, unit=0))
    assert told.fault is Fault.LATE
    assert told.text.endswith("800 ms after the request")
    again = interpreter.meaning(frame(FrameKind.STRAY, late, 0.9, unit=0))
    assert again.fault is Fault.STRAY


def test_another_master_is_suspected_by_its_request(interpreter: Interpreter) -> None:
    told = interpreter.meaning(frame(FrameKind.STRAY, build(9, READ), unit=0))
    assert told.fault is Fault.STRAY
    assert "another master asks unit 9 to read registers 18458..18459 (2)" in told.text


def test_noise_says_that_its_crc_is_wrong(interpreter: Interpreter) -> None:
    interpreter.meaning(request())
    told = interpreter.meaning(frame(FrameKind.GARBLED, b"\x04\x03\x04\xff\x00"))
    assert (told.fault, told.text) == (
        Fault.GARBLED,
        "no right answer: 5 octets, the CRC is wrong",
    )


def test_an_adapter_that_repeats_what_it_sends_is_recognised(interpreter: Interpreter) -> None:
    interpreter.meaning(request())
    told = interpreter.meaning(frame(FrameKind.GARBLED, build(4, READ)))
    assert told.fault is Fault.ECHO


def test_coils_are_shown_one_by_one(interpreter: Interpreter) -> None:
    interpreter.meaning(request(bytes.fromhex("01 0000 000a")))
    told = interpreter.meaning(frame(FrameKind.ANSWER, build(4, bytes.fromhex("01 02 0503"))))
    assert told.text == "1010000011 from 0"


@pytest.mark.parametrize(
    ("pdu", "words"),
    [
        ("07", "read exception status"),
        ("41", "function 65"),
        ("05 0003 ff00", "write coil 3 := on"),
        ("10 e100 0006 0c", "write registers 57600..57605 (6)"),
        ("03 c350 0001", "read registers 50000"),
        ("03 c3", "read registers"),
    ],
)
def test_requests_of_all_functions_have_words(
    interpreter: Interpreter, pdu: str, words: str
) -> None:
    assert interpreter.meaning(request(bytes.fromhex(pdu))).text == words
