"""What the clients of the full plant read: the polled blocks of every slave."""

from dataclasses import dataclass

from digigate.bus.plan import plan
from digigate.catalogue import Catalogue, Pace
from digigate.settings.topology import Topology


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


def targets(catalogue: Catalogue, topology: Topology) -> list[Target]:
    """The reads that the poller repeats in each cycle, on every slave."""
    return [
        Target(device.address, read.start, read.count)
        for device in topology.devices
        for read in plan(catalogue.models[device.model], {load.number for load in device.loads})
        if read.pace is Pace.INSTANT
    ]
