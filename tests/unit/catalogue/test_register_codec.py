"""Words and values: vectors from the documents, and round trips of everything that fits."""

import math
import struct
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigate.catalogue import RegisterType, Value, decode, encode
from digigate.catalogue.registers import EPOCH, decimals, fits

T = RegisterType

GOLDEN: list[tuple[str, RegisterType, float, Value]] = [
    ("0053 004F 0043 004F", T.STRING_16, 1, "SOCO"),  # block 50000, facts §2
    ("534F 434F 4D45 4300 0000 0000 0000 0000", T.STRING_NORM, 1, "SOCOMEC"),  # 50042
    ("0000 59E2", T.U32, 0.01, 230.1),
    ("0000 2EF2", T.U32, 0.001, 12.018),
    ("0000 C350", T.U32, 0.001, 50),
    ("FFFF FFFF", T.S32, 1, -1),
    ("FFFF FC18", T.S32, 10, -10000),  # 10 W a digit: the 0xC550 table
    ("FC18", T.S16, 0.001, -1),
    ("03B6", T.S16, 0.001, 0.95),
    ("00EA", T.U16, 0.01, 2.34),  # THD I1 of the manual's example, annexe III
    ("0019", T.U16, 0.1, 2.5),
    ("0001", T.U8, 1, 1),
    ("1234", T.U8_H, 1, 0x12),
    ("1234", T.U8_L, 1, 0x34),
    ("00FB", T.S8, 1, -5),
    ("FB05", T.S8_H, 0.2, -1),
    ("05FB", T.S8_L, 0.5, -2.5),
    ("FFFF", T.U16_HEX, 1, 0xFFFF),  # bits, so nothing says "not available"
    ("00A1", T.U8_HEX, 1, 0xA1),
    ("FFFF FFFF", T.U32_HEX, 1, 0xFFFFFFFF),
    ("0000 0000 0000 0007", T.U64, 10, 70),
    ("FFFF FFFF FFFF FFFE", T.S64, 1, -2),
    ("0123 4567 89AB CDEF", T.U64_HEX, 1, 0x0123456789ABCDEF),
    ("4248 0000", T.F32, 1, 50.0),
    ("C0A8 0004", T.U32_IP, 1, "192.168.0.4"),
    ("0000 0000", T.DATETIME, 1, datetime(2000, 1, 1)),  # noqa: DTZ001
    ("0001 5180", T.DATETIME, 1, datetime(2000, 1, 2)),  # noqa: DTZ001
    ("0000 0000 0526 5C05", T.DATETIME_MS, 1, EPOCH + timedelta(days=1, milliseconds=5)),
    ("1906 1009 1E00", T.DATETIME_3, 1, datetime(2025, 6, 16, 9, 30)),  # noqa: DTZ001
]
ABSENT = [
    ("FFFF", T.U8), ("FF00", T.U8_H), ("00FF", T.U8_L), ("FFFF", T.U16), ("7FFF", T.S16),
    ("007F", T.S8), ("7F00", T.S8_H), ("007F", T.S8_L), ("FFFF FFFF", T.U32),
    ("7FFF FFFF", T.S32), ("FFFF" * 4, T.U64), ("7FFF" + "FFFF" * 3, T.S64),
    ("FFFF FFFF", T.DATETIME), ("FFFF" * 4, T.DATETIME_MS), ("7FC0 0000", T.F32),
    ("0000 0000 0000", T.DATETIME_3),
]  # fmt: skip
INTEGERS = {
    T.U8: (0, 0xFFFE), T.U8_H: (0, 0xFE), T.U8_L: (0, 0xFE), T.U8_HEX: (0, 0xFFFF),
    T.U16: (0, 0xFFFE), T.U16_HEX: (0, 0xFFFF), T.S8: (-128, 126), T.S8_H: (-128, 126),
    T.S8_L: (-128, 126), T.S16: (-0x8000, 0x7FFE), T.U32: (0, 2**32 - 2),
    T.U32_HEX: (0, 2**32 - 1), T.S32: (-(2**31), 2**31 - 2), T.U64: (0, 2**64 - 2),
    T.U64_HEX: (0, 2**64 - 1), T.S64: (-(2**63), 2**63 - 2),
}  # fmt: skip
WORDS = {T.U32: 2, T.U32_HEX: 2, T.S32: 2, T.U64: 4, T.U64_HEX: 4, T.S64: 4}
SCALES = st.sampled_from([0.00001, 0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 10.0, 1000.0, 1000000.0])


@pytest.mark.parametrize(("words", "type_", "scale", "value"), GOLDEN)
def test_documented_words_and_values(
    words: str, type_: RegisterType, scale: float, value: Value
) -> None:
    assert decode(bytes.fromhex(words), type_, scale) == value


