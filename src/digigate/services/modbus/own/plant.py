"""What hangs below: topology, loads, and how each slave and bus does; our own range."""

from collections.abc import Callable, Mapping

from digigate.bus import LineState, LineStatus, SlaveState, SlaveStatus
from digigate.bus.status import Counters
from digigate.catalogue import Value
from digigate.services.modbus.own.sight import Moment
from digigate.services.modbus.own.told import Told, code, codes
from digigate.settings.topology import BusName, Device, Load

LONGEST = 4_294_967.0  # seconds that an age in milliseconds can tell

COUNTERS = {
    "asked": "requests sent since start",
    "answered": "right answers",
    "exceptions": "answers that were Modbus exceptions",
    "timeouts": "requests after which nothing was heard",
    "crc_errors": "answers of the right length with a wrong CRC",
    "garbled": "requests after which something else was heard",
    "lost": "requests whose line went down",
    "stale_bytes": "octets heard while nobody was asked",
}


def _device(tell: Callable[[Device], Value], help_: str, empty: Value = 0) -> Told:
    def value(now: Moment, k: int) -> Value:
        return tell(now.devices[k - 1]) if k <= len(now.devices) else empty

    return Told(value, help_)


def _load(tell: Callable[[Device, Load], Value], help_: str, empty: Value = 0) -> Told:
    def value(now: Moment, k: int) -> Value:
        return tell(*now.loads[k - 1]) if k <= len(now.loads) else empty

    return Told(value, help_)


TOPOLOGY = {
    "address": _device(lambda d: d.address, "Modbus address; 0 = no further slave"),
    "bus": _device(lambda d: code(d.bus, 1), codes(BusName, 1)),
    "remote": _device(lambda d: int(bool(d.gateway)), "1 = behind a remote gateway"),
    "load_count": _device(lambda d: len(d.loads), "loads of this slave"),
    "net_id": _device(lambda d: d.net_id, "NET ID; 0 = none"),
    "model": _device(lambda d: d.model, "key of the catalogue", ""),
    "name": _device(lambda d: d.name, "as the user calls it", ""),
    "serial": _device(lambda d: d.serial, "serial number", ""),
}
LOAD = {
    "device": _load(lambda d, _: d.address, "Modbus address of its slave; 0 = no further load"),
    "number": _load(lambda _, load: load.number, "its number in the slave, from 1"),
    "type": _load(lambda _, load: load.type, "how it is wired: `3P+N-4CT`; empty = not known", ""),
    "name": _load(lambda _, load: load.name, "as the user calls it", ""),
}


def _age(now: Moment, status: SlaveStatus) -> float | None:
    if status.last_answer is None:
        return None
    return min(LONGEST, max(0.0, (now.utc - status.last_answer).total_seconds()))


def _slave(
    tell: Callable[[Moment, SlaveStatus], Value | None], help_: str, empty: Value = 0
) -> Told:
    def value(now: Moment, k: int) -> Value | None:
        if k > len(now.devices):
            return empty
        status = now.slaves.get(now.devices[k - 1].address)
        return None if status is None else tell(now, status)

    return Told(value, help_)


def _counted(counters: Counters, name: str) -> int:
    return int(getattr(counters, name)) & 0xFFFFFFFF


def _slave_counter(name: str) -> Callable[[Moment, SlaveStatus], int]:
    return lambda _, status: _counted(status.counters, name)


SLAVE = {
    "address": _device(lambda d: d.address, "Modbus address; 0 = no further slave"),
    "state": _slave(lambda _, s: code(s.state), codes(SlaveState)),
    "age": _slave(_age, "since the last right answer"),
    **{name: _slave(_slave_counter(name), help_) for name, help_ in COUNTERS.items()},
    "turnaround_median": _slave(lambda _, s: s.turnaround_p50, "before it answers, half of times"),
    "turnaround_99": _slave(lambda _, s: s.turnaround_p99, "99 of 100 times"),
}


def _line(tell: Callable[[LineStatus], Value | None], help_: str) -> Told:
    return Told(lambda now, k: tell(now.lines[k - 1]), help_)


def _line_counter(name: str) -> Callable[[LineStatus], int]:
    return lambda line: _counted(line.counters, name)


BUS: Mapping[str, Told] = {
    "state": _line(lambda line: code(line.state), codes(LineState)),
    "utilisation": _line(lambda line: 100 * line.utilisation, "of the last minute"),
    "baudrate": _line(lambda line: line.baudrate, "speed"),
    "cycle_planned": _line(lambda line: line.cycle_planned, "one round of polling, as computed"),
    "cycle_median": _line(lambda line: line.cycle_p50, "one round of polling, half of times"),
    "cycle_95": _line(lambda line: line.cycle_p95, "95 of 100 times"),
    **{name: _line(_line_counter(name), help_) for name, help_ in COUNTERS.items()},
}
