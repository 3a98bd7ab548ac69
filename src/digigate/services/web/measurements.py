"""What the API says of measured values: readings of a device, the key figures of every load."""

from collections.abc import Iterator

from digigate.bus.status import SlaveState, SlaveStatus
from digigate.catalogue import Composite, Model, Point, Statistic
from digigate.services.web.jsonable import Json, Object, instant, number, plain
from digigate.services.web.view import View
from digigate.settings.topology import Device, Load
from digigate.store import Quality, Reading, SlaveImage

KEY_FIGURES = (
    "power.active.total",
    "power.reactive.total",
    "power.apparent.total",
    "power.factor.total",
    "current.i1",
    "current.i2",
    "current.i3",
    "voltage.v1n",
    "voltage.v2n",
    "voltage.v3n",
    "voltage.u12",
    "frequency",
    "energy.active.import",
)
SHOWN = frozenset({Statistic.INSTANT, Statistic.TOTAL})


def readings(view: View, configured: Device, load: int | None = None) -> Object:
    """Every quantity of a device, or of one of its loads (0 = the device's own)."""
    image = view.store.image(configured.address)
    model = image.model if image else view.catalogue.models.get(configured.model)
    points = () if model is None else _points(model, load)
    return {
        "address": configured.address,
        "readings": [_described(view, image, point) for point in points],
    }


def loads(view: View) -> Object:
    """The key figures of every load of the topology."""
    slaves = view.bus.slaves()
    return {
        "loads": [
            load_figures(view, configured, load, slaves.get(configured.address))
            for configured in view.topology().devices
            for load in configured.loads
        ]
    }


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
        "readings": {} if image is None else dict(_figures(image, load.number)),
    }


def _figures(image: SlaveImage, load: int) -> Iterator[tuple[str, Json]]:
    points = {p.quantity: p for p in image.model.measurements(load) if p.statistic in SHOWN}
    for key in KEY_FIGURES:
        point = points.get(key)
        if point is not None:
            yield key, _brief(image.read(point))


def _points(model: Model, load: int | None) -> tuple[Point | Composite, ...]:
    wanted = range(model.loads.count + 1) if load is None else (load,)
    return tuple(point for number in wanted for point in model.measurements(number))


def _brief(reading: Reading) -> Object:
    return {
        "value": plain(reading.value),
        "unit": reading.unit,
        "age": number(reading.age, 1),
        "quality": str(reading.quality),
    }


def _described(view: View, image: SlaveImage | None, point: Point | Composite) -> Object:
    reading = Reading(None, point.unit, None, None, Quality.UNREAD)
    if image is not None:
        reading = image.read(point)
    quantity = view.catalogue.quantities.get(point.quantity or "")
    return {
        "name": point.name,
        "quantity": point.quantity,
        "statistic": str(point.statistic),
        "load": point.load,
        "label_key": f"quantity.{point.quantity}",
        "group": quantity.group if quantity else "",
        **_brief(reading),
        "time": instant(reading.time),
        "meter_time": instant(reading.meter_time),
        "register": _register(point),
    }


def _register(point: Point | Composite) -> Object:
    """Where the value is; of a composite, where its first part is."""
    first = point if isinstance(point, Point) else point.parts[0]
    return {"address": first.address, "words": first.words, "type": str(first.type)}
