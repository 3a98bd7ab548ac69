"""The holding registers of one device, filled through its model when somebody reads them."""

from collections.abc import Callable
from dataclasses import dataclass

from digigate.catalogue import Block, Model, Point, RegisterType, Value, encode
from digigate.simulator.device.answers import ILLEGAL_ADDRESS, Illegal
from digigate.simulator.device.deeds import Words

UNSIGNED = (RegisterType.U16, RegisterType.U32, RegisterType.U64)
"""What never went the positive way is 0 in these."""
Source = Callable[[float], Value | None]
"""The value of one point at a time; None = not available."""
Sources = Callable[[Point], Source | None]
"""Who gives the value of a point; None = the register stays 0."""


@dataclass(frozen=True, slots=True)
class Field:
    """One point of a block and where its value comes from."""

    point: Point
    start: int  # octets from the block's begin
    source: Source

    def put(self, image: bytearray, t: float) -> None:
        """Write the value at `t`; a register shared by two points keeps the other's half."""
        point = self.point
        words = max(point.words, 1)
        value = self.source(t)
        if isinstance(value, float) and value < 0 and point.type in UNSIGNED:
            value = 0
        try:
            data = encode(value, point.type, words, point.scale)
        except ValueError:  # too great for its register: a real meter shows nothing sensible either
            data = encode(None, point.type, words, point.scale)
        for index, octet in enumerate(data, self.start):
            image[index] |= octet


class Image:
    """Blocks of one model; what clients wrote lies over what the device says."""

    def __init__(self, model: Model, sources: Sources) -> None:
        self._sources = sources
        self._blocks = {
            address: block
            for block in model.blocks
            for address in range(block.start, block.start + block.count)
        }
        self._points: dict[str, list[Point]] = {}
        for point in model.points:
            self._points.setdefault(point.block, []).append(point)
        self._fields: dict[int, list[Field]] = {}
        self._served: dict[int, tuple[float, bytes]] = {}
        self._written: dict[int, int] = {}
        self._saved: dict[int, int] = {}

    def read(self, start: int, count: int, t: float) -> bytes:
        """Words as they are at `t`.

        Raises:
            Illegal: 02, not within one declared block.
        """
        block = self._block(start, count)
        first = 2 * (start - block.start)
        data = bytearray(self._filled(block, t)[first : first + 2 * count])
        if self._written:
            for index in range(count):
                word = self._written.get(start + index)
                if word is not None:
                    data[2 * index : 2 * index + 2] = word.to_bytes(2, "big")
        return bytes(data)

    def check_writable(self, start: int, count: int) -> None:
        """Whether a write may go there: reserved words between writable ones may be written too.

        Raises:
            Illegal: 02, outside a block, or a register is for reading only.
        """
        block = self._block(start, count)
        end = start + count
        hit = [p for p in self._of(block) if p.address < end and start < p.address + p.words]
        if not hit or not all(point.writable for point in hit):
            raise Illegal(ILLEGAL_ADDRESS)

    def touched(self, words: Words) -> list[Point]:
        """The points that a write to these registers concerns."""
        blocks = {block.start: block for a in words if (block := self._blocks.get(a))}
        return [
            point
            for block in blocks.values()
            for point in self._of(block)
            if any(
                point.address <= address < point.address + max(point.words, 1) for address in words
            )
        ]

    def keep(self, words: Words) -> None:
        """Keep words that a client wrote."""
        self._written.update(words)

    def save(self) -> None:
        """Keep over a loss of supply what is kept now."""
        self._saved = dict(self._written)

    def restart(self) -> None:
        """Forget what was not saved."""
        self._written = dict(self._saved)
        self.refill()

    def factory(self) -> None:
        """Forget all that clients wrote."""
        self._saved = {}
        self.restart()

    @property
    def kept(self) -> Words:
        """All that clients wrote."""
        return self._written

    def forget_served(self) -> None:
        """Ask for all values anew, though it may be the same second."""
        self._served.clear()

    def refill(self) -> None:
        """Forget what was computed, as the device is another one now."""
        self._fields.clear()
        self._served.clear()

    def _block(self, start: int, count: int) -> Block:
        block = self._blocks.get(start)
        if block is None or start + count > block.start + block.count:
            raise Illegal(ILLEGAL_ADDRESS)
        return block

    def _of(self, block: Block) -> list[Point]:
        end = block.start + block.count
        points = self._points.get(block.name, ())
        return [point for point in points if block.start <= point.address < end]

    def _filled(self, block: Block, t: float) -> bytes:
        known = self._served.get(block.start)
        if known and known[0] == t:
            return known[1]
        image = bytearray(2 * block.count)
        for field in self._fields.get(block.start) or self._compile(block):
            field.put(image, t)
        self._served[block.start] = (t, bytes(image))
        return self._served[block.start][1]

    def _compile(self, block: Block) -> list[Field]:
        found = ((point, self._sources(point)) for point in self._of(block))
        fields = [Field(p, 2 * (p.address - block.start), s) for p, s in found if s is not None]
        self._fields[block.start] = fields
        return fields
