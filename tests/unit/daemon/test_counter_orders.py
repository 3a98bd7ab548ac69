"""Counters begin anew: who may order it, of which load, and what is agreed to first."""

from typing import Any

import pytest

from digigate.bus.roster import Roster
from digigate.catalogue import Catalogue
from digigate.commands import Caller, Commands
from digigate.daemon.orders import enter_counters
from digigate.errors import Denied, SettingsError
from digigate.settings.profiles import Profile
from digigate.settings.topology import BusName, Device, Topology
from fieldbus.talking import Talker, TalkingBus

OWNER = Caller("owner")
CATALOGUE = Catalogue.load()
DEVICE = Device(address=20, bus=BusName.RS485, model="diris-b30")
STRANGER = Device(address=21, bus=BusName.RS485, model="unheard-of")
ENERGIES = {"address": 20, "load": 2, "counters": ["partial-energies"], "agreed": True}


@pytest.fixture
def slave() -> Talker:
    return Talker(CATALOGUE.models["diris-b30"])


@pytest.fixture
def commands(slave: Talker) -> Commands:
    table = Commands()
    topology = Topology(devices=(DEVICE, STRANGER))
    roster = Roster(TalkingBus({20: slave}), lambda: topology, CATALOGUE)
    enter_counters(table, roster, CATALOGUE)
    return table


@pytest.mark.parametrize("profile", Profile)
async def test_those_of_the_rights_table_may_and_user_may_not(
    commands: Commands, slave: Talker, profile: Profile
) -> None:
    who = Caller(profile, profile)
    if profile is Profile.USER:
        with pytest.raises(Denied):
            await commands.execute("counters.reset", ENERGIES, who)
        assert slave.writes == []
        return
    told: Any = await commands.execute("counters.reset", ENERGIES, who)
    assert told["done"]
    assert [step["key"] for step in told["steps"]] == ["reset-partial-energies/2"]


async def test_the_counters_are_told_with_their_loads(commands: Commands) -> None:
    told: Any = await commands.execute("counters", {"address": 20}, OWNER)
    loads = {counter["name"]: counter["loads"] for counter in told["counters"]}
    assert loads["partial-energies"] == [1, 2, 3, 4]
    assert loads["operating-hours"] == [0]
    of_load: Any = await commands.execute("counters", {"address": 20, "load": 3}, OWNER)
    assert "operating-hours" not in {counter["name"] for counter in of_load["counters"]}


async def test_a_slave_that_nobody_knows_has_none(commands: Commands) -> None:
    told: Any = await commands.execute("counters", {"address": 21}, OWNER)
    assert told["counters"] == []


async def test_without_a_load_all_of_them_begin_anew(commands: Commands, slave: Talker) -> None:
    await commands.execute("counters.reset", {**ENERGIES, "load": None}, OWNER)
    assert sum(write.endswith("003f") for write in slave.writes) == 4


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"agreed": False}, "what is counted so far is lost"),
        ({"counters": ["total-energies"]}, "no counter 'total-energies' of load 2; it has partial"),
        ({"counters": []}, "counters"),
        ({"address": 99}, "no slave 99"),
    ],
)
async def test_anything_else_is_refused_before_something_is_lost(
    commands: Commands, slave: Talker, wish: dict[str, object], why: str
) -> None:
    with pytest.raises(SettingsError, match=why):
        await commands.execute("counters.reset", ENERGIES | wish, OWNER)
    assert slave.writes == []
