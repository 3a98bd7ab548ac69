"""The objects that are no measurements: rows of data, and the tables that are made of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from digigate.catalogue.tables import Row, rows
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.measures import DATA, PRODUCTS
from digigate.services.snmp.objects import Element, K, Listing, Scalars

HIDDEN = "not-accessible"


@dataclass(frozen=True, slots=True)
class Definition:
    """One object type as the MIB has it."""

    arc: int
    name: str
    syntax: str
    access: str
    units: str
    text: str

    @property
    def type(self) -> str:
        """Its syntax without what restricts it."""
        return self.syntax.partition(" (")[0].partition(" {")[0]


@dataclass(frozen=True, slots=True)
class Place:
    """A table, or a group of scalars: then `entry` and `index` are empty."""

    name: str
    oid: Oid
    entry: str
    index: tuple[str, ...]
    text: str
    definitions: tuple[Definition, ...]

    @property
    def shown(self) -> Mapping[str, int]:
        """The arcs of what is not hidden, by name."""
        return {each.name: each.arc for each in self.definitions if each.access != HIDDEN}


@cache
def places() -> Mapping[str, Place]:
    """All places by name, in rising order.

    Raises:
        CatalogueError: a row of the data is wrong.
    """
    objects = tuple(rows(DATA / "objects.csv", "place,arc,name,syntax,access,units,text"))
    found = (
        _place(row, [each for each in objects if each.cells["place"] == row.cells["name"]])
        for row in rows(DATA / "places.csv", "name,oid,entry,index,text")
    )
    return {place.name: place for place in sorted(found, key=lambda place: place.oid)}


def scalars(name: str, readers: Mapping[str, Callable[[], Element]]) -> Scalars:
    """A group of scalars, each with what tells it."""
    place = places()[name]
    return Scalars({(*place.oid, arc): readers[each] for each, arc in place.shown.items()})


def listing(
    name: str, readers: Mapping[str, Callable[[K], Element]], entries: Callable[[], Mapping[Oid, K]]
) -> Listing[K]:
    """A table, each column with what tells it of an entry."""
    place = places()[name]
    columns = {arc: readers[each] for each, arc in place.shown.items()}
    return Listing((*place.oid, 1), columns, entries)


def columns(name: str, shown: Iterable[str]) -> tuple[Oid, ...]:
    """The columns of a table whose objects these are, in rising order."""
    place = places()[name]
    if list(shown) != list(place.shown):
        raise ValueError(f"{name} has {list(place.shown)}")
    return tuple((*place.oid, 1, arc) for arc in place.shown.values())


def _place(row: Row, objects: list[Row]) -> Place:
    return Place(
        row.text("name"),
        (*PRODUCTS, *map(int, row.text("oid").split("."))),
        row.cells["entry"],
        tuple(row.cells["index"].split()),
        row.text("text"),
        tuple(map(_definition, objects)),
    )


def _definition(row: Row) -> Definition:
    return Definition(
        row.whole("arc"),
        row.text("name"),
        row.text("syntax"),
        row.text("access"),
        row.cells["units"],
        row.text("text"),
    )
