"""Words <-> values: every register type of the SOCOMEC tables (facts/modbus README §2)."""

import math
import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Address

Value = int | float | str | datetime


class RegisterType(StrEnum):
    """Type names as the tables print them."""

    U8 = "U8"  # alone in its word; some tables print it for values above 255 too
    U8_H = "U8_H"  # high byte of a word that two values share
    U8_L = "U8_L"
    U8_HEX = "U8_HEX"
    U16 = "U16"
    U16_HEX = "U16_HEX"
    S8 = "S8"
    S8_H = "S8_H"
    S8_L = "S8_L"
    S16 = "S16"
    U32 = "U32"
    U32_HEX = "U32_HEX"
    S32 = "S32"
    U64 = "U64"
    U64_HEX = "U64_HEX"
    S64 = "S64"
    F32 = "F32"
    U32_IP = "U32_IP"
    STRING_16 = "STRING_16"  # one character per word
    STRING_NORM = "STRING_NORM"  # two characters per word, NUL padded
    DATETIME = "DATETIME"  # U32 seconds since 2000-01-01 local
    DATETIME_MS = "DATETIME_MS"  # 4 words, milliseconds, same epoch
    DATETIME_3 = "DATETIME_3"  # 3 words: year-2000, month, day, hour, minute, second


EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 -- devices count in their own local time

Buffer = bytes | memoryview
Decoder = Callable[[Buffer], Value | None]

_INTEGERS: dict[RegisterType, tuple[str, int | None]] = {
    RegisterType.U8: (">H", 0xFFFF),
    RegisterType.U8_H: (">Bx", 0xFF),
    RegisterType.U8_L: (">xB", 0xFF),
    RegisterType.U8_HEX: (">H", None),
    RegisterType.S8: (">xb", 0x7F),
    RegisterType.S8_H: (">bx", 0x7F),
    RegisterType.S8_L: (">xb", 0x7F),
    RegisterType.U16: (">H", 0xFFFF),
    RegisterType.U16_HEX: (">H", None),
    RegisterType.S16: (">h", 0x7FFF),
    RegisterType.U32: (">I", 0xFFFFFFFF),
    RegisterType.U32_HEX: (">I", None),
    RegisterType.S32: (">i", 0x7FFFFFFF),
    RegisterType.U64: (">Q", 0xFFFFFFFFFFFFFFFF),
    RegisterType.U64_HEX: (">Q", None),
    RegisterType.S64: (">q", 0x7FFFFFFFFFFFFFFF),
    RegisterType.DATETIME: (">I", 0xFFFFFFFF),
    RegisterType.DATETIME_MS: (">Q", 0xFFFFFFFFFFFFFFFF),
}
"""struct format, and the raw value that says "not available" (ours: facts, gaps.md)."""

_TICKS = {RegisterType.DATETIME: 1, RegisterType.DATETIME_MS: 1000}  # a second


def decode(data: Buffer, type_: RegisterType, scale: float = 1.0) -> Value | None:
    """Big-endian words to a value; None where the device says "not available".

    Integers with scale 1 stay integers; dates are naive (the device's local time).

    Raises:
        ValueError: the octets are too few for the type.
    """
    try:
        return _decoder(type_, scale)(data)
    except struct.error as error:
        raise ValueError(f"{len(data)} octets do not make a {type_}") from error


def encode(value: Value | None, type_: RegisterType, words: int, scale: float = 1.0) -> bytes:
    """The inverse of `decode`; None becomes the type's "not available" pattern.

    Raises:
        ValueError: the value does not fit the type.
    """
    try:
        data = _encoded(value, type_, words, scale)
    except (struct.error, TypeError, OverflowError) as error:
        raise ValueError(f"{value!r} does not fit {type_}") from error
    if len(data) != 2 * words:
        raise ValueError(f"{value!r} as {type_} does not fill {words} words")
    return data


def fits(type_: RegisterType, words: int) -> bool:
    """Whether a value of the type can have so many registers."""
    fixed = {RegisterType.F32: 2, RegisterType.U32_IP: 2, RegisterType.DATETIME_3: 3}
    if type_ in _INTEGERS:
        return 2 * words == struct.calcsize(_INTEGERS[type_][0])
    return words == fixed[type_] if type_ in fixed else words > 0


def integer_form(type_: RegisterType) -> tuple[str, int | None] | None:
    """The struct format of an integer type and what says "not available"; None for other types.

    A date counts as none: its number is no value.
    """
    return None if type_ in _TICKS else _INTEGERS.get(type_)


