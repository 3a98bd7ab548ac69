"""Who sits at an address: the identification block that every device answers (facts §4)."""

import asyncio
import struct
from dataclasses import dataclass

from digigate.bus.loads import Ask
from digigate.bus.plan import Read
from digigate.catalogue import Catalogue, Model, Pace, RegisterType, decode
from digigate.catalogue.firmware import Release
from digigate.errors import SlaveException

MAGIC = "SOCO"
IDENTIFICATION = Read(50000, 66, Pace.DEMAND, "identification")  # 66 words are common to all
NET_ID = Read(50067, 2, Pace.DEMAND, "identification")  # only in blocks of 69 words
_NET_ID_FROM = 69
_RANGE = 4
_SERIAL = 8
_VERSION = 18
_PRODUCT_NAME = 50
_EXTENDED_NAME = 58


@dataclass(frozen=True, slots=True)
class NamePlate:
    """What a device says of itself."""

    magic: str
    product_range: int
    product_name: str
    extended_name: str
    serial: str = ""
    release: Release = (0, 0, 0)
    """Its firmware's version; zeros where it does not say."""

    @property
    def words(self) -> str:
        """The device's name for people."""
        return self.extended_name or self.product_name or "a device without a name"


def name_plate(data: bytes) -> NamePlate:
    """Read the block's 66 words."""
    return NamePlate(
        _text(data, 0, 4, RegisterType.STRING_16),
        int.from_bytes(data[2 * _RANGE : 2 * _RANGE + 2], "big"),
        _text(data, _PRODUCT_NAME, 8, RegisterType.STRING_NORM),
        _text(data, _EXTENDED_NAME, 8, RegisterType.STRING_NORM),
        _serial(data),
        _release(data),
    )


@dataclass(frozen=True, slots=True)
class Identified:
    """Who answered: its name plate, the model that this means, and its NET ID where it has one."""

    plate: NamePlate
    model: Model | None
    net_id: int = 0


async def identify(ask: Ask, catalogue: Catalogue, expected: Model | None = None) -> Identified:
    """Read who a device is; `expected` decides between models that answer alike.

    Raises:
        SlaveException: it does not identify itself.
        SlaveTimeout: it does not answer.
        LineDown: nor does the line.
    """
    plate = name_plate(await ask(IDENTIFICATION.start, IDENTIFICATION.count))
    if plate.magic != MAGIC:
        return Identified(plate, None)
    model = catalogue.identify(
        plate.product_range, plate.product_name, plate.extended_name, expected
    )
    if model is not None and model is not expected:
        await asyncio.to_thread(catalogue.unfold, [model.key])
    if model is None or model.identification_words < _NET_ID_FROM:
        return Identified(plate, model)
    try:
        net_id = int.from_bytes(await ask(NET_ID.start, NET_ID.count), "big")
    except SlaveException:  # an older firmware's block is shorter
        return Identified(plate, model)
    return Identified(plate, model, net_id)


def _serial(data: bytes) -> str:
    """As printed: year and week, site and line (four digits each, BCD), number; empty if all 0."""
    when, where, number = (
        int.from_bytes(data[2 * word : 2 * word + 2], "big") for word in range(_SERIAL, _SERIAL + 3)
    )
    return f"{when:04x}{where:04x}{number:03d}" if when or where or number else ""


def _release(data: bytes) -> Release:
    major, minor, revision = struct.unpack_from(">HHH", data, 2 * _VERSION)
    return major, minor, revision


def _text(data: bytes, word: int, words: int, type_: RegisterType) -> str:
    value = decode(data[2 * word : 2 * (word + words)], type_)
    return str(value).strip() if value is not None else ""