@pytest.mark.parametrize(("words", "type_", "scale", "value"), GOLDEN)
def test_the_way_back_gives_the_same_words(
    words: str, type_: RegisterType, scale: float, value: Value
) -> None:
    data = bytes.fromhex(words)
    masks = {"_H": b"\xff\x00", "_L": b"\x00\xff"}  # the other half is another point's
    mask = masks.get(type_[-2:], b"\xff" * len(data))
    if type_ is T.S8:
        mask = b"\x00\xff"
    expected = bytes(octet & bit for octet, bit in zip(data, mask, strict=True))
    assert encode(value, type_, len(data) // 2, scale) == expected


@pytest.mark.parametrize(("words", "type_"), ABSENT)
def test_not_available_is_none(words: str, type_: RegisterType) -> None:
    assert decode(bytes.fromhex(words), type_) is None


@pytest.mark.parametrize("type_", [type_ for _, type_ in ABSENT])
def test_none_is_written_as_not_available(type_: RegisterType) -> None:
    words = len(bytes.fromhex(next(w for w, t in ABSENT if t is type_))) // 2
    assert decode(encode(None, type_, words), type_) is None


def test_a_voltage_does_not_gain_decimals() -> None:
    assert repr(decode(struct.pack(">I", 23010), T.U32, 0.01)) == "230.1"
    assert repr(decode(struct.pack(">I", 3), T.U32, 0.1)) == "0.3"


def test_whole_scales_give_whole_numbers() -> None:
    assert repr(decode(struct.pack(">I", 7), T.U32, 1000.0)) == "7000"
    assert repr(decode(struct.pack(">H", 7), T.U16)) == "7"


@given(st.sampled_from(sorted(INTEGERS)), SCALES, st.data())
def test_every_integer_survives(type_: RegisterType, scale: float, data: st.DataObject) -> None:
    low, high = INTEGERS[type_]
    widest = 2**45 if scale != 1 else 2**64  # a float holds no more with five decimals
    raw = data.draw(st.integers(max(low, -widest), min(high, widest)))
    code = {2: ">I", 4: ">Q"}.get(WORDS.get(type_, 1), ">H")
    words = WORDS.get(type_, 1)
    written = encode(raw if scale == 1 else raw * scale, type_, words, scale)
    assert len(written) == struct.calcsize(code)
    value = decode(written, type_, scale)
    assert isinstance(value, int | float)
    assert value == pytest.approx(raw * scale, rel=1e-12, abs=1e-12)
    assert encode(value, type_, words, scale) == written


@given(st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\xa0\x85")))
def test_texts_survive_up_to_their_room(text: str) -> None:
    assert decode(encode(text, T.STRING_NORM, 8), T.STRING_NORM) == text[:16].rstrip()
    assert decode(encode(text, T.STRING_16, 8), T.STRING_16) == text[:8].rstrip()


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001
def test_dates_survive(date: datetime) -> None:
    whole = date.replace(microsecond=0)
    assert decode(encode(whole, T.DATETIME, 2), T.DATETIME) == whole
    assert decode(encode(whole, T.DATETIME_3, 3), T.DATETIME_3) == whole
    thousandth = date.replace(microsecond=date.microsecond // 1000 * 1000)
    assert decode(encode(thousandth, T.DATETIME_MS, 4), T.DATETIME_MS) == thousandth


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_floats_survive(number: float) -> None:
    assert decode(encode(number, T.F32, 2), T.F32) == number


@given(st.binary(min_size=32, max_size=32), st.sampled_from(list(T)))
def test_any_words_decode(data: bytes, type_: RegisterType) -> None:
    value = decode(data, type_)
    assert value is None or not isinstance(value, float) or math.isfinite(value)


@pytest.mark.parametrize(
    ("value", "type_", "words"),
    [
        (-1, T.U16, 1), (70000, T.U16, 1), (0xFFFF, T.U16, 1), (40000, T.S16, 1), ("x", T.U32, 2),
        (5, T.DATETIME, 2), (300, T.U8_H, 1), ("not an address", T.U32_IP, 2), (1, T.U32, 1),
        (datetime(1999, 1, 1), T.DATETIME, 2), ("x", T.F32, 2), (7, T.DATETIME_3, 3),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(value: Value, type_: RegisterType, words: int) -> None:
    with pytest.raises(ValueError, match=r"fit|available|fill|IPv4|Octet|permitted|address"):
        encode(value, type_, words)


def test_too_few_octets_are_refused() -> None:
    with pytest.raises(ValueError, match="2 octets do not make a U32"):
        decode(b"\0\0", T.U32)


def test_decode_reads_a_view_without_copying() -> None:
    assert decode(memoryview(b"\x00\x05\x00\x07")[2:], T.U16) == 7


@pytest.mark.parametrize(("scale", "places"), [(1, 0), (10, 0), (0.1, 1), (0.5, 1), (0.001, 3)])
def test_decimals_of_a_scale(scale: float, places: int) -> None:
    assert decimals(scale) == places


@pytest.mark.parametrize(
    ("type_", "words", "fitting"),
    [(T.U32, 2, True), (T.U32, 1, False), (T.U8_H, 1, True), (T.STRING_NORM, 16, True),
     (T.STRING_NORM, 0, False), (T.DATETIME_3, 3, True), (T.F32, 4, False)],
)  # fmt: skip
def test_which_lengths_a_type_has(type_: RegisterType, words: int, fitting: bool) -> None:
    assert fits(type_, words) is fitting
