"""Points -> few block reads, and what a cycle of them costs: pure functions of the catalogue.

A read never crosses the border of a block that the device declares; what several loads share is
never merged either, because each load has blocks of its own.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from digigate.bus.timing import Wire
from digigate.catalogue import Block, Model, Pace, Point

READ_MAX = 125
"""Registers that one FC03 can carry (application protocol V1.1b3)."""
ROTATING_SHARE = 5
"""One read of the rotating class for each so many of the instant class."""


@dataclass(frozen=True, slots=True)
class Read:
    """One request of the cycle: `count` registers from `start`, inside one declared block."""

    start: int
    count: int
    pace: Pace
    block: str

    @property
    def pdu(self) -> bytes:
        """The request: read holding registers (FC03)."""
        return b"\x03" + self.start.to_bytes(2, "big") + self.count.to_bytes(2, "big")


def plan(model: Model, loads: Collection[int]) -> tuple[Read, ...]:
    """The reads that cover the blocks of the device and of the given loads, by rising address.

    Blocks on demand are left out: clients' requests for them go down the line.
    """
    wanted = {0, *loads}
    blocks = [b for b in model.blocks if b.load in wanted and b.pace is not Pace.DEMAND]
    reads = [read for block in blocks for read in _split(block, model.points)]
    return tuple(sorted(reads, key=lambda read: read.start))


def _split(block: Block, points: Sequence[Point]) -> Iterable[Read]:
    """The reads of one block: one if it fits, else cut where no point is cut in two."""
    if block.count <= READ_MAX:
        return [Read(block.start, block.count, block.pace, block.name)]
    inside = {
        address
        for point in points
        if block.start <= point.address < block.start + block.count
        for address in range(point.address + 1, point.address + point.words)
    }
    reads, start, end = [], block.start, block.start + block.count
    while start < end:
        cut = min(end, start + READ_MAX)
        whole = next((at for at in range(cut, start, -1) if at not in inside), cut)
        cut = cut if cut == end else whole
        reads.append(Read(start, cut - start, block.pace, block.name))
        start = cut
    return reads


def read_time(read: Read, wire: Wire, turnaround: float) -> float:
    """Seconds that one read occupies the line."""
    return wire.exchange(8, 5 + 2 * read.count, turnaround)


def rotating_per_cycle(reads: Sequence[Read]) -> int:
    """How many rotating reads join each cycle of one line: a fifth of the instant ones."""
    rotating = sum(read.pace is Pace.ROTATING for read in reads)
    instant = sum(read.pace is Pace.INSTANT for read in reads)
    return min(rotating, max(1, instant // ROTATING_SHARE))


def cycle_time(reads: Sequence[Read], wire: Wire, turnaround: float) -> float:
    """Seconds of one ordinary cycle of a line: all instant reads and its share of rotating ones."""
    instant = sum(read_time(r, wire, turnaround) for r in reads if r.pace is Pace.INSTANT)
    rotating = [read_time(r, wire, turnaround) for r in reads if r.pace is Pace.ROTATING]
    share = rotating_per_cycle(reads) / len(rotating) if rotating else 0.0
    return instant + share * sum(rotating)


def cycles_to_rotate(reads: Sequence[Read]) -> int:
    """After how many cycles each rotating read of a line has had its turn."""
    rotating = sum(read.pace is Pace.ROTATING for read in reads)
    return math.ceil(rotating / rotating_per_cycle(reads)) if rotating else 1


def period(pace: Pace, cycle: float, rotation: int, integration: float) -> float:
    """Expected real seconds between two reads of a class.

    `rotation` is `cycles_to_rotate`, `integration` the integration period in real seconds.
    """
    if pace is Pace.BOUNDARY:
        return integration + cycle
    return cycle * rotation if pace is Pace.ROTATING else cycle


def greatest_age(
    read: Read, line: Sequence[Read], wire: Wire, turnaround: float, integration: float
) -> float:
    """Seconds that a value of `read` is old at most, in the plan of its whole line.

    It ages one period and the time that the next read takes to arrive.
    """
    cycle = cycle_time(line, wire, turnaround)
    between = period(read.pace, cycle, cycles_to_rotate(line), integration)
    return between + read_time(read, wire, turnaround)
