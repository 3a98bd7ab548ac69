"""The gateway's own registers as a table, and the identification block of any SOCOMEC device."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from digigate.catalogue import RegisterType, Value, decode, encode
from digigate.identity import GatewayModel, Identity

T = RegisterType

BLOCK = 50000
BLOCK_WORDS = 66  # what every device has; 69 words where build and NET ID follow
DIRIS = 400  # product range
PRODUCT_IDS = {GatewayModel.M50: 60050, GatewayModel.M70: 60070}
"""Ours: no product id is published (facts/modbus gaps)."""


@dataclass(frozen=True, slots=True)
class Register:
    """One row: where it lies, how it is written, and what it says of this gateway.

    `source` is a document, or `ours` where we had to choose.
    """

    address: int
    words: int
    type: RegisterType
    name: str
    value: Callable[[Identity], Value | None]
    source: str = "every official table"


def _constant(value: Value | None) -> Callable[[Identity], Value | None]:
    return lambda _: value


def _version(part: int) -> Callable[[Identity], int]:
    return lambda identity: versions(identity.firmware)[part]


def _serial(start: int, end: int, base: int = 10) -> Callable[[Identity], int]:
    return lambda identity: int(identity.serial[start:end], base)


def _order_digits(identity: Identity) -> int:
    """The order code as one decimal digit per nibble: 4829 0220 -> 0x48290220."""
    return int(identity.order_code.replace(" ", ""), 16)


ZERO, EMPTY = _constant(0), _constant("")

IDENTIFICATION = (
    Register(50000, 4, T.STRING_16, "magic", _constant("SOCO")),
    Register(50004, 1, T.U16, "product range", _constant(DIRIS)),
    Register(50005, 1, T.U16, "product id", lambda i: PRODUCT_IDS[i.model], "ours"),
    Register(50006, 1, T.U16, "table version x100", _constant(100), "ours"),
    Register(50007, 1, T.U16, "firmware version x100", lambda i: _hundredfold(i.firmware)),
    Register(50008, 1, T.U16_HEX, "serial: year, week", _serial(0, 4, 16), "ours: split"),
    Register(50009, 1, T.U16_HEX, "serial: site, line", _serial(4, 8, 16), "ours: split"),
    Register(50010, 1, T.U16, "serial: running number", _serial(8, 11), "ours: split"),
    Register(50011, 2, T.U32, "serial: spare", ZERO),
    Register(50013, 4, T.U64_HEX, "product code", _order_digits, "ours: order code"),
    Register(50017, 1, T.U8, "customised", ZERO),
    Register(50018, 1, T.U16, "version: major", _version(0)),
    Register(50019, 1, T.U16, "version: minor", _version(1)),
    Register(50020, 1, T.U16, "version: revision", _version(2)),
    Register(50021, 1, T.U16, "version: build", ZERO),
    Register(50022, 3, T.DATETIME_3, "build date", _constant(None)),
    Register(50025, 1, T.U16, "base: major", ZERO),
    Register(50026, 1, T.U16, "base: minor", ZERO),
    Register(50027, 1, T.U16, "base: revision", ZERO),
    Register(50028, 1, T.U16, "customisation: major", ZERO),
    Register(50029, 1, T.U16, "customisation: minor", ZERO),
    Register(50030, 4, T.STRING_NORM, "firmware reference", EMPTY),
    Register(50034, 4, T.STRING_NORM, "customisation reference", EMPTY),
    Register(50038, 4, T.STRING_NORM, "base reference", EMPTY),
    Register(50042, 8, T.STRING_NORM, "vendor", _constant("SOCOMEC")),
    Register(50050, 8, T.STRING_NORM, "product", _constant("DIRIS DIGIWARE"), "ours"),
    Register(50058, 8, T.STRING_NORM, "extended name", lambda i: f"DIGIWARE {i.model}", "ours"),
    Register(50066, 1, T.U16, "build 2", ZERO, "69-word tables"),
    Register(50067, 2, T.U32_HEX, "NET ID", lambda i: i.net_id, "69-word tables"),
)


def versions(firmware: str) -> tuple[int, int, int]:
    """Major, minor, revision of a version such as `1.2.3` or `1.2.3rc1`; what is missing is 0."""
    parts = [_leading_number(part) for part in firmware.split(".")[:3]]
    major, minor, revision = (*parts, 0, 0, 0)[:3]
    return major, minor, revision


def contents(rows: Iterable[Register], identity: Identity) -> dict[int, bytes]:
    """The stretches of consecutive registers: first address -> bytes."""
    return {
        stretch[0].address: b"".join(
            encode(row.value(identity), row.type, row.words) for row in stretch
        )
        for stretch in _stretches(rows)
    }


def text_of(block: bytes, name: str) -> str:
    """A value of anybody's identification block as text; empty where it is not available."""
    row = next(row for row in IDENTIFICATION if row.name == name)
    offset = 2 * (row.address - BLOCK)
    value = decode(block[offset : offset + 2 * row.words], row.type)
    return "" if value is None else str(value)


def _stretches(rows: Iterable[Register]) -> Iterator[list[Register]]:
    """Rows gathered as long as each begins where the former ended."""
    before = 0

    def gap(row: Register) -> int:
        nonlocal before
        distance = row.address - before
        before += row.words
        return distance

    for _, stretch in groupby(sorted(rows, key=lambda row: row.address), gap):
        yield list(stretch)


def _hundredfold(firmware: str) -> int:
    major, minor, _ = versions(firmware)
    return major * 100 + minor


def _leading_number(text: str) -> int:
    digits = len(text) - len(text.lstrip("0123456789"))
    return int(text[:digits] or 0)
