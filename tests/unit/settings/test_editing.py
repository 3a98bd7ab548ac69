"""Edits by hand: each makes another topology, or says what to do instead."""

from collections.abc import Callable

import pytest

from digigate.catalogue import Catalogue
from digigate.errors import SettingsError
from digigate.settings import editing
from digigate.settings.editing import model_named
from digigate.settings.joining import join
from digigate.settings.topology import BusName, Device, Topology
from unit.settings.plants import ANNEX, PLANT, addresses, load, meter, module

CATALOGUE = Catalogue.load()
B30, I35, U30 = (CATALOGUE.models[key] for key in ("diris-b30", "digiware-i35", "digiware-u30"))


def device(topology: Topology, address: int) -> Device:
    found = topology.device(address)
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["digiware-i35", "I-35", "i35", "Digiware I-35", "DIGIWARE_I35"])
def test_a_model_is_known_by_what_is_printed_on_it(text: str) -> None:
    assert model_named(text, CATALOGUE).key == "digiware-i35"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("digiware-i53", r"unknown model 'digiware-i53'; did you mean digiware-i"),
        ("I-53", r"unknown model 'I-53'; did you mean digiware-i"),
        ("XYZ", r"unknown model 'XYZ'; `digigate catalogue list` tells all"),
        ("", "unknown model ''"),
        ("30", r"model '30' may be .*digiware-i30 or .*diris-b30.*: write which"),
    ],
)
def test_an_unknown_model_is_answered_with_what_is_near(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        model_named(text, CATALOGUE)


def test_a_device_is_added_at_the_end() -> None:
    assert addresses(editing.add(PLANT, module(7, 1))) == [3, 6, 20, 7]


def test_a_taken_address_is_answered_with_a_free_one() -> None:
    plant = editing.edit(PLANT, 20, name="Warehouse")
    with pytest.raises(SettingsError) as caught:
        editing.add(plant, module(20))
    assert str(caught.value) == (
        "address 20 is taken by Warehouse; addresses are unique over both buses: 21 is free"
    )


def test_the_33rd_device_is_refused() -> None:
    full = Topology(devices=tuple(meter(n) for n in range(2, 34)))
    with pytest.raises(SettingsError, match=r"32 devices, the most .*: remove one first"):
        editing.add(full, meter(40))


def test_the_193rd_load_is_refused() -> None:
    rich = Topology(devices=tuple(meter(n, *range(1, 13)) for n in range(2, 18)))
    assert sum(len(d.loads) for d in rich.devices) == 192
    with pytest.raises(SettingsError, match="193 loads; this gateway can have 192"):
        editing.add(rich, meter(40, 1))


def test_a_device_is_removed() -> None:
    assert addresses(editing.remove(PLANT, 6)) == [3, 20]


@pytest.mark.parametrize(
    ("address", "position", "order"),
    [(20, 1, [20, 3, 6]), (3, 3, [6, 20, 3]), (6, 2, [3, 6, 20])],
)
def test_a_device_is_moved(address: int, position: int, order: list[int]) -> None:
    assert addresses(editing.move(PLANT, address, position)) == order


def test_a_load_is_moved() -> None:
    loads = device(editing.move_load(PLANT, 20, 4, 1), 20).loads
    assert [each.number for each in loads] == [4, 1, 2, 3]


def test_devices_and_loads_are_named() -> None:
    plant = editing.edit(PLANT, 20, name="Entrepôt")
    plant = editing.edit_load(plant, 20, 2, name="Éclairage", usage="lighting")
    warehouse = device(plant, 20)
    assert warehouse.name == "Entrepôt"
    assert warehouse.loads[1] == load(2, "Éclairage", "lighting")
    assert warehouse.loads[0] == load(1)


def test_an_entry_is_readdressed() -> None:
    plant = editing.readdress(PLANT, 6, 60)
    assert (addresses(plant), device(plant, 60).remote) == ([3, 60, 20], 0)
    assert editing.readdress(PLANT, 6, 6) is PLANT


def test_maintenance_is_switched() -> None:
    plant = editing.edit(PLANT, 6, maintenance=True)
    assert device(plant, 6).maintenance
    assert editing.edit(plant, 6, maintenance=False) == PLANT


def test_a_map_of_ours_is_confirmed() -> None:
    assert device(editing.confirm(PLANT, 6, I35), 6).confirmed


def test_an_official_map_needs_no_word() -> None:
    with pytest.raises(SettingsError, match="official: nothing is to be confirmed"):
        editing.confirm(PLANT, 20, B30)


def test_another_model_keeps_the_loads_that_it_can_have_and_not_the_users_word() -> None:
    plant = editing.remodel(editing.edit(PLANT, 20, confirmed=True), 20, I35)
    changed = device(plant, 20)
    assert (changed.model, changed.confirmed) == ("digiware-i35", False)
    assert [each.number for each in changed.loads] == [1, 2, 3]
    assert [each.number for each in device(editing.remodel(PLANT, 3, B30), 3).loads] == [1, 2, 3, 4]
    assert editing.remodel(PLANT, 20, B30) is PLANT


def test_loads_are_replaced() -> None:
    assert device(editing.with_loads(PLANT, 6, [load(2, "two")]), 6).loads == (load(2, "two"),)


def test_a_new_device_has_the_loads_that_are_named_or_all() -> None:
    assert editing.all_loads(I35) == (load(1), load(2), load(3))
    assert editing.all_loads(U30) == ()
    assert editing.numbered_loads(I35, [3, 1]) == (load(3), load(1))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda: editing.remove(PLANT, 9), "there is no device 9; known: 3, 6, 20"),
        (lambda: editing.remove(Topology(), 9), "there is no device 9; known: none"),
        (lambda: editing.move(PLANT, 6, 4), "position 4 is not there; write 1 .. 3"),
        (lambda: editing.move(PLANT, 6, 0), "position 0 is not there"),
        (lambda: editing.move_load(PLANT, 20, 5, 1), "device 20 has no load 5; known: 1, 2, 3, 4"),
        (lambda: editing.edit_load(PLANT, 3, 1, name="x"), "device 3 has no load 1; known: none"),
        (lambda: editing.edit(PLANT, 6, name="x" * 33), "name: .* write one line of at most 32"),
        (lambda: editing.edit(PLANT, 6, name="a\nb"), "name: .* is not allowed"),
        (lambda: editing.readdress(PLANT, 6, 248), "address: 248 is not allowed"),
        (lambda: editing.readdress(PLANT, 6, 3), "address 3 is taken by digiware-u30"),
        (lambda: editing.numbered_loads(I35, [4]), "DIRIS Digiware I-35 has 3 loads; there is no"),
    ],
)
def test_what_cannot_be_done_says_what_can(edit: Callable[[], object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        edit()


def test_the_next_free_address_begins_again_after_the_last() -> None:
    assert editing.free_address([5, 6], 5) == 7
    assert editing.free_address([247], 247) == 1
    assert editing.free_address(range(1, 248)) is None


def test_a_device_behind_a_gateway_keeps_its_own_address_there() -> None:
    far = Device(address=40, bus=BusName.RS485, model="diris-b30", gateway="annex", remote=4)
    plant = editing.readdress(join(PLANT, ANNEX, [far]), 40, 41)
    assert device(plant, 41).remote == 4
    assert device(editing.readdress(plant, 41, 4), 4).remote == 0
