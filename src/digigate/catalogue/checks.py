"""What must hold of a whole model, whichever maps it is made of."""

from collections.abc import Iterable, Mapping

from digigate.catalogue.models import Block, Composite, Inputs, Outputs, Point
from digigate.catalogue.quantities import Quantity
from digigate.catalogue.registers import RegisterType
from digigate.catalogue.tables import Row
from digigate.catalogue.unfolding import Unfolded
from digigate.errors import CatalogueError

ADDRESSES = 0x10000
WORD = 16  # bits of a register
HIGH = (RegisterType.U8_H, RegisterType.S8_H)
LOW = (RegisterType.U8_L, RegisterType.S8_L)


def check(contents: Unfolded, quantities: Mapping[str, Quantity]) -> None:
    """Check addresses, overlaps, names and quantities.

    Raises:
        CatalogueError: the first thing found, with its file and row.
    """
    _blocks(contents.blocks)
    _points(contents.points)
    _names([*contents.points, *contents.composites])
    _figures([*contents.points, *contents.composites], quantities)


def check_bits(
    key: str, contents: Unfolded, inputs: Inputs | None, outputs: Outputs | None
) -> None:
    """Check that the registers of logic inputs and outputs are there and hold a bit for each.

    Raises:
        CatalogueError: one is missing, is no single word, or its outputs cannot be commanded.
    """
    words = {point.name: point for point, _ in contents.points if point.words == 1}
    bits = [(inputs.count, inputs.state, False)] if inputs else []
    if outputs:
        bits += [(outputs.count, outputs.state, False)]
        commands = (outputs.switch_on, outputs.switch_off)
        bits += [(outputs.count, name, True) for name in commands if name]
    for count, name, commanded in bits:
        if name not in words:
            raise CatalogueError(f"{key}.yaml: {name!r} is no register of one word in its maps")
        if not 1 <= count <= WORD:
            raise CatalogueError(f"{key}.yaml: {name!r} has no {count} bits")
        if commanded and not words[name].writable:
            raise CatalogueError(f"{key}.yaml: {name!r} cannot be written")


def _blocks(blocks: Iterable[tuple[Block, Row]]) -> None:
    before: Block | None = None
    names: set[str] = set()
    for block, row in sorted(blocks, key=lambda each: each[0].start):
        if block.start + block.count > ADDRESSES:
            raise row.wrong(f"block {block.name!r} ends beyond register 65535")
        if before and block.start < before.start + before.count:
            raise row.wrong(f"block {block.name!r} overlaps {before.name!r}")
        if block.name in names:
            raise row.wrong(f"two blocks are named {block.name!r}")
        names.add(block.name)
        before = block


def _points(points: Iterable[tuple[Point, Row]]) -> None:
    """No two points share a register, but for the two halves of one word."""
    before: Point | None = None
    for point, row in sorted(points, key=lambda each: (each[0].address, each[0].type in LOW)):
        if before and point.address < before.address + before.words and not _halves(before, point):
            raise row.wrong(f"{point.name!r} at {point.address} overlaps {before.name!r}")
        before = point


def _halves(high: Point, low: Point) -> bool:
    return high.address == low.address and high.type in HIGH and low.type in LOW


def _names(members: Iterable[tuple[Point | Composite, Row]]) -> None:
    seen: dict[str, Row] = {}
    for member, row in members:
        if member.name in seen:
            other = seen[member.name]
            raise row.wrong(f"{member.name!r} is also made by {other.file} row {other.line}")
        seen[member.name] = row


def _figures(
    members: Iterable[tuple[Point | Composite, Row]], quantities: Mapping[str, Quantity]
) -> None:
    """Each quantity is known and in its unit, and no figure of it has two registers."""
    seen: dict[tuple[int, str, str], Row] = {}
    for member, row in members:
        if member.quantity is None:
            continue
        quantity = quantities.get(member.quantity)
        if quantity is None:
            raise row.wrong(f"quantity {member.quantity!r} is not in quantities.csv")
        if member.unit != quantity.unit:
            raise row.wrong(f"unit {member.unit!r}, but {quantity.key} is in {quantity.unit!r}")
        key = (member.load, member.quantity, member.statistic)
        if key in seen:
            other = seen[key]
            raise row.wrong(f"{member.name!r} is also at {other.file} row {other.line}")
        seen[key] = row