@cache
def _decoder(type_: RegisterType, scale: float) -> Decoder:
    if type_ in _TICKS:
        return _date_decoder(type_)
    if type_ in _INTEGERS:
        return _integer_decoder(type_, scale)
    return {
        RegisterType.F32: _float,
        RegisterType.U32_IP: lambda data: str(IPv4Address(bytes(data[:4]))),
        RegisterType.STRING_16: lambda data: _text(bytes(data)[1::2]),
        RegisterType.STRING_NORM: lambda data: _text(bytes(data)),
        RegisterType.DATETIME_3: _build_date,
    }[type_]


def _integer_decoder(type_: RegisterType, scale: float) -> Decoder:
    code, absent = _INTEGERS[type_]
    unpack = struct.Struct(code).unpack_from
    places = decimals(scale)

    def whole(data: Buffer) -> Value | None:
        raw: int = unpack(data)[0]
        return None if raw == absent else raw

    def multiple(data: Buffer) -> Value | None:
        raw: int = unpack(data)[0]
        return None if raw == absent else raw * int(scale)

    def fraction(data: Buffer) -> Value | None:
        raw: int = unpack(data)[0]
        return None if raw == absent else round(raw * scale, places)

    if scale == 1:
        return whole
    return multiple if scale == int(scale) else fraction


def _date_decoder(type_: RegisterType) -> Decoder:
    code, absent = _INTEGERS[type_]
    unpack, ticks = struct.Struct(code).unpack_from, _TICKS[type_]

    def date(data: Buffer) -> Value | None:
        raw: int = unpack(data)[0]
        try:
            return None if raw == absent else EPOCH + timedelta(seconds=raw / ticks)
        except OverflowError:
            return None

    return date


@cache
def decimals(scale: float) -> int:
    """How many decimals a value of this scale can have: 3 for 0.001."""
    return max(0, math.ceil(-math.log10(scale))) if scale < 1 else 0


def _float(data: Buffer) -> Value | None:
    value: float = struct.unpack_from(">f", data)[0]
    return value if math.isfinite(value) else None


def _text(octets: bytes) -> str:
    return octets.split(b"\0", 1)[0].decode("latin-1").rstrip()


def _build_date(data: Buffer) -> Value | None:
    """Encoding not published; ours: six octets year-2000, month, day, hour, minute, second."""
    year, month, day, hour, minute, second = struct.unpack_from(">6B", data)
    try:
        return datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None


def _encoded(value: Value | None, type_: RegisterType, words: int, scale: float) -> bytes:
    if value is None:
        return _absent(type_, words)
    if type_ in _INTEGERS:
        number = _since_epoch(value) * _TICKS[type_] if type_ in _TICKS else value
        return _integer(number, type_, scale)
    if type_ in _WRITERS:
        return _WRITERS[type_](value)
    octets = str(value).encode("latin-1", "replace")
    if type_ is RegisterType.STRING_16:
        octets = b"".join(bytes((0, octet)) for octet in octets)
    return octets[: 2 * words].ljust(2 * words, b"\0")


def _integer(value: Value, type_: RegisterType, scale: float) -> bytes:
    code, absent = _INTEGERS[type_]
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    raw = round(value if scale == 1 else value / scale)
    if raw == absent:
        raise ValueError(f"{value!r} would read as not available")
    return struct.pack(code, raw)


def _since_epoch(value: Value) -> float:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is not a date")
    return (value.replace(tzinfo=None) - EPOCH).total_seconds()


def _six_octets(value: Value) -> bytes:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is not a date")
    parts = (value.month, value.day, value.hour, value.minute, value.second)
    return struct.pack(">6B", value.year - 2000, *parts)


_WRITERS: dict[RegisterType, Callable[[Value], bytes]] = {
    RegisterType.F32: lambda value: struct.pack(">f", value),
    RegisterType.U32_IP: lambda value: IPv4Address(str(value)).packed,
    RegisterType.DATETIME_3: _six_octets,
}


def _absent(type_: RegisterType, words: int) -> bytes:
    if type_ in _INTEGERS:
        code, absent = _INTEGERS[type_]
        return struct.pack(code, 0 if absent is None else absent)
    if type_ is RegisterType.F32:
        return struct.pack(">f", math.nan)
    return bytes(2 * words)
