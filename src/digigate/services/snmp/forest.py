"""All tables as one tree, found by octets: an instance is the octets of its column and its row.

No object stands for an instance: columns are kept once, and so are the rows of each table.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol, runtime_checkable

from digigate.services.snmp.ber import (
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    Oid,
    pack,
    pack_arcs,
    unpack,
)
from digigate.services.snmp.tree import Table


@runtime_checkable
class Lenient(Protocol):
    """A table that also answers for what is no row of it, when it is asked exactly for that."""

    def beside(self, column: int, suffix: bytes) -> bytes | None:
        """The whole element for these octets after the column; None = there is none."""


@runtime_checkable
class Sleepy(Protocol):
    """A table that may have rows, but no value in any of them for a while."""

    def idle(self) -> bool:
        """Whether that is so now: walks pass over it without looking at each cell."""


class _Shelf:
    """One table, and the octets of its rows."""

    __slots__ = ("beside", "idle", "places", "rows", "suffixes", "table")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.beside = table.beside if isinstance(table, Lenient) else None
        self.idle = table.idle if isinstance(table, Sleepy) else _never
        self.rows: Sequence[Oid] = ()
        self.suffixes: list[bytes] = []
        self.places: dict[bytes, int] = {}

    def refresh(self) -> list[bytes]:
        """The octets of the rows that the table has now."""
        rows = self.table.rows()
        if rows is not self.rows:
            self.rows = rows
            self.suffixes = [pack_arcs(row) for row in rows]
            self.places = {suffix: at for at, suffix in enumerate(self.suffixes)}
        return self.suffixes


class Forest:
    """The view of some tables; the octets that it is asked with are those that `unpack` takes."""

    def __init__(self, tables: Sequence[Table]) -> None:
        """Join the tables.

        Raises:
            ValueError: a column is that of two tables, or lies below another one.
        """
        shelves = [_Shelf(table) for table in tables]
        columns = [
            (column, at, shelf)
            for shelf in shelves
            for at, column in enumerate(shelf.table.columns)
        ]
        columns.sort(key=lambda each: each[0])
        self._columns = [column for column, _, _ in columns]
        _check_apart(self._columns)
        self._places = [(pack(column), at, shelf) for column, at, shelf in columns]
        self._positions = {prefix: n for n, (prefix, _, _) in enumerate(self._places)}
        lengths = Counter(len(prefix) for prefix in self._positions)
        self._lengths = [length for length, _ in lengths.most_common()]

    def get(self, oid: bytes) -> bytes:
        """The value, or `NO_SUCH_OBJECT`, or `NO_SUCH_INSTANCE`."""
        for length in self._lengths:
            position = self._positions.get(oid[:length])
            if position is not None:
                return self._instance(position, oid[length:])
        return NO_SUCH_OBJECT

    def after(self, oid: bytes) -> tuple[bytes, bytes] | None:
        """What `walk` gives first; None at the end. The next row is found without a walk."""
        for length in self._lengths:
            position = self._positions.get(oid[:length])
            if position is not None:
                prefix, column, shelf = self._places[position]
                suffixes = shelf.refresh()
                row = shelf.places.get(oid[length:], len(suffixes)) + 1
                found = shelf.table.value(column, row) if row < len(suffixes) else None
                if found is not None:
                    return prefix + suffixes[row], found
                break
        return next(self.walk(oid), None)

    def walk(self, oid: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Everything after `oid` in order, with its value; what has none now is passed over.

        Raises:
            ValueError: these are no octets of an object identifier.
        """
        begin, row = self._after(oid)
        asleep: _Shelf | None = None
        for position in range(begin, len(self._places)):
            prefix, column, shelf = self._places[position]
            suffixes = shelf.suffixes if row else shelf.refresh()  # `_after` has refreshed it
            value = shelf.table.value
            if row == 0 and (shelf is asleep or shelf.idle()):
                asleep = shelf
                continue
            for at in range(row, len(suffixes)):
                found = value(column, at)
                if found is not None:
                    name = prefix + suffixes[at]
                    yield name, found
                    if shelf.suffixes is not suffixes:
                        yield from self.walk(name)
                        return
            row = 0

    def _instance(self, position: int, suffix: bytes) -> bytes:
        _, column, shelf = self._places[position]
        shelf.refresh()
        row = shelf.places.get(suffix)
        if row is not None:
            return shelf.table.value(column, row) or NO_SUCH_INSTANCE
        beside = shelf.beside and shelf.beside(column, suffix)
        return beside or NO_SUCH_INSTANCE

    def _after(self, oid: bytes) -> tuple[int, int]:
        """The first place, of a column and of a row in it, that is not before or at `oid`."""
        for length in self._lengths:
            position = self._positions.get(oid[:length])
            if position is not None:
                return position, self._row_after(self._places[position][2], oid[length:])
        return bisect_right(self._columns, unpack(oid)), 0

    def _row_after(self, shelf: _Shelf, suffix: bytes) -> int:
        shelf.refresh()
        row = shelf.places.get(suffix)
        if row is not None:
            return row + 1
        return bisect_right(shelf.rows, _arcs(suffix))


def _never() -> bool:
    return False


def _check_apart(columns: Sequence[Oid]) -> None:
    for before, column in pairwise(columns):
        if column[: len(before)] == before:
            dotted = ".".join(map(str, column))
            raise ValueError(f"{dotted} is a column below or beside its equal")


def _arcs(suffix: bytes) -> Oid:
    """The arcs of octets after a column; none for no octets."""
    return unpack(b"\x2b" + suffix)[2:] if suffix else ()
