"""The lamps on the front as functions of what is."""

from dataclasses import replace

import pytest

from digigate.bus.detection import GatewayCom
from digigate.catalogue.addressing import ComLed
from digigate.panel import (
    SILK_SCREEN,
    Bluetooth,
    Lamp,
    Led,
    Light,
    Situation,
    lamps,
    starts_search,
)

HEALTHY = Situation(now=1000.0, started=0.0, heard=999.5)


def light(led: Led, seen: Situation) -> Light:
    return lamps(seen)[led].light


@pytest.mark.manual(19)
def test_on_is_off_without_supply_and_steady_when_running() -> None:
    assert light(Led.ON, replace(HEALTHY, started=None)) is Light.OFF
    assert light(Led.ON, replace(HEALTHY, now=10.0)) is Light.STEADY


@pytest.mark.manual(20)
def test_on_blinks_for_ten_seconds_at_start() -> None:
    for second in range(1, 10):
        assert light(Led.ON, replace(HEALTHY, now=float(second))) is Light.BLINKING
    assert light(Led.ON, replace(HEALTHY, now=12.0)) is Light.STEADY


def test_on_blinks_for_ten_seconds_when_somebody_looks_for_the_box() -> None:
    assert light(Led.ON, replace(HEALTHY, sought=999.0)) is Light.BLINKING
    assert light(Led.ON, replace(HEALTHY, sought=989.0)) is Light.STEADY


def test_alarm_is_off_blinks_for_system_alarms_and_is_steady_for_device_alarms() -> None:
    assert light(Led.ALARM, HEALTHY) is Light.OFF
    assert light(Led.ALARM, replace(HEALTHY, conditions={"service.failed"})) is Light.OFF
    assert light(Led.ALARM, replace(HEALTHY, conditions={"slave.timeout"})) is Light.BLINKING
    assert light(Led.ALARM, replace(HEALTHY, conditions={"address.conflict"})) is Light.BLINKING
    assert light(Led.ALARM, replace(HEALTHY, device_alarm=True)) is Light.STEADY
    both = replace(HEALTHY, device_alarm=True, conditions={"slave.timeout"})
    assert light(Led.ALARM, both) is Light.BLINKING


def test_com_shows_whether_anybody_answers() -> None:
    assert light(Led.COM, HEALTHY) is Light.BLINKING
    assert light(Led.COM, replace(HEALTHY, heard=900.0)) is Light.OFF
    assert light(Led.COM, replace(HEALTHY, heard=None)) is Light.OFF


def test_com_shows_the_search_before_all_traffic() -> None:
    blinking = replace(HEALTHY, search=GatewayCom(ComLed.BLINKING, 990.25))
    assert lamps(blinking)[Led.COM] == Lamp(Light.BLINKING, 990.25)
    assert light(Led.COM, replace(HEALTHY, search=GatewayCom(ComLed.STEADY))) is Light.STEADY


def test_bluetooth_is_there_only_with_a_radio() -> None:
    assert Led.BLUETOOTH not in lamps(HEALTHY)
    lights = [light(Led.BLUETOOTH, replace(HEALTHY, bluetooth=radio)) for radio in Bluetooth]
    assert lights == [Light.OFF, Light.STEADY, Light.BLINKING]


def test_nothing_shines_without_supply() -> None:
    dark = replace(HEALTHY, started=None, bluetooth=Bluetooth.ENABLED, conditions={"slave.timeout"})
    assert {lamp.light for lamp in lamps(dark).values()} == {Light.OFF}


def test_a_blinking_lamp_flashes_in_step_with_its_origin() -> None:
    lamp = Lamp(Light.BLINKING, origin=100.0, period=1.0)
    assert [lamp.lit(100.0 + k / 4) for k in range(8)] == [True, True, False, False] * 2
    assert Lamp(Light.STEADY).lit(5.0)
    assert not Lamp(Light.OFF).lit(5.0)


@pytest.mark.parametrize(("seconds", "starts"), [(1.0, False), (1.99, False), (2, True), (3, True)])
def test_addr_starts_a_search_when_held_for_two_seconds(seconds: float, starts: bool) -> None:
    assert starts_search(seconds) is starts


def test_the_front_bears_the_manuals_names() -> None:
    assert {"ON", "ALARM", "COM", "ADDR", "RS485", "NC", "ETH", "DIGIWARE BUS"} < set(SILK_SCREEN)
