"""A write to all slaves of a line goes out only where it means the same to each of them."""

from dataclasses import replace

import pytest

from digigate.bus.workshop.telling import meant_by_all, request
from digigate.catalogue import Block, Catalogue, Model, Pace
from digigate.errors import SettingsError
from fieldbus.models import model

MODELS = Catalogue.load().models
B30, E24, A14 = MODELS["diris-b30"], MODELS["countis-e24"], MODELS["diris-a14"]
BLINK, CLOCK, NETWORK = 57864, 57600, 57344


def test_what_lies_in_every_slave_is_meant_by_all() -> None:
    points = meant_by_all({20: B30, 23: A14}, CLOCK, 6)
    assert [point.leaf for point in points] == ["day", "month", "year", "hour", "minute", "second"]


@pytest.mark.parametrize(
    ("slaves", "start", "count", "said"),
    [
        ({}, CLOCK, 6, "no slave on this line"),
        ({20: B30, 21: None}, CLOCK, 6, "nobody knows the registers of slave 21"),
        ({20: B30, 21: E24}, CLOCK, 6, "slave 21 .* has no register 57600"),
        ({20: B30}, NETWORK, 1, "detection gives the addresses"),
        ({20: B30}, 57345, 1, "locked"),
        ({20: B30}, 18458, 2, "for reading only"),
        ({20: B30}, 57872, 1, "never written"),
    ],
)
def test_anything_else_is_refused_with_who_differs(
    slaves: dict[int, Model | None], start: int, count: int, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        meant_by_all(slaves, start, count)


def test_the_same_number_with_another_meaning_is_refused() -> None:
    block = Block("settings", 100, 2, Pace.DEMAND, 0)
    one, other = model("meter a", block), model("meter b", block)
    other.__dict__["points"] = tuple(replace(p, name=f"{p.name}_too") for p in other.points)
    with pytest.raises(SettingsError, match=r"r100_too.* in slave 24 and.*r100.* in slave 23"):
        meant_by_all({23: one, 24: other}, 100, 2)


def test_one_word_goes_by_fc06_and_several_by_fc16() -> None:
    one = meant_by_all({20: B30}, BLINK, 1)
    assert request(one, BLINK, (1,)).hex() == "06e2080001"
    six = meant_by_all({20: B30}, CLOCK, 6)
    assert request(six, CLOCK, range(1, 7)).hex() == "10e10000060c000100020003000400050006"
