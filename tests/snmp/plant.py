"""A plant without wires: images that tests fill, and the forest over them."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

from digigate.bus.plan import plan
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.services.snmp.ber import Oid, pack, unpack
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.measures import PRODUCTS, sheets
from digigate.services.snmp.metrology import Measurements
from digigate.services.snmp.roll import Roll
from digigate.settings.topology import BusName, Device, Load, Topology
from digigate.store import SlaveImage, Span, Store

CATALOGUE = Catalogue.load()


def device(address: int, model: str, loads: Sequence[int]) -> Device:
    """A device of the topology."""
    named = tuple(Load(number=n, name=f"circuit {n}", type="3P+N-4CT") for n in loads)
    return Device(
        address=address, bus=BusName.DIGIWARE, model=model, name=f"board {address}", loads=named
    )


class Plant:
    """Its topology, its store, and a clock that stands still until told."""

    def __init__(self, *devices: Device) -> None:
        self.seconds = 1000.0
        started = datetime(2026, 6, 1, 12, tzinfo=UTC)
        self.clock = Clock("Europe/Paris", monotonic=lambda: self.seconds, started=started)
        self.store = Store(self.clock)
        self.topology = Topology()
        self.roll = Roll(self.store, lambda: self.topology, self.clock.monotonic)
        self.replace(*devices)

    def replace(self, *devices: Device) -> None:
        """Serve these devices instead; nothing of them is read yet."""
        self.topology = Topology(devices=devices)
        for each in devices:
            self.open(each)

    def open(self, device: Device) -> SlaveImage:
        """Poll a device: an image without values."""
        model = CATALOGUE.models[device.model]
        reads = plan(model, [load.number for load in device.loads])
        spans = [Span(r.start, r.count, r.pace, r.block, period=10.0) for r in reads]
        return self.store.open(device.address, model, spans)

    def image(self, address: int) -> SlaveImage:
        """The image of a device."""
        image = self.store.image(address)
        assert image is not None
        return image

    def fill(self, address: int, seed: int = 0) -> None:
        """Read all its blocks: words that are often small, sometimes great or not available."""
        dice = random.Random(seed)
        for span in self.image(address).spans:
            words = dice.choices(
                (b"\0\0", b"\0\x05", b"\x12\x34", b"\xff\xff"), (5, 3, 2, 1), k=span.count
            )
            self.image(address).put(span.start, b"".join(words))

    def forest(self) -> Forest:
        """All measurements."""
        return Forest([Measurements(sheet, self.roll) for sheet in sheets(CATALOGUE.quantities)])


def below(*arcs: int) -> Oid:
    """An OID below 1.3.6.1.4.1.4555.10."""
    return (*PRODUCTS, *arcs)


def get(forest: Forest, *arcs: int) -> bytes:
    """The element below 1.3.6.1.4.1.4555.10."""
    return forest.get(pack(below(*arcs)))


def walked(forest: Forest, *arcs: int) -> list[Oid]:
    """What a walk of a subtree below 1.3.6.1.4.1.4555.10 meets."""
    found = []
    for oid, _ in forest.walk(pack(below(*arcs))):
        if unpack(oid)[: len(below(*arcs))] != below(*arcs):
            break
        found.append(unpack(oid)[len(PRODUCTS) :])
    return found
