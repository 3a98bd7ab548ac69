"""Logic inputs and outputs, pulse meters and sensors."""

import pytest

from digigate.simulator.device.station import Station
from fieldbus.stations import Ticks, ask, station


@pytest.fixture
def slave() -> Station:
    return station("digiware-io10", loads=[{"number": 1}, {"number": 2}])


def test_inputs_are_read_as_a_mask(slave: Station) -> None:
    assert ask(slave, 5, "032bf00003") == "0306" + "0004" + "000f" + "0000"
    slave.meter.contacts.switch_input(1, on=True)
    slave.meter.contacts.switch_input(4, on=True)
    assert ask(slave, 5, "032bf20001") == "03020009"
    slave.meter.contacts.switch_input(1, on=False)
    assert slave.describe()["inputs"] == (4,)


def test_an_input_that_closes_is_one_pulse(slave: Station) -> None:
    def pulses() -> float:
        return float(slave.meter.truth(1)["multifluid"])

    before = pulses()
    for on in (True, True, False, True):
        slave.meter.contacts.switch_input(1, on=on)
    assert pulses() == before + 2
    slave.meter.contacts.add_pulses(1, 10)
    assert pulses() == before + 12


def test_outputs_follow_masks_and_commands(slave: Station) -> None:
    assert ask(slave, 5, "062c150003") == "062c150003"
    assert slave.describe()["outputs"] == (1, 2)
    ask(slave, 5, "062c140001")
    assert ask(slave, 5, "032c120001") == "03020002"
    ask(slave, 5, "062c120001")
    assert slave.describe()["outputs"] == (1,)
    slave.on = False
    slave.on = True
    assert slave.describe()["outputs"] == ()


def test_what_is_not_there_is_said(slave: Station) -> None:
    contacts = slave.meter.contacts
    with pytest.raises(ValueError, match=r"no input 5; there are 1\.\.4"):
        contacts.switch_input(5, on=True)
    with pytest.raises(ValueError, match="no output 1; the model has none"):
        station("countis-e24").meter.contacts.switch_output(1, on=True)


def test_pulse_meters_run_with_time() -> None:
    ticks = Ticks()
    slave = station("digiware-io10", ticks, loads=[{"number": 1}])
    before = float(slave.meter.truth(1)["multifluid"])
    ticks.now += 3600
    assert 4 <= float(slave.meter.truth(1)["multifluid"]) - before <= 241


def test_analog_inputs_wander_or_hold_what_was_ordered() -> None:
    ticks = Ticks()
    slave = station("digiware-io20", ticks, loads=[{"number": 1}, {"number": 2}])
    first = slave.meter.truth(1)["analog"]
    assert ask(slave, 5, "032d400002") != ask(slave, 5, "032d440002")
    slave.meter.contacts.set_analog(1, 720.0)
    assert ask(slave, 5, "032d400004") == "0308000002d0000002d0"
    assert first != 720.0


def test_temperatures_are_those_of_a_switchboard() -> None:
    truth = station("diris-b30").meter.truth(0)
    assert 10 < float(truth["temperature.t1"]) < 30


def test_an_old_meter_shows_its_inputs_too() -> None:
    slave = station("diris-a10")
    slave.meter.contacts.switch_input(2, on=True)
    assert ask(slave, 5, "03cb000002")[4:] in ("00020002", "00030002")  # type: ignore[index]
