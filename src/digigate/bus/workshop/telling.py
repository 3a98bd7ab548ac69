"""One write to all slaves of a line (address 0): only what means the same to each of them.

The same number is the slave address in one model and the network type in another (facts §5), and
nobody answers a broadcast, so nothing may be left to chance.
"""

from collections.abc import Mapping, Sequence

from digigate.bus.workshop.oneoff import writable
from digigate.catalogue import Model, Point
from digigate.errors import SettingsError

_ONE, _MANY = 6, 16


def meant_by_all(slaves: Mapping[int, Model | None], start: int, count: int) -> tuple[Point, ...]:
    """The registers that lie there in every slave of a line, the same ones in each.

    Raises:
        SettingsError: there is no slave, or one of them has something else there, for reading
            only, locked, or dangerous; the text names it.
    """
    if not slaves:
        raise SettingsError("the topology has no slave on this line: nobody would hear it")
    found = {unit: _there(unit, model, start, count) for unit, model in slaves.items()}
    first, *others = found
    for unit in others:
        if _names(found[unit]) != _names(found[first]):
            raise SettingsError(
                f"register {start} is {_named(found[unit])} in slave {unit} and"
                f" {_named(found[first])} in slave {first}: write to each by itself"
            )
    return found[first]


def request(points: Sequence[Point], start: int, values: Sequence[int]) -> bytes:
    """The PDU: FC06 for one word where the tables allow it, else FC16."""
    words = b"".join(value.to_bytes(2, "big") for value in values)
    one = len(values) == 1 and all("W" in point.access for point in points)
    head = bytes((_ONE if one else _MANY,)) + start.to_bytes(2, "big")
    return head + words if one else head + _counted(len(values)) + words


def _counted(count: int) -> bytes:
    return count.to_bytes(2, "big") + bytes((2 * count,))


def _there(unit: int, model: Model | None, start: int, count: int) -> tuple[Point, ...]:
    if model is None:
        raise SettingsError(f"nobody knows the registers of slave {unit}: write to each by itself")
    end = start + count
    points = tuple(p for p in model.points if p.address < end and start < p.address + p.words)
    covered = {p.address + word for p in points for word in range(max(p.words, 1))}
    missing = next((at for at in range(start, end) if at not in covered), None)
    if missing is not None:
        raise SettingsError(f"slave {unit} ({model.name}) has no register {missing} to write")
    for point in points:
        _check(unit, model, point)
    return points


def _check(unit: int, model: Model, point: Point) -> None:
    writable(model, point)
    if point.locked:
        raise SettingsError(
            f"{point.name} of slave {unit} ({model.name}) is locked: write to each by itself"
        )


def _names(points: Sequence[Point]) -> list[tuple[str, int]]:
    return [(point.leaf, point.address) for point in points]


def _named(points: Sequence[Point]) -> str:
    return ", ".join(point.name for point in points)
