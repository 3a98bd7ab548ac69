"""Listings: rows from elsewhere, noticed when they are another mapping."""

from digigate.services.snmp.ber import NO_SUCH_INSTANCE, Oid, integer, pack, text, unpack
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.objects import Listing

ENTRY = (1, 3, 6, 1, 4, 1, 4555, 1, 1)


class Street:
    """Houses by number."""

    def __init__(self) -> None:
        self.houses: dict[Oid, str] = {(2,): "b", (1,): "a"}

    def table(self) -> Listing[str]:
        columns = {3: text, 2: lambda house: integer(len(house))}
        return Listing(ENTRY, columns, lambda: self.houses)


def test_cells_of_the_entries_in_order() -> None:
    forest = Forest([Street().table()])
    walked = [(unpack(oid)[-2:], value) for oid, value in forest.walk(pack(ENTRY))]
    assert walked == [
        ((2, 1), integer(1)),
        ((2, 2), integer(1)),
        ((3, 1), text("a")),
        ((3, 2), text("b")),
    ]


def test_rows_stay_the_same_object_while_their_indices_do() -> None:
    street = Street()
    table = street.table()
    before = table.rows()
    street.houses = {(1,): "c", (2,): "d"}
    assert table.rows() is before
    assert table.value(1, 0) == text("c")
    street.houses = {(2,): "d"}
    assert table.rows() == ((2,),)


def test_an_entry_that_leaves_is_no_instance_any_more() -> None:
    street = Street()
    forest = Forest([street.table()])
    assert forest.get(pack((*ENTRY, 3, 1))) == text("a")
    street.houses = {}
    assert forest.get(pack((*ENTRY, 3, 1))) == NO_SUCH_INSTANCE
    assert list(forest.walk(pack(ENTRY))) == []
