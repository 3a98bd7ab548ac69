"""How the gateway does: counts, lamps, auto-detection, what is wrong; our own range."""

from collections.abc import Callable

from digigate.bus import SlaveState
from digigate.catalogue import Value
from digigate.conditions import Condition
from digigate.services.modbus.own.plate import TABLE_VERSION
from digigate.services.modbus.own.sight import Moment, Search
from digigate.services.modbus.own.told import Told, command, constant


def _online(now: Moment, _: int) -> int:
    return sum(status.state is SlaveState.ONLINE for status in now.slaves.values())


GATEWAY = {
    "table_version": constant(TABLE_VERSION, "version of this table x 100"),
    "device_count": Told(lambda now, _: len(now.devices), "slaves of the topology"),
    "load_count": Told(lambda now, _: len(now.loads), "loads of the topology"),
    "remote_gateway_count": Told(
        lambda now, _: len(now.topology.gateways), "remote gateways of the topology"
    ),
    "condition_count": Told(lambda now, _: len(now.conditions), "active conditions"),
    "online_count": Told(_online, "slaves that answer"),
    "uptime": Told(lambda now, _: int(now.uptime), "since start"),
    "time_utc": Told(lambda now, _: now.utc, "seconds since 2000-01-01 00:00 UTC"),
}


def _lamp(name: str, help_: str) -> Told:
    return Told(lambda now, _: now.leds.get(name), f"{help_}: 0 dark, 1 steady, 2 blinking")


FRONT_PANEL = {
    "on": _lamp("on", "lamp ON"),
    "alarm": _lamp("alarm", "lamp ALARM"),
    "com": _lamp("com", "lamp COM"),
    "bluetooth": _lamp("bluetooth", "lamp BLUETOOTH"),
}


def _search(tell: Callable[[Search], Value], help_: str) -> Told:
    return Told(lambda now, _: tell(now.search), help_)


DETECTION = {
    "state": _search(lambda s: s.state, "0 never ran, 1 runs, 2 ended, 3 waits for a button"),
    "mode": _search(lambda s: s.mode, "1 fast, 2 complete"),
    "progress": _search(lambda s: s.progress, "of the whole search"),
    "found": _search(lambda s: s.found, "devices"),
    "conflicts": _search(lambda s: s.conflicts, "addresses that several devices share"),
    "refused": _search(lambda s: s.refused, "devices that do not fit in"),
    "duration": _search(lambda s: int(s.duration), "so far, or of the last search"),
}
COMMAND = {
    "detect": command("1 search fast, 2 search completely, 0 stop the search"),
    "identify": command("0 or 255 the gateway's ON lamp blinks, 1-247 that slave's lamp"),
    "refresh_loads": command("1-247: read anew which loads that slave has"),
}


def _condition(tell: Callable[[Moment, Condition], Value], help_: str, empty: Value) -> Told:
    def value(now: Moment, k: int) -> Value:
        return tell(now, now.conditions[k - 1]) if k <= len(now.conditions) else empty

    return Told(value, help_)


CONDITION = {
    "name": _condition(lambda _, c: c.name, "kind: `slave.timeout`; empty = none further", ""),
    "subject": _condition(lambda _, c: c.subject, "whom it concerns", ""),
    "age": _condition(
        lambda now, c: max(0, int((now.utc - c.since).total_seconds())), "since it was raised", 0
    ),
}
