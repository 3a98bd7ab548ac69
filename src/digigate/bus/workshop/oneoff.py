"""One read or one write of one slave, by name or by number, told with what was there before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from digigate.bus.conversation import Conversation
from digigate.bus.vocabulary import exception_words
from digigate.bus.workshop.figures import value_words
from digigate.bus.workshop.naming import Bare, Meant, values
from digigate.catalogue import Composite, Model, Point, RegisterType, Value, decode, encode
from digigate.errors import SettingsError, SlaveError, SlaveException

NEVER = {
    4352: "it gives a gateway another address at once and without a check",
    57872: "it can turn the USB port into a firmware loader",
}
"""Registers that no one-off write touches (facts, gaps.md: documented attacks)."""
_TEXTS = {RegisterType.STRING_16, RegisterType.STRING_NORM, RegisterType.U32_IP}
_DATES = {RegisterType.DATETIME, RegisterType.DATETIME_MS, RegisterType.DATETIME_3}


@dataclass(frozen=True, slots=True)
class Shown:
    """One value with the registers that it comes from."""

    name: str
    address: int
    count: int
    type: str
    raw: bytes
    value: Value | None
    unit: str

    @property
    def words(self) -> str:
        """The value for people."""
        return value_words(self.value, self.unit)


@dataclass(frozen=True, slots=True)
class Change:
    """What a write did: None for `before` or `after` where the register cannot be read."""

    name: str
    address: int
    written: bytes
    before: Shown | None
    after: Shown | None
    unlocked: bool
    saved: bool

    @property
    def holds(self) -> bool:
        """Whether the register says afterwards what was written to it."""
        return self.after is not None and self.after.raw == self.written


async def show(talk: Conversation, what: Meant) -> tuple[Shown, ...]:
    """Read what is meant: one value, a composite and its parts, or bare registers."""
    if isinstance(what, Bare):
        return tuple(_bare(what, await talk.read(what.address, what.count)))
    if isinstance(what, Point):
        return (await _point(talk, what),)
    parts = [await _point(talk, part) for part in what.parts]
    whole = what.combine([part.value for part in parts])
    raw = b"".join(part.raw for part in parts)
    first = parts[0]
    total = Shown(what.name, first.address, len(raw) // 2, what.form, raw, whole, what.unit)
    return (total, *parts)


async def change(talk: Conversation, what: Meant, text: str) -> Change:
    """Write a value given as text and read it back.

    Raises:
        SettingsError: it may not be written, or the text is no such value; nothing was written.
        SlaveException: the slave refuses the write.
    """
    point = writable(talk.model, what)
    data = octets(point, text)
    before = await _readable(talk, point)
    if point.locked:
        await talk.unlock()
    await talk.write(point.address, data)
    saved = point.locked and await talk.save()
    after = await _readable(talk, point)
    return Change(point.name, point.address, data, before, after, point.locked, saved)


def writable(model: Model, what: Meant) -> Point:
    """The register to write.

    Raises:
        SettingsError: it is not one register, for reading only, or dangerous.
    """
    if isinstance(what, Composite):
        names = ", ".join(part.name for part in what.parts)
        raise SettingsError(f"{what.name} is made of {names}: write one of these")
    if what.address in NEVER:
        raise SettingsError(f"register {what.address} is never written: {NEVER[what.address]}")
    if isinstance(what, Bare):
        return _of_bare(model, what)
    if what.leaf == "slave_address":
        raise SettingsError("detection gives the addresses, so that they stay unique: see detect")
    if not what.writable:
        raise SettingsError(f"{what.name} is for reading only (table {what.source})")
    return what


def _of_bare(model: Model, bare: Bare) -> Point:
    """A bare register as the model knows it; one that the model does not know is not written."""
    inside = [p for p in model.points if bare.address <= p.address < bare.address + bare.count]
    if len(inside) == 1 and inside[0].address == bare.address and inside[0].words == bare.count:
        return writable(model, inside[0])
    if inside:
        names = ", ".join(point.name for point in inside)
        raise SettingsError(f"these registers are {names}: write them one by one")
    raise SettingsError(
        f"the map of {model.name} has no register {bare.address}, so it is not written:"
        f" see catalogue show {model.key}"
    )


def octets(point: Point, text: str) -> bytes:
    """The words for a value given as text, in the register's unit.

    Raises:
        SettingsError: it is no such value or does not fit.
    """
    try:
        return encode(_value(point, text), point.type, point.words, point.scale)
    except ValueError as error:
        unit = f" in {point.unit}" if point.unit else ""
        raise SettingsError(f"{point.name} takes a {point.type}{unit}: {error}") from error


def _value(point: Point, text: str) -> Value:
    if point.type in _TEXTS:
        if point.type is not RegisterType.U32_IP and len(text) > _characters(point):
            raise ValueError(f"{text!r} has more than {_characters(point)} characters")
        return text
    if point.type in _DATES:
        return datetime.fromisoformat(text)
    return float(text) if "." in text else int(text, 0)


def _characters(point: Point) -> int:
    return point.words if point.type is RegisterType.STRING_16 else 2 * point.words


async def _point(talk: Conversation, point: Point) -> Shown:
    words = max(point.words, 1)
    raw = await talk.read(point.address, words)
    value = decode(raw, point.type, point.scale)
    return Shown(point.name, point.address, words, point.type, raw, value, point.unit)


async def _readable(talk: Conversation, point: Point) -> Shown | None:
    """What the register says now; commands cannot be read, and not all slaves say so kindly."""
    try:
        return await _point(talk, point)
    except SlaveException:
        return None


def _bare(what: Bare, data: bytes) -> Iterator[Shown]:
    size = 2 * what.words
    for index, value in enumerate(values(what, data)):
        raw = data[size * index : size * (index + 1)]
        address = what.address + index * what.words
        yield Shown(str(address), address, what.words, what.type, raw, value, "")


def slave_words(error: SlaveError) -> str:
    """Why a slave did not do it, in words."""
    if isinstance(error, SlaveException):
        return f"the slave refuses: {exception_words(error.code)}"
    return str(error)
