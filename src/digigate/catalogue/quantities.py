"""The one vocabulary in which all rooms speak of measurements."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from digigate.catalogue.tables import Row, check_sources, rows


class Kind(StrEnum):
    """What a quantity's number is."""

    GAUGE = "gauge"  # a momentary value: V, A, W
    COUNTER = "counter"  # a meter index that only grows: Wh
    DEMAND = "demand"  # a mean over an integration period: load curve
    CODE = "code"  # an enumeration: power factor type


@dataclass(frozen=True, slots=True)
class Quantity:
    """One row of quantities.csv: where each north-bound protocol finds this measurement."""

    key: str  # `current.i1`
    kind: Kind
    unit: str  # SI unit as printed: V, A, W, var, VA, Hz, %, Wh ..; empty for codes and ratios
    signed: bool
    bacnet_index: int | None  # 0..61, Annexe II
    bacnet_name: str
    snmp_service: int | None  # Annexe I-5
    snmp_name: str
    group: str  # how pages gather it: voltage, current, power, factor, energy, quality, demand, ..
    source: str


COLUMNS = "key,kind,unit,signed,bacnet_index,bacnet_name,snmp_service,snmp_name,group,source"


class _Sign(StrEnum):
    YES = "yes"
    NO = "no"


def read_quantities(path: Path, sources: Collection[str]) -> dict[str, Quantity]:
    """All quantities by key, in the file's order.

    Raises:
        CatalogueError: a cell is wrong, or a key or a north-bound number is given twice.
    """
    found: dict[str, Quantity] = {}
    taken: dict[tuple[str, int], str] = {}
    for row in rows(path, COLUMNS):
        quantity = _quantity(row, sources)
        if quantity.key in found:
            raise row.wrong(f"{quantity.key!r} is there twice")
        found[quantity.key] = quantity
        numbers = {"bacnet_index": quantity.bacnet_index, "snmp_service": quantity.snmp_service}
        for column, number in numbers.items():
            other = taken.setdefault((column, number), quantity.key) if number is not None else ""
            if other not in {"", quantity.key}:
                raise row.wrong(f"{column} {number} is that of {other!r} already")
    return found


def _quantity(row: Row, sources: Collection[str]) -> Quantity:
    return Quantity(
        row.text("key"),
        row.choice("kind", Kind),
        row.cells["unit"],
        row.choice("signed", _Sign) is _Sign.YES,
        row.optional("bacnet_index"),
        row.cells["bacnet_name"],
        row.optional("snmp_service"),
        row.cells["snmp_name"],
        row.text("group"),
        check_sources(row, sources),
    )
