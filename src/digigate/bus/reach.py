"""Which registers a request reaches, and whether what it writes can change what is polled."""

from collections.abc import Iterable

from digigate.bus.frames import MASK_WRITE, READ_REGISTERS, READ_WRITE
from digigate.catalogue import Model

Span = tuple[int, int]  # first register, and the one behind the last

_WRITE_REGISTERS = frozenset((6, 16, MASK_WRITE, READ_WRITE))
_HARMLESS = ("day", "extended_day", "code_to_submit")
"""Registers by which a block is known for one that sets the clock or unlocks (facts §5)."""
_COMMAND = "-command"


def ranges(pdu: bytes) -> tuple[list[Span], list[Span]]:
    """The registers that a request reads and writes."""
    function = pdu[0] if pdu else 0
    reads, writes = [], []
    if function in READ_REGISTERS or function == READ_WRITE:
        reads.append(_range(pdu, 1, 3))
    if function == READ_WRITE:
        writes.append(_range(pdu, 5, 7))
    elif function == 16:
        writes.append(_range(pdu, 1, 3))
    elif function in _WRITE_REGISTERS:
        start = int.from_bytes(pdu[1:3], "big")
        writes.append((start, start + 1))
    return reads, writes


def _range(pdu: bytes, start: int, count: int) -> Span:
    first = int.from_bytes(pdu[start : start + 2], "big")
    return first, first + int.from_bytes(pdu[count : count + 2], "big")


def harmless(model: Model) -> tuple[Span, ...]:
    """Where a write leaves every measurement as it was: clock, lock, and commands of logs."""
    named = {point.block for leaf in _HARMLESS for point in model.registers(leaf)}
    return tuple(
        (block.start, block.start + block.count)
        for block in model.blocks
        if block.name in named or block.name.endswith(_COMMAND)
    )


def changes(pdu: bytes, spared: Iterable[Span]) -> bool:
    """Whether a write reaches registers outside of those that are spared."""
    _, writes = ranges(pdu)
    spans = tuple(spared)
    within = (any(a <= start and end <= b for a, b in spans) for start, end in writes)
    return not writes or not all(within)
