"""A slave is named by whatever is its alone."""

from dataclasses import dataclass

import pytest

from digigate.simulator.naming import Roll
from digigate.simulator.plant import SlavePlan


@dataclass
class Lamp:
    address: int
    plan: SlavePlan


def lamp(address: int, net_id: int = 0, serial: str = "00000000000", name: str = "") -> Lamp:
    plan = SlavePlan(
        bus="rs485", address=address, model="lamp", net_id=net_id, serial=serial, name=name
    )
    return Lamp(address, plan)


LAMPS = [
    lamp(4),
    lamp(5, 0x1A2B0004),
    lamp(5, 0x1A2B0005, "24171020118"),
    lamp(5, 0, "24171020117"),
    lamp(5, 0, name="Canteen"),
    lamp(5),
    lamp(5),
]
ROLL = Roll(LAMPS)
NAMES = ("4", "0x1A2B0004", "0x1A2B0005", "24171020117", "Canteen", "#6", "#7")


@pytest.mark.parametrize(("index", "name"), list(enumerate(NAMES)))
def test_the_shortest_name_that_is_its_alone(index: int, name: str) -> None:
    assert ROLL.name(LAMPS[index]) == name
    assert ROLL.find(name) is LAMPS[index]


@pytest.mark.parametrize("name", ["0x1a2b0005", "24171020118", "#3"])
def test_every_name_finds_it(name: str) -> None:
    assert ROLL.find(name) is LAMPS[2]


def test_a_shared_name_is_refused_with_those_that_are_not() -> None:
    with pytest.raises(ValueError, match=r"called 5: write 0x1A2B0004, .*Canteen, #6, #7"):
        ROLL.find("5")


def test_a_stranger_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no slave 9; there are 4, 0x1A2B0004"):
        ROLL.find("9")


def test_an_address_that_was_shared_is_enough_once_it_is_alone() -> None:
    moved = [lamp(5, 1), lamp(5, 2)]
    roll = Roll(moved)
    moved[1].address = 6
    assert [roll.name(each) for each in moved] == ["5", "6"]
