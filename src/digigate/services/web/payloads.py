"""What the API says of gateway, devices, buses, services and conditions (docs/api.md)."""

from collections import Counter
from dataclasses import asdict

from digigate.bus.status import Counters, LineStatus, SlaveState, SlaveStatus
from digigate.catalogue import Model
from digigate.conditions import Condition
from digigate.panel import SILK_SCREEN
from digigate.services.web.jsonable import Json, Object, hexadecimal, instant, number
from digigate.services.web.view import View
from digigate.settings.topology import Device, Load
from digigate.supervisor import Health


def gateway(view: View) -> Object:
    """The name plate, the clock and how much is there."""
    identity, names, clock = view.identity, view.settings().gateway, view.clock
    local = clock.local()
    offset = local.utcoffset()
    return {
        "model": str(identity.model),
        "product_name": identity.product_name,
        "order_code": identity.order_code,
        "ble": identity.ble,
        "net_id": hexadecimal(identity.net_id),
        "serial": identity.serial,
        "firmware": identity.firmware,
        "site": names.site,
        "server": names.server,
        "time": instant(local),
        "zone": clock.zone.key,
        "utc_offset": int(offset.total_seconds()) if offset is not None else 0,
        "speed": clock.speed,
        "capabilities": {"measurement_pages": identity.capabilities.measurement_pages},
        "counts": counts(view),
    }


def counts(view: View) -> Object:
    """Devices of the topology, those that answer, and loads."""
    configured = view.topology().devices
    slaves = view.bus.slaves()
    return {
        "devices": len(configured),
        "online": sum(_online(slaves.get(device.address)) for device in configured),
        "loads": sum(len(device.loads) for device in configured),
    }


def devices(view: View) -> Object:
    """All devices of the topology, as it lists them."""
    slaves = view.bus.slaves()
    return {
        "devices": [device(view, d, slaves.get(d.address)) for d in view.topology().devices],
    }


def device(view: View, configured: Device, status: SlaveStatus | None) -> Object:
    """One device: what the topology says of it and what the bus sees."""
    return {
        "address": configured.address,
        "bus": str(configured.bus),
        "gateway": configured.gateway,
        "model": _model(view, configured.model),
        "name": configured.name,
        "serial": configured.serial,
        "net_id": hexadecimal(configured.net_id),
        "loads": [_load(load) for load in configured.loads],
        **(_unseen() if status is None else _seen(view, status)),
    }


def buses(view: View) -> Object:
    """The lines with their use of the wire."""
    slaves = view.bus.slaves()
    there = Counter(_line(device) for device in view.topology().devices)
    online = Counter(
        _line(device) for device in view.topology().devices if _online(slaves.get(device.address))
    )
    return {
        "buses": [_bus(line, there[line.name], online[line.name]) for line in view.bus.lines()],
    }


def services(view: View) -> Object:
    """The services and where they listen."""
    ports = view.ports()
    return {"services": [_service(health, ports.get(health.name)) for health in view.health()]}


def conditions(view: View) -> Object:
    """What is wrong now, oldest first."""
    return {"conditions": [_condition(condition) for condition in view.conditions.active()]}


def detection(view: View) -> Object:
    """The search for slaves that runs, or the last one (§10)."""
    return view.detection().jsonable()


def panel(view: View) -> Object:
    """The lamps of the front (§6.3); `phase` is how long ago each last began to flash."""
    now = view.clock.monotonic()
    return {
        "lamps": {
            str(led): {
                "light": str(lamp.light),
                "period": lamp.period,
                "phase": number((now - lamp.origin) % lamp.period),
            }
            for led, lamp in view.lamps().items()
        },
        "silk_screen": list(SILK_SCREEN),
    }


def library(view: View) -> Object:
    """The manual's list of products (§11.2.1), in its order, as a dialog offers them."""
    return {
        "groups": [
            {"group": str(group), "products": [_product(model) for model in models]}
            for group, models in view.catalogue.library.items()
        ]
    }


def _product(model: Model) -> Object:
    return {
        "model": model.key,
        "name": model.library.name if model.library else model.name,
        "certainty": str(model.certainty),
        "loads": model.loads.count,
        "detection": str(model.detection),
    }


def _line(device: Device) -> str:
    """The line by which a device is reached: a bus of this box, or a remote gateway."""
    return device.gateway or str(device.bus)


def _online(status: SlaveStatus | None) -> bool:
    return status is not None and status.state is SlaveState.ONLINE


def _model(view: View, key: str) -> Object:
    model = view.catalogue.models.get(key)
    if model is None:
        return {"key": key, "name": key, "family": "", "certainty": "unknown"}
    return {
        "key": key,
        "name": model.name,
        "family": model.family,
        "certainty": str(model.certainty),
    }


def _load(load: Load) -> Object:
    return {"number": load.number, "name": load.name, "usage": load.usage}


def _seen(view: View, status: SlaveStatus) -> Object:
    heard = status.last_answer
    age = max(0.0, (view.clock.now() - heard).total_seconds()) if heard else None
    return {
        "state": str(status.state),
        "since": instant(status.since),
        "reason": status.reason,
        "last_answer": instant(heard),
        "age": number(age, 1),
        "counters": _counters(status.counters),
        "turnaround_p50": number(status.turnaround_p50),
        "turnaround_p99": number(status.turnaround_p99),
        "retry_in": number(status.retry_in, 1),
    }


def _unseen() -> Object:
    return {
        "state": str(SlaveState.UNKNOWN),
        "since": None,
        "reason": "",
        "last_answer": None,
        "age": None,
        "counters": _counters(Counters()),
        "turnaround_p50": None,
        "turnaround_p99": None,
        "retry_in": None,
    }


def _counters(counters: Counters) -> Json:
    return dict(asdict(counters))


def _bus(line: LineStatus, there: int, online: int) -> Object:
    return {
        "name": line.name,
        "port": line.port,
        "state": str(line.state),
        "since": instant(line.since),
        "reason": line.reason,
        "baudrate": line.baudrate,
        "counters": _counters(line.counters),
        "utilisation": number(line.utilisation, 3),
        "cycle_planned": number(line.cycle_planned),
        "cycle_p50": number(line.cycle_p50),
        "cycle_p95": number(line.cycle_p95),
        "devices": there,
        "online": online,
    }


def _service(health: Health, port: int | None) -> Object:
    return {
        "name": health.name,
        "state": str(health.state),
        "since": instant(health.since),
        "reason": health.reason,
        "port": port,
    }


def _condition(condition: Condition) -> Object:
    return {
        "name": condition.name,
        "subject": condition.subject,
        "since": instant(condition.since),
        "reason": condition.reason,
    }
