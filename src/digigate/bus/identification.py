"""Who sits at an address: the identification block that every device answers (facts §4)."""

from dataclasses import dataclass

from digigate.bus.plan import Read
from digigate.catalogue import Pace, RegisterType, decode

MAGIC = "SOCO"
IDENTIFICATION = Read(50000, 66, Pace.DEMAND, "identification")  # 66 words are common to all
_RANGE = 4
_PRODUCT_NAME = 50
_EXTENDED_NAME = 58


@dataclass(frozen=True, slots=True)
class NamePlate:
    """What a device says of itself."""

    magic: str
    product_range: int
    product_name: str
    extended_name: str

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
    )


def _text(data: bytes, word: int, words: int, type_: RegisterType) -> str:
    value = decode(data[2 * word : 2 * (word + words)], type_)
    return str(value).strip() if value is not None else ""
