"""Changing settings: checked whole, written in order, saved, read back, nothing unreported."""

import pytest

from digigate.bus.configuring import Outcome, Vocabulary, configure, show
from digigate.catalogue import Catalogue
from digigate.errors import SettingsError, SlaveTimeout
from fieldbus.talking import Talker

CATALOGUE = Catalogue.load()
B30 = CATALOGUE.models["diris-b30"]
VOCABULARY = Vocabulary(CATALOGUE.quantities)
NAME, TYPE, INOM, PERIOD, ACTION = 46592, 13825, 13826, 34817, 57856


@pytest.fixture
def slave() -> Talker:
    return Talker(
        B30,
        {
            "load-settings.enabled/load1": 1,
            "load-settings.type/load1": 9,
            "load-settings.inom/load1": 160,
            "load-name.name/load1": "Lathe",
            "power-settings.avg_integration": 10,
        },
    )


async def wish(slave: Talker, agreed: bool = True, **wishes: str) -> Outcome:
    named = {key.replace("__", "/").replace("_", "-"): text for key, text in wishes.items()}
    return await configure(slave.talk(), VOCABULARY, named, agreed=agreed)


async def test_settings_are_shown_as_they_would_be_written(slave: Talker) -> None:
    found = await show(slave.talk(), VOCABULARY)
    values = {setting.job.key: setting.value for setting in found}
    assert values["load-type/1"] == "3P+N-4CT"
    assert values["load-name/1"] == "Lathe"
    assert values["average-period"] == "10"
    assert values["reset-extremes/1"] == ""
    assert len([asked for asked in slave.asked if asked == "read 13824+14"]) == 1


async def test_a_change_is_written_saved_and_read_back(slave: Talker) -> None:
    outcome = await wish(slave, load_current__1="250")
    assert outcome.done
    (step,) = outcome.steps
    assert (step.before, step.after) == ("160", "250")
    assert slave.writes == [f"write {INOM} := 00fa", f"write {ACTION} := 00a1"]
    assert outcome.saved


async def test_a_locked_register_is_unlocked_once(slave: Talker) -> None:
    outcome = await wish(slave, load_name__1="Press", average_period="15")
    assert outcome.done
    assert slave.writes[0] == "write 58112 := 03e8"
    assert sum(asked.startswith("write 58112") for asked in slave.writes) == 1


async def test_nothing_is_written_where_one_wish_cannot_be(slave: Talker) -> None:
    with pytest.raises(SettingsError, match="load-type/1 is 'round'"):
        await wish(slave, load_current__1="250", load_type__1="round")
    assert slave.asked == []


async def test_a_refusal_ends_it_and_all_is_told(slave: Talker) -> None:
    slave.refuses[TYPE] = 3
    outcome = await wish(slave, load_current__1="250", load_type__1="3P-3CT", average_period="15")
    current, type_, period = outcome.steps
    assert not outcome.done
    assert (current.written, current.after) == (True, "250")
    assert type_.fault == "the slave refuses: illegal data value (0x03)"
    assert (period.written, period.fault) == (False, "")
    assert outcome.fault == "load-type/1 was not written, and nothing after it"
    assert not outcome.saved


async def test_a_slave_that_forgets_is_found_out(slave: Talker) -> None:
    slave.stubborn.add(INOM)
    outcome = await wish(slave, load_current__1="250")
    assert not outcome.done
    assert outcome.steps[0].fault == "written, but the slave says 160"


async def test_a_slave_that_falls_silent_while_saving_is_told(slave: Talker) -> None:
    slave.deaf_after = 2  # read, write, then silence
    outcome = await wish(slave, load_current__1="250")
    assert not outcome.done
    assert "saving was not confirmed" in outcome.fault
    assert "does not answer any more" in outcome.steps[0].fault


async def test_a_slave_that_is_silent_from_the_start_is_a_timeout(slave: Talker) -> None:
    slave.deaf_after = 0
    with pytest.raises(SlaveTimeout):
        await wish(slave, load_current__1="250")


async def test_saving_that_is_refused_is_told(slave: Talker) -> None:
    slave.refuses[ACTION] = 1
    outcome = await wish(slave, load_current__1="250")
    assert outcome.steps[0].after == "250"
    assert outcome.fault.startswith("written, but not saved")


async def test_losses_are_agreed_to_first(slave: Talker) -> None:
    with pytest.raises(SettingsError, match="what is counted so far is lost"):
        await wish(slave, agreed=False, reset_partial_energies__1="done")
    assert slave.writes == []
    outcome = await wish(slave, reset_partial_energies__1="done")
    assert outcome.done
    assert not outcome.saved
    assert slave.writes == ["write 58112 := 03e8", "write 20096 := 003f"]


async def test_registers_side_by_side_are_written_at_once(slave: Talker) -> None:
    outcome = await wish(slave, load_curve__1="1:P+", trend__2="current.i1:1")
    assert outcome.done
    assert "write 34836 := 00000000" in slave.writes
    assert "write 41875 := 000027100000" in slave.writes


async def test_an_output_is_switched_by_its_mask(slave: Talker) -> None:
    slave.stubborn |= {11284, 11285}
    slave.put("logical-output.outputs_active_mask", 0b100)
    outcome = await wish(slave, output__3="on")
    assert outcome.done
    assert slave.writes == ["write 11284 := 00000004"]


async def test_a_task_of_several_loads_asks_which(slave: Talker) -> None:
    with pytest.raises(SettingsError, match="say which load-current: load-current/1 to"):
        await wish(slave, load_current="250")
    with pytest.raises(SettingsError, match="has no 'colour'; it has average-period"):
        await wish(slave, colour="red")
