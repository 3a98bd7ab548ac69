"""What the API says of measured values: readings of a device, the key figures of every load."""

from collections.abc import Iterator
from dataclasses import dataclass

from digigate.bus.status import SlaveState, SlaveStatus
from digigate.catalogue import Catalogue, Composite, Model, Point, Statistic
from digigate.services.web.jsonable import Json, Object, instant, number, pieces, plain
from digigate.services.web.view import View
from digigate.settings.topology import Device, Load
from digigate.store import Quality, Reading, SlaveImage

KEY_FIGURES = (
    "power.active.total",
    "power.factor.total",
    "current.i1",
    "current.i2",
    "current.i3",
    "voltage.v1n",
    "voltage.v2n",
    "voltage.v3n",
    "voltage.u12",
    "energy.active.import",
)
SHOWN = frozenset({Statistic.INSTANT, Statistic.TOTAL})


@dataclass(frozen=True, slots=True)
class Measured:
    """What one load of a model measures; `figures` are those of `KEY_FIGURES` that it has.

    Each point stands beside what is said of it every time.
    """

    points: tuple[tuple[Point | Composite, Object], ...]
    figures: tuple[tuple[str, Point | Composite], ...]


_measured: dict[tuple[int, int], tuple[Model, Measured]] = {}
"""By identity of the model and load: to search a thousand points on each look costs too much."""


def measured(catalogue: Catalogue, model: Model, load: int) -> Measured:
    """What this load (0 = the device itself) measures."""
    known = _measured.get((id(model), load))
    if known is None:
        points = model.measurements(load)
        described = tuple((point, _described(catalogue, point)) for point in points)
        shown = {p.quantity: p for p in points if p.statistic in SHOWN}
        figures = tuple((key, shown[key]) for key in KEY_FIGURES if key in shown)
        known = _measured[id(model), load] = model, Measured(described, figures)
    return known[1]


def readings(view: View, configured: Device, load: int | None = None) -> Iterator[bytes]:
    """Every quantity of a device, or of one of its loads (0 = the device's own), in pieces."""
    image = view.store.image(configured.address)
    model = image.model if image else view.catalogue.models.get(configured.model)
    known = range(0 if model is None else model.loads.count + 1)
    groups: Iterator[list[Json]] = (
        [_told(image, *point) for point in measured(view.catalogue, model, number).points]
        for number in known
        if model is not None and load in {None, number}
    )
    return pieces({"address": configured.address}, "readings", groups)


def loads(view: View) -> Iterator[bytes]:
    """The key figures of every load of the topology, in pieces."""
    slaves = view.bus.slaves()
    groups: Iterator[list[Json]] = (
        [load_figures(view, device, load, slaves.get(device.address)) for load in device.loads]
        for device in view.topology().devices
    )
    return pieces({}, "loads", groups)


def load_figures(view: View, device: Device, load: Load, status: SlaveStatus | None) -> Object:
    """One load with those of its key figures that its device measures."""
    image = view.store.image(device.address)
    return {
        "address": device.address,
        "number": load.number,
        "name": load.name,
        "usage": load.usage,
        "device_name": device.name,
        "state": str(SlaveState.UNKNOWN if status is None else status.state),
        "readings": {} if image is None else _figures(view.catalogue, image, load.number),
    }


def _figures(catalogue: Catalogue, image: SlaveImage, load: int) -> Object:
    figures = measured(catalogue, image.model, load).figures
    return {key: _brief(image.read(point)) for key, point in figures}


def _brief(reading: Reading) -> Object:
    return {
        "value": plain(reading.value),
        "unit": reading.unit,
        "age": number(reading.age, 1),
        "quality": str(reading.quality),
    }


def _told(image: SlaveImage | None, point: Point | Composite, described: Object) -> Object:
    reading = Reading(None, point.unit, None, None, Quality.UNREAD)
    if image is not None:
        reading = image.read(point)
    return {
        **described,
        **_brief(reading),
        "time": instant(reading.time),
        "meter_time": instant(reading.meter_time),
    }


def _described(catalogue: Catalogue, point: Point | Composite) -> Object:
    quantity = catalogue.quantities.get(point.quantity or "")
    return {
        "name": point.name,
        "quantity": point.quantity,
        "statistic": str(point.statistic),
        "load": point.load,
        "label_key": f"quantity.{point.quantity}",
        "group": quantity.group if quantity else "",
        "register": _register(point),
    }


def _register(point: Point | Composite) -> Object:
    """Where the value is; of a composite, where its first part is."""
    first = point if isinstance(point, Point) else point.parts[0]
    return {"address": first.address, "words": first.words, "type": str(first.type)}
