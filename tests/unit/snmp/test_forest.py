"""The joined tree against a plain sorted dictionary of the same instances."""

from collections.abc import Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigate.services.snmp.ber import (
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    Oid,
    integer,
    pack,
    unpack,
)
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.objects import Scalars

ROOT = (1, 3, 6, 1)
ARCS = st.integers(0, 3) | st.sampled_from((127, 128, 16383, 16384, 2**32 - 1))
SUFFIXES = st.lists(ARCS, min_size=1, max_size=2).map(tuple)
ROWS = st.sets(SUFFIXES, max_size=5)
SHAPES = st.dictionaries(ARCS, st.tuples(st.sets(ARCS, min_size=1, max_size=4), ROWS), max_size=4)


class Grid:
    """A table whose values are its positions; some of them may be missing."""

    def __init__(
        self, entry: Oid, columns: set[int], rows: set[Oid], missing: frozenset[Oid] = frozenset()
    ) -> None:
        self.columns: Sequence[Oid] = tuple((*entry, arc) for arc in sorted(columns))
        self._rows = tuple(sorted(rows))
        self._missing = missing

    def rows(self) -> Sequence[Oid]:
        return self._rows

    def value(self, column: int, row: int) -> bytes | None:
        if (*self.columns[column], *self._rows[row]) in self._missing:
            return None
        return integer(column) + integer(row)

    def put(self, rows: set[Oid]) -> None:
        self._rows = tuple(sorted(rows))

    def instances(self) -> dict[Oid, bytes]:
        found = {}
        for column, oid in enumerate(self.columns):
            for row, suffix in enumerate(self._rows):
                value = self.value(column, row)
                if value is not None:
                    found[*oid, *suffix] = value
        return found


@st.composite
def grids(draw: st.DrawFn) -> list[Grid]:
    found = []
    for arc, (columns, rows) in draw(SHAPES).items():
        entry = (*ROOT, arc, 1)
        every = [(*entry, column, *row) for column in columns for row in rows]
        missing = draw(st.sets(st.sampled_from(every))) if every else set()
        found.append(Grid(entry, columns, rows, frozenset(missing)))
    return found


@given(grids(), st.lists(ARCS, max_size=5))
def test_walks_and_gets_as_a_sorted_dictionary(tables: list[Grid], below: list[int]) -> None:
    forest, model = Forest(tables), naive(tables)
    for asked in ((*ROOT, *below), *model):
        after = [(oid, value) for oid, value in model.items() if oid > asked]
        walked = list(forest.walk(pack(asked)))
        assert [(unpack(oid), value) for oid, value in walked] == after
        assert forest.after(pack(asked)) == next(iter(walked), None)
        assert forest.get(pack(asked)) == model.get(asked, nothing(tables, asked))


@given(grids(), ROWS, st.integers(0, 3))
def test_rows_may_change_in_the_midst_of_a_walk(tables: list[Grid], rows: set[Oid], n: int) -> None:
    forest = Forest(tables)
    walk = forest.walk(pack(ROOT))
    walked = list(islice(walk, n))
    for table in tables[:1]:
        table.put(rows)
        forest.get(pack((*table.columns[0], 0)))
    rest = [unpack(oid) for oid, _ in walk]
    if walked and len(walked) == n:  # one that had come to its end before stays there
        last = unpack(walked[-1][0])
        assert rest == [oid for oid in naive(tables) if oid > last]


def naive(tables: list[Grid]) -> dict[Oid, bytes]:
    return dict(sorted(pair for table in tables for pair in table.instances().items()))


def nothing(tables: list[Grid], asked: Oid) -> bytes:
    columns = [column for table in tables for column in table.columns]
    below = any(asked[: len(column)] == column for column in columns)
    return NO_SUCH_INSTANCE if below else NO_SUCH_OBJECT


def test_a_column_has_one_table() -> None:
    one, below = Grid((*ROOT, 1), {1}, set()), Grid((*ROOT, 1, 1), {1}, set())
    for other in (one, below):
        with pytest.raises(ValueError, match="below or beside"):
            Forest([one, other])


def test_octets_that_are_no_oid_are_refused() -> None:
    with pytest.raises(ValueError, match="object identifier"):
        next(Forest([]).walk(b"\x2b\x80"))


class Vague(Grid):
    """Answers zero where the last arc of an index is missing."""

    def beside(self, column: int, suffix: bytes) -> bytes | None:
        return integer(0) if suffix == b"\x04" else None


def test_a_lenient_table_answers_exact_questions_only() -> None:
    table = Vague((*ROOT, 1), {7}, {(4, 1), (4, 2)})
    forest, column = Forest([table]), (*ROOT, 1, 7)
    assert forest.get(pack((*column, 4))) == integer(0)
    assert forest.get(pack((*column, 5))) == NO_SUCH_INSTANCE
    assert [unpack(oid)[-2:] for oid, _ in forest.walk(pack((*column, 4)))] == [(4, 1), (4, 2)]


def test_scalars_are_asked_each_time() -> None:
    values = iter((integer(1), None))
    forest = Forest([Scalars({(*ROOT, 5): lambda: next(values), (*ROOT, 4): lambda: integer(9)})])
    assert forest.get(pack((*ROOT, 5, 0))) == integer(1)
    assert forest.get(pack((*ROOT, 5, 0))) == NO_SUCH_INSTANCE
    assert forest.get(pack((*ROOT, 5))) == NO_SUCH_INSTANCE
    assert forest.get(pack((*ROOT, 6, 0))) == NO_SUCH_OBJECT
    assert unpack(next(forest.walk(pack((*ROOT, 3))))[0]) == (*ROOT, 4, 0)


class Asleep(Grid):
    """Has rows, but nothing in them; whoever looks has been told so."""

    def idle(self) -> bool:
        return True

    def value(self, column: int, row: int) -> bytes | None:
        raise AssertionError("nobody need look at this")


def test_a_walk_does_not_look_at_what_is_idle() -> None:
    rows: set[Oid] = {(1,), (2,)}
    tables = [
        Grid((*ROOT, 1), {1}, rows),
        Asleep((*ROOT, 2), {1, 2, 3}, rows),
        Asleep((*ROOT, 3), {1, 2, 3}, rows),
        Grid((*ROOT, 4), {1}, rows),
    ]
    met = [unpack(oid) for oid, _ in Forest(tables).walk(pack(ROOT))]
    assert met == [(*ROOT, arc, 1, *row) for arc in (1, 4) for row in sorted(rows)]
