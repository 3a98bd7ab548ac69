"""The difference of two topologies, entry by entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigate.settings import Topology, editing
from digigate.settings.difference import Change, ChangeKind, Entry, difference
from digigate.settings.joining import join
from unit.settings.plants import ANNEX, PLANT, addresses, load, meter, module

ADDED, REMOVED, CHANGED, MOVED = ChangeKind
GATEWAY, DEVICE, LOAD = Entry


def said(old: Topology, new: Topology) -> list[str]:
    return list(map(str, difference(old, new)))


def test_equal_topologies_do_not_differ() -> None:
    assert difference(PLANT, PLANT) == ()


def test_what_came_and_went() -> None:
    new = editing.remove(editing.add(PLANT, module(7, 1)), 6)
    assert difference(PLANT, new) == (
        Change(REMOVED, DEVICE, "6"),
        Change(ADDED, DEVICE, "7"),
    )


def test_fields_are_told_one_by_one() -> None:
    new = editing.edit(PLANT, 20, name="Warehouse", maintenance=True)
    assert difference(PLANT, new) == (
        Change(CHANGED, DEVICE, "20", "", "name", "", "Warehouse"),
        Change(CHANGED, DEVICE, "20", "", "maintenance", old=False, new=True),
    )


def test_loads_are_told_by_device_and_number() -> None:
    new = editing.with_loads(
        PLANT, 20, [load(4), load(1, "Pumps", type_="3P-3CT"), load(2), load(5)]
    )
    assert said(PLANT, new) == [
        "load 20/3: removed",
        "load 20/1: name (empty) -> Pumps",
        "load 20/1: type (empty) -> 3P-3CT",
        "load 20/5: added",
        "load 20/4: moved from position 4 to 1",
    ]


def test_a_moved_device_is_the_only_one_that_moved() -> None:
    plant = Topology(devices=tuple(meter(n) for n in range(2, 12)))
    assert said(plant, editing.move(plant, 11, 1)) == ["device 11: moved from position 10 to 1"]


def test_a_device_at_another_address_is_the_same_by_its_identity() -> None:
    old = editing.edit(PLANT, 6, net_id=77, name="Pumps")
    assert said(old, editing.readdress(old, 6, 60)) == ["device 6 (Pumps): address 6 -> 60"]


def test_without_identity_it_went_and_another_came() -> None:
    assert said(PLANT, editing.readdress(PLANT, 6, 60)) == ["device 6: removed", "device 60: added"]


def test_gateways_are_told_first() -> None:
    new = join(PLANT, ANNEX, [meter(40).model_copy(update={"gateway": "annex"})])
    assert said(PLANT, new) == ["gateway annex: added", "device 40: added"]
    moved = ANNEX.model_copy(update={"host": "10.0.0.1"})
    again = join(new, moved, new.behind("annex"))
    assert said(new, again) == ["gateway annex: host 192.168.0.5 -> 10.0.0.1"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change(CHANGED, DEVICE, "4", "A", "confirmed", old=False, new=True), "no -> yes"),
        (Change(CHANGED, DEVICE, "4", "A", "name", old="B", new=""), "B -> (empty)"),
    ],
)
def test_values_are_told_in_words(change: Change, text: str) -> None:
    assert str(change).endswith(text)


@given(st.permutations(range(2, 10)), st.permutations(range(2, 10)))
def test_moves_lead_from_one_order_to_the_other(old: list[int], new: list[int]) -> None:
    before, after = (Topology(devices=tuple(meter(n) for n in order)) for order in (old, new))
    moves = [c for c in difference(before, after) if c.kind is MOVED]
    assert len(moves) == len(difference(before, after))
    plant = before
    for change in sorted(moves, key=lambda c: int(c.new)):
        plant = editing.remove(plant, int(change.key))
    for change in sorted(moves, key=lambda c: int(c.new)):
        plant = editing.add(plant, meter(int(change.key)))
        plant = editing.move(plant, int(change.key), int(change.new))
    assert addresses(plant) == new
