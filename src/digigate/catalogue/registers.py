"""Words <-> values: every register type of the SOCOMEC tables (facts/modbus README §2)."""

from datetime import datetime
from enum import StrEnum

Value = int | float | str | datetime


class RegisterType(StrEnum):
    """Type names as the tables print them."""

    U8 = "U8"  # low byte of a word
    U8_H = "U8_H"
    U8_L = "U8_L"
    U8_HEX = "U8_HEX"
    U16 = "U16"
    U16_HEX = "U16_HEX"
    S8 = "S8"
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


def decode(data: bytes | memoryview, type_: RegisterType, scale: float = 1.0) -> Value | None:
    """Big-endian words to a value; None where the device says "not available".

    Integers with scale 1 stay integers; dates are naive (the device's local time).
    """
    raise NotImplementedError


def encode(value: Value | None, type_: RegisterType, words: int, scale: float = 1.0) -> bytes:
    """The inverse of `decode`; None becomes the type's "not available" pattern.

    Raises:
        ValueError: the value does not fit the type.
    """
    raise NotImplementedError
