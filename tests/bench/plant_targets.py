"""What the clients of the full plant read: the polled blocks of every slave."""

from dataclasses import dataclass
from pathlib import Path

from digigate.catalogue import Block, Catalogue, Model, Pace
from digigate.simulator.plant import read_plant

LONGEST = 125  # registers of one read


@dataclass(frozen=True, slots=True)
class Target:
    """Registers of one unit."""

    unit: int
    address: int
    words: int

    def __str__(self) -> str:
        return f"{self.unit}:{self.address}:{self.words}"

    def request(self) -> bytes:
        """A Modbus TCP request (FC03) for them."""
        fields = ((0, 2), (0, 2), (6, 2), (self.unit, 1), (3, 1), (self.address, 2))
        head = b"".join(value.to_bytes(size, "big") for value, size in fields)
        return head + self.words.to_bytes(2, "big")


def targets(plant: Path) -> list[Target]:
    """One read for each block that the poller keeps fresh, on every slave of the plant."""
    catalogue = Catalogue.load()
    return [
        _target(slave.address, model, block)
        for slave in read_plant(plant).slaves
        for model in (catalogue.models[slave.model],)
        for block in model.blocks
        if block.pace is Pace.INSTANT and block.load <= len(slave.loads)
    ]


def _target(unit: int, model: Model, block: Block) -> Target:
    """The stretch of a block that holds points."""
    points = [point for point in model.points if point.block == block.name]
    address = min(point.address for point in points)
    end = max(point.address + point.words for point in points)
    return Target(unit, address, min(LONGEST, end - address))
