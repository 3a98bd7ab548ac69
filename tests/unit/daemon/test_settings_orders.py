"""Several settings in one order: all of them or none, and each only by who may change it."""

import pytest

from digigate.commands import Caller, Commands
from digigate.daemon.orders import enter_settings
from digigate.errors import Denied, SettingsError
from digigate.settings import KeptSettings
from digigate.settings.profiles import Profile
from digigate.settings.sections import Settings
from digigate.state import StateDirectory

ADMIN, CYBER = Caller("admin", Profile.ADMIN), Caller("cyber", Profile.CYBER)


class Keeper:
    """Counts how often changes are put in force."""

    def __init__(self, state: StateDirectory) -> None:
        self.kept = KeptSettings(Settings(), None, state.file("settings.yaml"))
        self.acts = 0

    def act(self) -> None:
        self.acts += 1

    def pending(self) -> tuple[str, ...]:
        return ()


@pytest.fixture
def keeper(state: StateDirectory) -> Keeper:
    return Keeper(state)


@pytest.fixture
def commands(keeper: Keeper) -> Commands:
    commands = Commands()
    enter_settings(commands, keeper)  # type: ignore[arg-type]
    return commands


async def test_all_act_at_once(commands: Commands, keeper: Keeper) -> None:
    swapped = {"snmp.v1_read": "private", "snmp.v1_write": "public"}
    answer = await commands.execute("settings.put", {"values": swapped}, ADMIN)
    assert isinstance(answer, dict)
    assert answer["changes"] == [
        {"path": "snmp.v1_read", "old": "public", "new": "private"},
        {"path": "snmp.v1_write", "old": "private", "new": "public"},
    ]
    assert keeper.acts == 1


@pytest.mark.parametrize(
    "wrong", [{"snmp.port": "many"}, {"snmp.no_such": 1}, {"snmp.v2_read": "privateV2"}]
)
async def test_one_that_is_wrong_leaves_all_as_they_were(
    commands: Commands, keeper: Keeper, wrong: dict[str, object]
) -> None:
    with pytest.raises(SettingsError):
        await commands.execute("settings.put", {"values": {"snmp.contact": "me", **wrong}}, ADMIN)
    assert keeper.kept.current == Settings()


async def test_one_that_somebody_may_not_change_denies_all(
    commands: Commands, keeper: Keeper
) -> None:
    values = {"snmp.contact": "me", "policy.snmp": False}
    with pytest.raises(Denied):
        await commands.execute("settings.put", {"values": values}, ADMIN)
    assert keeper.kept.current == Settings()
    await commands.execute("settings.put", {"values": values}, CYBER)
    assert keeper.kept.current.policy.snmp is False
