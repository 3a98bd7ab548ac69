"""From the sections of maps to the blocks, points and composites of one model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from digigate.catalogue.maps import Field, Part, Per, Section
from digigate.catalogue.models import Block, Composite, Form, LoadPlan, Point, Statistic
from digigate.catalogue.tables import Row


@dataclass(frozen=True, slots=True)
class Unfolded:
    """What the maps of a model come to; beside each member the row that it comes from."""

    blocks: list[tuple[Block, Row]] = field(default_factory=list)
    points: list[tuple[Point, Row]] = field(default_factory=list)
    composites: list[tuple[Composite, Row]] = field(default_factory=list)

    def add(self, section: Section, loads: LoadPlan, source: str | None = None) -> None:
        """Unfold a section over loads or items; `source` replaces that of its rows."""
        groups = [(group, _date_of(group[0], section)) for group in _grouped(section)]
        for at in _instances(section, loads):
            name, start = section.name + at.suffix, section.start + at.shift
            block = Block(name, start, section.words, section.pace, at.load)
            self.blocks.append((block, section.row))
            place = _Place(section, at, source)
            for group, date in groups:
                made = place.measure(group, date)
                self.composites.extend((composite, group[0].row) for composite in made)
            self.points.extend(place.points.values())


@dataclass(frozen=True, slots=True)
class _Instance:
    """One of the places at which a section exists."""

    load: int
    suffix: str  # of every name in it: ``, `/load2`, `[3]`
    number: int  # 1.. of the load or item
    shift: int  # registers from the first instance


def _instances(section: Section, loads: LoadPlan) -> Iterator[_Instance]:
    if section.per is Per.DEVICE:
        yield _Instance(0, "", 1, 0)
    elif section.per is Per.LOAD:
        for k in range(loads.count):
            yield _Instance(k + 1, f"/load{k + 1}", k + 1, k * section.stride)
    else:
        for k in range(section.repeat):
            yield _Instance(0, f"[{k + 1}]", k + 1, k * section.stride)


def _grouped(section: Section) -> list[list[Field]]:
    """Rows that make one value together: of one quantity and statistic; all others alone.

    What adds up (kWh + residual) counts in different scales; else one of the rows is a slip.
    """
    groups: dict[object, list[Field]] = {}
    for each in section.fields:
        alone = not each.quantity or each.part is Part.TIME
        key = each.row.line if alone else (each.quantity, each.statistic)
        group = groups.setdefault(key, [])
        if any(each.scale == other.scale for other in group):
            raise each.row.wrong(
                f"{each.quantity} {each.statistic} is also row {group[0].row.line}"
            )
        group.append(each)
    return list(groups.values())


class _Place:
    """One instance of a section, with the points made for it so far by name."""

    def __init__(self, section: Section, at: _Instance, source: str | None) -> None:
        self._section = section
        self._at = at
        self._source = source
        self.points: dict[str, tuple[Point, Row]] = {}

    def measure(self, group: Sequence[Field], date: Field | None) -> Iterator[Composite]:
        """Make the points of a group with its date; the composites that they need, if any."""
        first = group[0]
        if first.part is Part.TIME or not first.quantity:
            self._point(first)
            return
        time = self._point(date) if date else None
        quantity = first.quantity.replace("{k}", str(self._at.number))
        if first.part is Part.SIGNED:
            parts: tuple[Point, ...] = (self._point(first),)
            yield self._composite(quantity, first, parts, time, Form.MAGNITUDE)
            quantity = quantity.replace("power.factor.", "power.factor_type.")
            yield self._composite(quantity, first, parts, time, Form.DIRECTION)
        elif time or len(group) > 1:
            parts = tuple(self._point(each) for each in group)
            yield self._composite(quantity, first, parts, time, Form.SUM)
        else:
            self._point(first, quantity)

    def _point(self, of: Field, quantity: str | None = None) -> Point:
        """The point of a row: of its quantity, or a bare register named after its block."""
        name = _measured(quantity, of.statistic) if quantity else f"{self._section.name}.{of.name}"
        name += self._at.suffix
        if name in self.points and self.points[name][1] is of.row:
            return self.points[name][0]
        if name in self.points:
            raise of.row.wrong(f"{name!r} is also the name of another row")
        point = Point(
            name,
            of.address + self._at.shift,
            of.words,
            of.type,
            of.scale,
            of.unit,
            quantity,
            of.statistic,
            self._at.load,
            self._section.name + self._at.suffix,
            of.writable,
            self._source or of.source,
            of.locked,
            of.access,
        )
        self.points[name] = point, of.row
        return point

    def _composite(
        self, quantity: str, of: Field, parts: tuple[Point, ...], time: Point | None, form: Form
    ) -> Composite:
        name = _measured(quantity, of.statistic) + self._at.suffix
        return Composite(name, quantity, of.statistic, self._at.load, of.unit, parts, time, form)


def _measured(quantity: str, statistic: Statistic) -> str:
    return f"{quantity}@{statistic}"


def _date_of(measured: Field, section: Section) -> Field | None:
    """The row with the meter's own date of this one's quantity: one of its patterns fits."""
    if measured.part is Part.TIME or not measured.quantity:
        return None
    for date in section.fields:
        if date.part is Part.TIME and date.statistic is measured.statistic:
            patterns = date.quantity.split()
            if any(fnmatchcase(measured.quantity, pattern) for pattern in patterns):
                return date
    return None
