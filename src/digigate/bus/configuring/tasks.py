"""What can be configured in a slave (§12): tasks over register names, read from tasks.csv.

A task names registers as the maps do, without load or item, `{k}` being a number inside the name.
Its rows are the places where models keep it; the first that a model has counts. `per` is how many
of the register's counts make one of the task's unit, `value` what a command writes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path

from digigate.catalogue import Model, Point
from digigate.catalogue.tables import Row, rows

COLUMNS = "task,group,form,registers,at,models,low,high,unit,per,choices,value,risk,source"
TABLE = Path(__file__).with_name("tasks.csv")


class Form(StrEnum):
    """What a value of the task is."""

    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    CURVE = "curve"  # `1:P+`: a load and one of its powers, or off
    TREND = "trend"  # `current.i1:1`: a quantity and the load of which, or off
    COMMAND = "command"  # no value: it is done
    SWITCH = "switch"  # an output, by masks


class Risk(StrEnum):
    """What the user must have agreed to."""

    NONE = ""
    SPEED = "speed"  # the slave is lost until its bus has the same serial settings
    LOSS = "loss"  # what is counted so far is gone


@dataclass(frozen=True, slots=True)
class Place:
    """One row: where some models keep a task."""

    task: str
    group: str
    form: Form
    registers: tuple[str, ...]
    at: int | None
    models: str
    low: float
    high: float
    unit: str
    per: int
    choices: Mapping[str, int]
    value: int
    risk: Risk
    source: str


@dataclass(frozen=True, slots=True)
class Job:
    """One task of one model at one of its loads or items: `number` is 0 where there is one only."""

    place: Place
    number: int
    points: tuple[Point, ...]

    @property
    def key(self) -> str:
        """How it is called: `load-type/2`."""
        return f"{self.place.task}/{self.number}" if self.number else self.place.task


@cache
def places() -> tuple[Place, ...]:
    """All rows of the table.

    Raises:
        CatalogueError: a row is wrong.
    """
    return tuple(map(_place, rows(TABLE, COLUMNS)))


@lru_cache(maxsize=128)
def jobs(model: Model) -> Mapping[str, Job]:
    """What can be configured in this model, by key, in the table's order."""
    found: dict[str, Job] = {}
    met: set[str] = set()
    registers = _registers(model)
    for place in places():
        if place.task in met or (place.models and not fnmatchcase(model.key, place.models)):
            continue
        here = {job.key: job for job in _jobs(place, model, registers)}
        found |= here
        met |= {place.task} if here else set()
    return found


_NUMBER = re.compile(r"\d+")
_INSTANCE = re.compile(r"[/\[]\D*(\d+)\]?$")


def _registers(model: Model) -> dict[str, list[tuple[int, Point]]]:
    """The registers that places name, as they name them: each with its number, 0 = the only one.

    One look at each of the thousands of points, because the bus does not wait.
    """
    wanted = {place.registers[0] for place in places()}
    counted = tuple(name.partition("{k}")[0] for name in wanted if "{k}" in name)
    found: dict[str, list[tuple[int, Point]]] = {}
    for point in model.points:
        name = point.name.partition("/")[0].partition("[")[0]
        if name in wanted:
            instance = _INSTANCE.search(point.name, len(name))
            found.setdefault(name, []).append((int(instance[1]) if instance else 0, point))
        elif name.startswith(counted) and (number := _NUMBER.search(name)) is not None:
            name = f"{name[: number.start()]}{{k}}{name[number.end() :]}"
            found.setdefault(name, []).append((int(number[0]), point))
    return {name: sorted(points, key=_order) for name, points in found.items()}


def _order(numbered: tuple[int, Point]) -> int:
    return numbered[1].address


def _jobs(
    place: Place, model: Model, registers: Mapping[str, list[tuple[int, Point]]]
) -> Iterator[Job]:
    """The place at each load or item for which the model has all its registers."""
    first, *others = place.registers
    for number, point in registers.get(first, ()):
        if place.at not in (None, point.address):
            continue
        suffix = "" if "{k}" in first else point.name[len(first) :]
        names = [other.replace("{k}", str(number)) + suffix for other in others]
        parts = [part for name in names if isinstance(part := model.named.get(name), Point)]
        if len(parts) == len(others):
            yield from _numbered(place, model, number, (point, *parts))


def _numbered(place: Place, model: Model, number: int, points: tuple[Point, ...]) -> Iterator[Job]:
    if place.form is Form.SWITCH:
        for output in range(1, (model.outputs.count if model.outputs else 0) + 1):
            yield Job(place, output, points)
    else:
        yield Job(place, number, points)


def _place(row: Row) -> Place:
    cells = row.cells
    return Place(
        row.text("task"),
        row.text("group"),
        row.choice("form", Form),
        tuple(row.text("registers").split()),
        row.optional("at"),
        cells["models"],
        float(cells["low"] or 0),
        float(cells["high"] or 0),
        cells["unit"],
        row.whole("per"),
        _choices(row),
        row.optional("value") or 0,
        row.choice("risk", Risk),
        row.text("source"),
    )


def _choices(row: Row) -> Mapping[str, int]:
    pairs = (word.rpartition("=") for word in row.cells["choices"].split())
    try:
        return {name or code: int(code) for name, _, code in pairs}
    except ValueError as error:
        raise row.wrong(f"choices: {error}") from error
