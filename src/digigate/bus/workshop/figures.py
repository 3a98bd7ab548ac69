"""Registers as people read them: name, value and unit of a model's points."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from digigate.catalogue import Model, Point, Value, decode


@dataclass(frozen=True, slots=True)
class Figure:
    """One register's value: None where the device says that it is not available."""

    name: str
    address: int
    value: Value | None
    unit: str

    @property
    def words(self) -> str:
        """`current.i1@instant/load1 = 12.3 A`."""
        return f"{self.name} = {value_words(self.value, self.unit)}"


def value_words(value: Value | None, unit: str = "") -> str:
    """The value for people: `12.3 A`, `not available`, `"Workshop"`."""
    if value is None:
        return "not available"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = f'"{value}"' if isinstance(value, str) else f"{value}"
    return f"{text} {unit}".rstrip()


def figures(model: Model, start: int, data: bytes) -> Iterator[Figure]:
    """Every point of the model that lies whole in these registers, by rising address."""
    points, addresses = _by_address(model)
    end = start + len(data) // 2
    for point in points[bisect_left(addresses, start) :]:
        if point.address >= end:
            return
        words = max(point.words, 1)  # two values may share a register
        if point.address + words <= end:
            offset = 2 * (point.address - start)
            value = decode(data[offset : offset + 2 * words], point.type, point.scale)
            yield Figure(point.name, point.address, value, point.unit)


@lru_cache(maxsize=128)
def _by_address(model: Model) -> tuple[tuple[Point, ...], list[int]]:
    points = sorted(model.points, key=lambda point: (point.address, point.name))
    return tuple(points), [point.address for point in points]
