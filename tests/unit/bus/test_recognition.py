"""Who answers beside whom the topology has: strange, replaced, or all right."""

import pytest

from digigate.bus.garbling import RECENT, SUSPECT_FROM, Garbling
from digigate.bus.identification import Identified, NamePlate
from digigate.bus.recognition import judge
from digigate.catalogue import Model
from digigate.settings.topology import BusName, Device
from fieldbus.models import GUESSED, METER

SERIAL = "24171010031"


def device(**facts: object) -> Device:
    return Device.model_validate({"address": 5, "bus": BusName.RS485, "model": METER.key, **facts})


def found(
    model: Model | None = METER, serial: str = SERIAL, net_id: int = 7, magic: str = "SOCO"
) -> Identified:
    return Identified(NamePlate(magic, 400, "METER A", "METER A", serial), model, net_id)


@pytest.mark.parametrize(
    "facts",
    [{}, {"serial": SERIAL}, {"net_id": 7}, {"serial": SERIAL, "net_id": 7}, {"serial": " "}],
)
def test_what_agrees_or_is_not_said_is_the_device(facts: dict[str, object]) -> None:
    verdict = judge(device(**facts), METER, found())
    assert (verdict.strange, verdict.replaced) == ("", "")


def test_a_device_that_does_not_say_its_numbers_is_taken_at_its_model() -> None:
    assert judge(device(serial=SERIAL, net_id=7), METER, found(serial="", net_id=0)).replaced == ""


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"serial": "24171010099"}, "serial number is 24171010031, the topology has 24171010099"),
        ({"net_id": 0x1A2B0005}, "NET ID is 0x00000007, the topology has 0x1a2b0005"),
    ],
)
def test_another_unit_of_the_model_was_put_in_its_place(
    facts: dict[str, object], words: str
) -> None:
    verdict = judge(device(**facts), METER, found())
    assert verdict.strange == ""
    assert words in verdict.replaced
    assert "refresh the device to confirm it" in verdict.replaced


@pytest.mark.parametrize("who", [found(GUESSED), found(None), found(None, magic="ACME")])
def test_another_product_is_a_stranger_whatever_its_numbers(who: Identified) -> None:
    verdict = judge(device(serial="24171010099"), METER, who)
    assert verdict.strange
    assert verdict.replaced == ""


def test_repeated_garbled_answers_raise_a_suspicion_and_good_ones_end_it() -> None:
    garbling, suspected = Garbling(), []
    for garbled in [True, False] * (SUSPECT_FROM - 1) + [True] + [False] * RECENT:
        garbling.note(garbled=garbled)
        suspected.append(garbling.suspected)
    assert suspected.index(True) == 2 * (SUSPECT_FROM - 1)
    assert not suspected[-1]


def test_a_suspicion_is_forgotten_when_somebody_works_on_the_slave() -> None:
    garbling = Garbling()
    for _ in range(RECENT):
        garbling.note(garbled=True)
    garbling.forget()
    garbling.note(garbled=True)
    assert not garbling.suspected
