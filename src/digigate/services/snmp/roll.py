"""Which loads answer now: the rows of every table of measurements (Annexe I-5: it is dynamic)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digigate.catalogue import Model
from digigate.clock import Monotonic
from digigate.services.snmp.ber import Oid
from digigate.settings.topology import Device, Topology
from digigate.store import SlaveImage, Span, Store

LOOK_EVERY = 0.05
"""Real seconds between two looks at who answers; another topology is seen at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """One load of a slave that answers; load 0 is the device itself."""

    load: int
    image: SlaveImage
    spans: tuple[Span, ...]
    shape: tuple[str, int, tuple[int, ...]]
    """Places of one shape have their values in the same octets of the same spans."""

    @property
    def model(self) -> Model:
        """What the slave is."""
        return self.image.model


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows, and what stands behind each; another object once something has changed."""

    rows: tuple[Oid, ...] = ()
    places: tuple[Place, ...] = ()


class Roll:
    """Looks at store and topology again and again, but not for every value."""

    def __init__(self, store: Store, topology: Callable[[], Topology], now: Monotonic) -> None:
        self.now = now
        self._store = store
        self._topology = topology
        self._known: Topology | None = None
        self._images: list[SlaveImage] = []
        self._standing = Standing()
        self._look_at = now()

    def look(self) -> Standing:
        """The rows as they are now; the same object until something changes."""
        topology, now = self._topology(), self.now()
        if topology is not self._known or now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            answering = dict(self._answering(topology))
            if topology is not self._known or list(answering.values()) != self._images:
                self._known, self._images = topology, list(answering.values())
                self._standing = _standing(topology, answering)
        return self._standing

    def configured(self, address: int) -> bool:
        """Whether the topology has a device at this address, silent or not."""
        return self._topology().device(address) is not None

    def _answering(self, topology: Topology) -> Iterator[tuple[int, SlaveImage]]:
        for device in topology.devices:
            image = self._store.image(device.address)
            if image is not None and not image.silent and _heard(image):
                yield device.address, image


def _heard(image: SlaveImage) -> bool:
    return any(span.received is not None for span in image.spans)


def _standing(topology: Topology, images: dict[int, SlaveImage]) -> Standing:
    found = {
        (device.address, place.load): place
        for device in topology.devices
        if device.address in images
        for place in _places(device, images[device.address])
    }
    rows = tuple(sorted(found))
    return Standing(rows, tuple(found[row] for row in rows))


def _places(device: Device, image: SlaveImage) -> Iterator[Place]:
    spans = image.spans
    starts = tuple(span.start for span in spans)
    own = [0] if image.model.measurements(0) else []
    for load in (*own, *(load.number for load in device.loads)):
        yield Place(load, image, spans, (image.model.key, load, starts))
