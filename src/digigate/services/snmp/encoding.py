"""Registers -> elements: what a column shows of a figure, straight from the words of the wire.

What a device says is not available is 0, like what its model does not measure (Annexe I-5).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from struct import Struct

from digigate.catalogue import Composite, Form, Point, RegisterType, decode
from digigate.catalogue.registers import integer_form
from digigate.services.snmp.ber import GAUGE32, INTEGER, OCTETS, integer, tlv
from digigate.services.snmp.measures import Aspect, Measure

Encoder = Callable[[bytes, int], bytes]
"""The whole element for the words that begin at this octet of a span's data."""
Part = tuple[int, RegisterType, int]
"""Octets from the first part, type, and by how much it counts in steps of the finest part."""

NO_DATE = tlv(OCTETS, bytes(8))
LIMITS = {INTEGER: (-(2**31), 2**31 - 1), GAUGE32: (0, 2**32 - 1)}
SHORT = (">H", ">Bx", ">xB")
CODES = {INTEGER: (">xb", ">bx", ">h", ">i", *SHORT), GAUGE32: (">I", *SHORT)}
"""The forms of which every value is one of the tag's type."""
DATES_KEPT = 4096
DATE_AND_TIME = Struct(">H6B")
THOUSAND = 1000
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Shape:
    """What becomes of the sum of the parts, counted in steps of the finest."""

    aspect: Aspect
    form: Form
    divisor: int  # steps of the finest part in one of the column's

    @property
    def idle(self) -> bool:
        """Whether it stays what it is."""
        return (self.aspect, self.form, self.divisor) == (Aspect.VALUE, Form.SUM, 1)

    def apply(self, total: float) -> int:
        """The number that is told."""
        if self.form is Form.DIRECTION:
            return 0 if total == 0 else 1 if total < 0 else 2
        if self.form is Form.MAGNITUDE:
            total = abs(total)
        if self.aspect is Aspect.VALUE:
            return round(total / self.divisor)
        whole = int(total // self.divisor)
        return whole % THOUSAND if self.aspect is Aspect.RESIDUAL else whole


def zero(measure: Measure) -> bytes:
    """What a column shows of what is not measured."""
    return NO_DATE if measure.aspect is Aspect.TIME else integer(0, _tag(measure))


def encoder(measure: Measure, figure: Point | Composite) -> tuple[Point, Encoder] | None:
    """How a column's element comes from the registers that begin with this point.

    None where the figure has no such aspect, as a date that the meter does not keep.
    """
    if measure.aspect is Aspect.TIME:
        date = figure.time if isinstance(figure, Composite) else None
        return None if date is None else (date, dates(date))
    parts = figure.parts if isinstance(figure, Composite) else (figure,)
    form = figure.form if isinstance(figure, Composite) else Form.SUM
    step = measure.scale.step
    fine = min(1.0 if measure.aspect is not Aspect.VALUE else step, *(p.scale for p in parts))
    places = tuple(
        (2 * (part.address - parts[0].address), part.type, round(part.scale / fine))
        for part in parts
    )
    shape = Shape(measure.aspect, form, round(step / fine))
    return parts[0], _numbers(places, shape, _tag(measure))


def dates(point: Point) -> Encoder:
    """How a date is told: DateAndTime in the local time of devices, without a zone (RFC 2579)."""
    return _dates(point.type, 2 * point.words)


def moment(date: datetime) -> bytes:
    """DateAndTime of a date that knows its zone."""
    offset = date.utcoffset() or timedelta(0)
    sign, (hours, rest) = "-" if offset < timedelta(0) else "+", divmod(abs(offset), HOUR)
    zone = bytes((ord(sign), hours, rest // MINUTE))
    return tlv(OCTETS, _fields(date) + zone)


def plain(point: Point, tag: int) -> Encoder:
    """How a bare register is told: its number, unscaled."""
    return _numbers(((0, point.type, 1),), Shape(Aspect.VALUE, Form.SUM, 1), tag)


def _tag(measure: Measure) -> int:
    return INTEGER if measure.signed else GAUGE32


@cache
def _numbers(parts: tuple[Part, ...], shape: Shape, tag: int) -> Encoder:
    codes = [_code(type_) for _, type_, _ in parts]
    if len(parts) == 1 and shape.idle and parts[0][2] == 1 and codes[0] in CODES[tag]:
        return _single(parts[0][1], tag)
    if codes == [">I", ">H"] and parts[1][::2] == (4, 1) and shape.aspect is not Aspect.VALUE:
        return _energy(parts[0][2], shape, tag)
    return _sum(parts, shape, tag)


def _code(type_: RegisterType) -> str:
    form = integer_form(type_)
    return form[0] if form else ""


def _single(type_: RegisterType, tag: int) -> Encoder:
    """One integer as it is: nearly all values, so nothing is called that need not be."""
    code, absent = integer_form(type_) or ("", None)
    unpack, nothing = Struct(code).unpack_from, integer(0, tag)
    heads = tuple(bytes((tag, size)) for size in range(6))

    def encode(data: bytes, at: int) -> bytes:
        raw: int = unpack(data, at)[0]
        if raw == absent:
            return nothing
        size = ((raw if raw >= 0 else ~raw).bit_length() >> 3) + 1
        return heads[size] + raw.to_bytes(size, "big", signed=True)

    return encode


def _energy(multiple: int, shape: Shape, tag: int) -> Encoder:
    """Thousands in four octets and the residual in the next two: nearly all energies."""
    unpack, nothing = Struct(">IH").unpack_from, integer(0, tag)
    divisor = shape.divisor
    modulus = THOUSAND if shape.aspect is Aspect.RESIDUAL else 2**32

    def encode(data: bytes, at: int) -> bytes:
        coarse, fine = unpack(data, at)
        if coarse == 0xFFFFFFFF or fine == 0xFFFF:
            return nothing
        return integer((coarse * multiple + fine) // divisor % modulus, tag)

    return encode


def _sum(parts: tuple[Part, ...], shape: Shape, tag: int) -> Encoder:
    """Anything else."""
    reads = [(offset, _reader(type_), multiple) for offset, type_, multiple in parts]
    least, most = LIMITS[tag]
    nothing = integer(0, tag)

    def encode(data: bytes, at: int) -> bytes:
        total: float = 0
        for offset, read, multiple in reads:
            raw = read(data, at + offset)
            if raw is None:
                return nothing
            total += raw * multiple
        return integer(min(max(shape.apply(total), least), most), tag)

    return encode


def _reader(type_: RegisterType) -> Callable[[bytes, int], float | None]:
    """The raw number at a place; None where the device says that it has none."""
    form = integer_form(type_)
    if form is None:
        return lambda data, at: _number(decode(memoryview(data)[at:], type_))
    unpack, absent = Struct(form[0]).unpack_from, form[1]

    def read(data: bytes, at: int) -> float | None:
        raw: int = unpack(data, at)[0]
        return None if raw == absent else raw

    return read


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) else None


@cache
def _dates(type_: RegisterType, octets: int) -> Encoder:
    return lambda data, at: _date(data[at : at + octets], type_)


@lru_cache(DATES_KEPT)
def _date(words: bytes, type_: RegisterType) -> bytes:
    date = decode(words, type_)
    if not isinstance(date, datetime):
        return NO_DATE
    return tlv(OCTETS, _fields(date))


def _fields(date: datetime) -> bytes:
    fields = date.year, date.month, date.day, date.hour, date.minute, date.second
    return DATE_AND_TIME.pack(*fields, date.microsecond // 100_000)
