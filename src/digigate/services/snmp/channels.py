"""What devices have beside measurements: inputs, outputs, pulse counters, what begins anew."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digigate.bus.configuring import jobs
from digigate.catalogue import Catalogue, Inputs, Model, Outputs, Point, Statistic
from digigate.services.snmp.ber import GAUGE32, INTEGER, Oid, integer
from digigate.services.snmp.encoding import NO_DATE, dates, plain
from digigate.services.snmp.glance import Derived
from digigate.services.snmp.metrology import Cell, Readings, cell
from digigate.services.snmp.roll import Place, Roll, Standing
from digigate.services.snmp.schema import columns, listing
from digigate.services.snmp.tree import Table
from digigate.settings.topology import Device, Topology
from digigate.store import SlaveImage

IDLE = integer(0)
NO_NUMBER = integer(0, GAUGE32)
RESETS = {
    "instMinMaxReset": "reset-extremes",
    "avgMinMaxReset": "reset-average-extremes",
    "partialEnergyReset": "reset-partial-energies",
}
"""Columns of resetTable -> the task that carries each out."""
INFORMATION = {
    "instTimestamp": "instant.timestamp",
    "averageTimestamp": "average.timestamp",
    "integrationPeriod": "average.integration_time",
    "loadCurveTimestamp": "demand.lc_n1_date",
}
"""Columns of metrologyInfoTable -> the register of a load."""
PULSES_MAX = 10


@dataclass(frozen=True, slots=True)
class Bit:
    """One input or output of a slave that answers."""

    image: SlaveImage
    point: Point
    number: int  # 1..

    def state(self) -> bytes | None:
        """Whether it is on; None while nobody knows."""
        words = self.image.raw(self.point.address, self.point.words)
        if words is None:
            return None
        return integer(int.from_bytes(words, "big") >> (self.number - 1) & 1)


@dataclass(frozen=True, slots=True)
class Pulses:
    """One pulse counter of a slave that answers."""

    image: SlaveImage
    total: Point

    def told(self, leaf: str, tag: int = GAUGE32) -> bytes | None:
        """A register of its block; 0 where it has none such, None while nobody knows."""
        found = self.image.model.named.get(self._beside(leaf))
        return self._told(found, tag) if isinstance(found, Point) else integer(0, tag)

    def index(self) -> bytes | None:
        """All that was counted."""
        return self._told(self.total, GAUGE32)

    def _beside(self, leaf: str) -> str:
        block = self.total.block
        end = min((at for at in map(block.find, "/[") if at >= 0), default=len(block))
        return f"{block[:end]}.{leaf}{block[end:]}"

    def _told(self, point: Point, tag: int) -> bytes | None:
        words = self.image.raw(point.address, point.words)
        return None if words is None else plain(point, tag)(words, 0)


def channels(roll: Roll, topology: Callable[[], Topology], catalogue: Catalogue) -> Sequence[Table]:
    """All these tables."""
    return (
        information(roll),
        listing(
            "multifluidTable",
            {
                "multifluidIndex": Pulses.index,
                "multifluidPartial": lambda pulses: pulses.told("partial"),
                "multifluidWeight": lambda pulses: pulses.told("weight", INTEGER),
                "multifluidUnit": lambda pulses: pulses.told("unit"),
            },
            Derived(roll.look, _pulses),
        ),
        listing("inputTable", {"inputState": Bit.state}, Derived(roll.look, _inputs)),
        listing("outputTable", {"outputState": Bit.state}, Derived(roll.look, _outputs)),
        resets(topology, catalogue),
    )


def information(roll: Roll) -> Table:
    """When the measurements of each load were taken."""
    registers = tuple(INFORMATION.values())
    return Readings(
        columns("metrologyInfoTable", INFORMATION),
        lambda place, column: _informed(place, registers[column]),
        roll,
    )


def resets(topology: Callable[[], Topology], catalogue: Catalogue) -> Table:
    """What can be made to begin anew: always idle, and only there where it can."""

    def make(now: Topology) -> Mapping[Oid, frozenset[str]]:
        return {row: tasks for device in now.devices for row, tasks in _begun(device, catalogue)}

    def idle(task: str) -> Callable[[frozenset[str]], bytes | None]:
        return lambda tasks: IDLE if task in tasks else None

    return listing(
        "resetTable",
        {name: idle(task) for name, task in RESETS.items()},
        Derived(topology, make),
    )


def _informed(place: Place, register: str) -> Cell:
    name = f"{register}/load{place.load}" if place.load else f"network-{register}"
    point = place.model.named.get(name)
    is_date = register is not INFORMATION["integrationPeriod"]
    if not isinstance(point, Point):
        return (NO_DATE if is_date else NO_NUMBER) if place.load else None
    return cell(place.spans, point, dates(point) if is_date else plain(point, GAUGE32))


def _inputs(standing: Standing) -> Mapping[Oid, Bit]:
    return _shown(standing, lambda model: model.inputs)


def _outputs(standing: Standing) -> Mapping[Oid, Bit]:
    return _shown(standing, lambda model: model.outputs)


def _shown(
    standing: Standing, ports: Callable[[Model], Inputs | Outputs | None]
) -> Mapping[Oid, Bit]:
    return {
        (place.image.unit, number): Bit(place.image, point, number)
        for place in _devices(standing)
        if (found := ports(place.model))
        for point, number in _bits(place.model, found.state, found.count)
    }


def _devices(standing: Standing) -> Iterator[Place]:
    """One place of each device."""
    return iter({place.image.unit: place for place in standing.places}.values())


def _bits(model: Model, state: str, count: int) -> Iterator[tuple[Point, int]]:
    point = model.named.get(state)
    if isinstance(point, Point):
        yield from ((point, number) for number in range(1, count + 1))


def _pulses(standing: Standing) -> Mapping[Oid, Pulses]:
    found: dict[Oid, Pulses] = {}
    for place in standing.places:
        unit, model = place.image.unit, place.model
        if place.load:
            counted = {place.load: model.measurement(place.load, "multifluid", Statistic.TOTAL)}
        else:
            numbers = range(1, PULSES_MAX + 1)
            counted = {k: model.measurement(0, f"pulse.p{k}", Statistic.TOTAL) for k in numbers}
        for number, total in counted.items():
            if isinstance(total, Point):
                found[unit, number] = Pulses(place.image, total)
    return found


def _begun(device: Device, catalogue: Catalogue) -> Iterator[tuple[Oid, frozenset[str]]]:
    """The loads of a device of which something can begin anew, and by which tasks."""
    model = catalogue.models.get(device.model)
    known = jobs(model) if model else {}
    for load in device.loads:
        # a task without a number is that of the only load
        keys = {
            task: {f"{task}/{load.number}", *([task] if load.number == 1 else [])}
            for task in RESETS.values()
        }
        tasks = frozenset(task for task, names in keys.items() if names & known.keys())
        if tasks:
            yield (device.address, load.number), tasks
