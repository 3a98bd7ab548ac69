"""The two plain kinds of tables: scalars, and rows that are made elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from digigate.services.snmp.ber import Oid

Element = bytes | None
K = TypeVar("K")


class Scalars:
    """Objects that exist once: each with its one instance `.0`."""

    def __init__(self, objects: Mapping[Oid, Callable[[], Element]]) -> None:
        self.columns: Sequence[Oid] = tuple(sorted(objects))
        self._read = [objects[column] for column in self.columns]
        self._rows: Sequence[Oid] = ((0,),)

    def rows(self) -> Sequence[Oid]:
        """The instance `.0`."""
        return self._rows

    def value(self, column: int, row: int) -> Element:  # noqa: ARG002 -- there is but one
        """What the object's function says now."""
        return self._read[column]()


class Listing(Generic[K]):
    """A conceptual table: `columns` tell an entry's cells, `entries` which there are, by index.

    `entries` gives the same mapping until something changes, and then another one.
    """

    def __init__(
        self,
        entry: Oid,
        columns: Mapping[int, Callable[[K], Element]],
        entries: Callable[[], Mapping[Oid, K]],
    ) -> None:
        arcs = sorted(columns)
        self.columns: Sequence[Oid] = tuple((*entry, arc) for arc in arcs)
        self._read = [columns[arc] for arc in arcs]
        self._entries = entries
        self._known: Mapping[Oid, K] = {}
        self._rows: Sequence[Oid] = ()
        self._kept: list[K] = []

    def rows(self) -> Sequence[Oid]:
        """The indices of the entries as they are now."""
        found = self._entries()
        if found is not self._known:
            self._known = found
            rows = tuple(sorted(found))
            self._rows = self._rows if rows == self._rows else rows
            self._kept = [found[row] for row in rows]
        return self._rows

    def value(self, column: int, row: int) -> Element:
        """One cell of the entry that `rows` last had in this place."""
        return self._read[column](self._kept[row])
