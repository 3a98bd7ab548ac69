"""One register map as its two tables say.

`<map>.blocks.csv` declares blocks, `<map>.csv` the registers inside them.
Rows of one block with the same quantity and statistic are added up (kWh + residual); a row whose
part is `time` is the meter's own date of the quantities that its patterns name; the sign of a
`signed` power factor is its type.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from digigate.catalogue.models import Pace, Statistic
from digigate.catalogue.registers import RegisterType, fits
from digigate.catalogue.tables import Row, check_sources, rows

BLOCK_COLUMNS = "name,start,words,pace,per,repeat,stride,source"
POINT_COLUMNS = "block,address,words,type,name,unit,scale,access,quantity,statistic,part,source"


class Per(StrEnum):
    """What a block exists once for."""

    DEVICE = "device"
    LOAD = "load"
    ITEM = "item"  # an input, an alarm, a phase: `repeat` times


class Part(StrEnum):
    """What a row adds to the value of its quantity."""

    VALUE = ""
    TIME = "time"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a map before it is unfolded."""

    row: Row
    address: int
    words: int
    type: RegisterType
    name: str
    unit: str
    scale: float
    access: str
    writable: bool
    locked: bool
    quantity: str
    statistic: Statistic
    part: Part
    source: str


@dataclass(frozen=True, slots=True)
class Section:
    """One declared block with its rows."""

    row: Row
    name: str
    start: int
    words: int
    pace: Pace
    per: Per
    repeat: int
    stride: int
    fields: list[Field] = field(default_factory=list)


def read_map(directory: Path, name: str, sources: Collection[str]) -> tuple[Section, ...]:
    """The sections of one map by name.

    Raises:
        CatalogueError: a cell is wrong, a block is declared twice or not at all.
    """
    sections: dict[str, Section] = {}
    for row in rows(directory / f"{name}.blocks.csv", BLOCK_COLUMNS):
        section = _section(row, sources)
        if section.name in sections:
            raise row.wrong(f"block {section.name!r} is declared twice")
        sections[section.name] = section
    for row in rows(directory / f"{name}.csv", POINT_COLUMNS):
        found = sections.get(row.cells["block"])
        if found is None:
            raise row.wrong(f"block {row.cells['block']!r} is not declared in {name}.blocks.csv")
        found.fields.append(_field(row, found, sources))
    return tuple(sections.values())


def read_identification(
    directory: Path, words: int, sources: Collection[str]
) -> tuple[Section, ...]:
    """Block 50000, which every device has, as long as this model's is (facts §4)."""
    section: Section | None = None
    for row in rows(directory / "identification.csv", POINT_COLUMNS):
        if section is None:
            start = row.whole("address")
            section = Section(
                row, "identification", start, words, Pace.DEMAND, Per.DEVICE, repeat=1, stride=0
            )
        if row.whole("address") < section.start + words:
            section.fields.append(_field(row, section, sources))
    return (section,) if section else ()


def _section(row: Row, sources: Collection[str]) -> Section:
    per = row.choice("per", Per)
    check_sources(row, sources)
    words = row.whole("words")
    if words == 0:
        raise row.wrong("a block has at least one register")
    return Section(
        row,
        row.text("name"),
        row.whole("start"),
        words,
        row.choice("pace", Pace),
        per,
        repeat=row.whole("repeat") if per is Per.ITEM else 1,
        stride=0 if per is Per.DEVICE else row.whole("stride"),
    )


def _field(row: Row, section: Section, sources: Collection[str]) -> Field:
    quantity = row.cells["quantity"]
    read = Field(
        row,
        row.whole("address"),
        row.whole("words"),
        row.choice("type", RegisterType),
        row.text("name"),
        row.cells["unit"],
        row.positive("scale"),
        row.text("access"),
        writable=_writable(row),
        locked=_locked(row),
        quantity=quantity,
        statistic=row.choice("statistic", Statistic) if quantity else Statistic.INSTANT,
        part=row.choice("part", Part),
        source=check_sources(row, sources),
    )
    if not section.start <= read.address <= section.start + section.words - read.words:
        raise row.wrong(
            f"{read.name} at {read.address} lies outside block {section.name!r} "
            f"({section.start}..{section.start + section.words - 1})"
        )
    if not fits(read.type, read.words):
        raise row.wrong(f"{read.type} does not have {read.words} words")
    return read


def _writable(row: Row) -> bool:
    """Whether FC06 (W) or FC16 (M) is allowed, before or after unlocking."""
    access = row.text("access")
    if not _ACCESS.fullmatch(access):
        raise row.wrong(f"access is {access!r}")
    return "W" in access or "M" in access.split("@")[0]


def _locked(row: Row) -> bool:
    """Whether it is written only after unlocking: what stands behind a slash, or is for a USER."""
    locked, slash, unlocked = row.text("access").partition("/")
    return bool(slash) and not set(locked) & set("WM") and bool(set(unlocked) & set("WM"))


_ACCESS = re.compile(r"(R?W?M?|-)(/R?W?M?)?(@USER)?")
