"""Which column of which table shows what: made of quantities.csv and the sheets beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from digigate.catalogue import Kind, Quantity, Statistic
from digigate.catalogue.tables import Row, rows
from digigate.services.snmp.ber import Oid

DATA = Path(__file__).with_name("data")
PRODUCTS: Oid = (1, 3, 6, 1, 4, 1, 4555, 10)
METROLOGY: Oid = (*PRODUCTS, 20)
ENERGIES = "energyTable"


class Aspect(StrEnum):
    """Which part of a figure a column shows."""

    VALUE = "value"
    WHOLE = "whole"  # of an energy: what is full thousands of its unit
    RESIDUAL = "residual"  # of an energy: what `WHOLE` leaves out
    TIME = "time"  # the meter's own date of the figure


@dataclass(frozen=True, slots=True)
class Scale:
    """How a figure is told: in steps of `step` of its unit, which managers are told as `units`."""

    step: float
    units: str


SCALES: Mapping[tuple[str, Aspect], Scale] = {
    ("A", Aspect.VALUE): Scale(0.001, "milliamperes"),
    ("V", Aspect.VALUE): Scale(0.01, "10 millivolts"),
    ("Hz", Aspect.VALUE): Scale(0.001, "millihertz"),
    ("W", Aspect.VALUE): Scale(1, "watts"),
    ("var", Aspect.VALUE): Scale(1, "vars"),
    ("VA", Aspect.VALUE): Scale(1, "voltamperes"),
    ("%", Aspect.VALUE): Scale(0.01, "0.01 percent"),
    ("°C", Aspect.VALUE): Scale(0.01, "0.01 degrees Celsius"),
    ("s", Aspect.VALUE): Scale(1, "seconds"),
    ("Wh", Aspect.WHOLE): Scale(1000, "kilowatt hours"),
    ("Wh", Aspect.RESIDUAL): Scale(1, "watt hours"),
    ("varh", Aspect.WHOLE): Scale(1000, "kilovar hours"),
    ("varh", Aspect.RESIDUAL): Scale(1, "var hours"),
    ("VAh", Aspect.WHOLE): Scale(1000, "kilovoltampere hours"),
    ("VAh", Aspect.RESIDUAL): Scale(1, "voltampere hours"),
}
FACTOR = Scale(0.001, "0.001")
PLAIN = Scale(1, "")


@dataclass(frozen=True, slots=True)
class Measure:
    """One column: where it is, what it is called and which figure it shows."""

    arc: int
    name: str
    quantity: Quantity
    statistic: Statistic
    aspect: Aspect
    text: str

    @property
    def scale(self) -> Scale:
        """In which steps it is told."""
        if self.quantity.group == "factor" and self.quantity.kind is Kind.GAUGE:
            return FACTOR
        return SCALES.get((self.quantity.unit, self.aspect), PLAIN)

    @property
    def signed(self) -> bool:
        """Whether it is told as an INTEGER: it can be below 0, or is an enumeration."""
        return self.quantity.signed or self.quantity.kind is Kind.CODE


@dataclass(frozen=True)
class Sheet:
    """One table with the index (address, load)."""

    name: str
    arc: int
    measures: tuple[Measure, ...]
    text: str

    @cached_property
    def columns(self) -> tuple[Oid, ...]:
        """Its columns in rising order."""
        return tuple((*METROLOGY, self.arc, 1, measure.arc) for measure in self.measures)


def sheets(quantities: Mapping[str, Quantity]) -> tuple[Sheet, ...]:
    """Every table of measurements, by rising arc.

    Raises:
        CatalogueError: a row of the data is wrong.
    """
    plain = "table,arc,prefix,statistic,aspect,quantities,text"
    found = [_sheet(row, quantities) for row in rows(DATA / "sheets.csv", plain)]
    return tuple(sorted(found, key=lambda sheet: sheet.arc))


def _sheet(row: Row, quantities: Mapping[str, Quantity]) -> Sheet:
    name = row.text("table")
    make = _energies if name == ENERGIES else _figures
    measures = sorted(make(row, quantities), key=lambda measure: measure.arc)
    return Sheet(name, row.whole("arc"), tuple(measures), row.text("text"))


def _figures(row: Row, quantities: Mapping[str, Quantity]) -> Iterator[Measure]:
    for quantity in _of(row, quantities):
        if quantity.snmp_service is not None and quantity.group != "energy":
            yield Measure(
                quantity.snmp_service,
                row.text("prefix") + quantity.snmp_name,
                quantity,
                row.choice("statistic", Statistic),
                row.choice("aspect", Aspect),
                row.text("text"),
            )


def _energies(sheet: Row, quantities: Mapping[str, Quantity]) -> Iterator[Measure]:
    columns = "offset,suffix,quantities,of,statistic,aspect,text"
    lines: Sequence[Row] = tuple(rows(DATA / "energies.csv", columns))
    for energy in _of(sheet, quantities):
        for line in lines:
            if energy.snmp_service is not None and energy in _of(line, quantities):
                yield Measure(
                    energy.snmp_service - 1 + line.whole("offset"),
                    sheet.text("prefix") + energy.snmp_name + line.text("suffix"),
                    quantities[line.cells["of"] or energy.key],
                    line.choice("statistic", Statistic),
                    line.choice("aspect", Aspect),
                    line.text("text"),
                )


def _of(row: Row, quantities: Mapping[str, Quantity]) -> Iterator[Quantity]:
    """The quantities that fit one of the row's patterns."""
    patterns = row.text("quantities").split()
    for quantity in quantities.values():
        if any(fnmatchcase(quantity.key, pattern) for pattern in patterns):
            yield quantity
