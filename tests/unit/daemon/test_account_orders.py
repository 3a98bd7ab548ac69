"""`accounts.*`: who may order them and what they tell."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digigate.clock import Clock
from digigate.commands import Caller, Commands
from digigate.conditions import Conditions
from digigate.daemon.orders import enter_accounts
from digigate.errors import Denied, SettingsError
from digigate.security.accounts import Accounts
from digigate.security.hashing import Hashing
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy
from digigate.state import StateDirectory

OWNER, CYBER = Caller("owner"), Caller("cyber", Profile.CYBER, "10.0.0.7")
GOOD = "Ab3$efghij"


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[Commands]:
    clock, hashing, table = Clock(), Hashing(), Commands()
    with StateDirectory(tmp_path) as state:
        accounts = Accounts(state, clock, Conditions(clock), Policy, hashing)
        enter_accounts(table, accounts)
        yield table
    hashing.close()


async def told(commands: Commands) -> dict[str, Any]:
    answer: Any = await commands.execute("accounts", {}, OWNER)
    return {account["profile"]: account for account in answer["accounts"]}


@pytest.mark.manual(83)
async def test_cyber_gives_the_others_new_passwords(commands: Commands) -> None:
    for profile in ("admin", "advanced"):
        given = {"profile": profile, "password": GOOD}
        await commands.execute("accounts.password", given, CYBER)
    accounts = await told(commands)
    assert not accounts["admin"]["is_default"]
    assert accounts["cyber"]["must_change"]
    assert accounts["admin"]["expires"] > accounts["admin"]["changed"]


async def test_totem_is_opened(commands: Commands) -> None:
    assert not (await told(commands))["totem"]["enabled"]
    await commands.execute("accounts.enable", {"profile": "totem", "enabled": True}, CYBER)
    assert (await told(commands))["totem"]["enabled"]


async def test_a_passphrase_is_shown_once(commands: Commands) -> None:
    answer: Any = await commands.execute("accounts.passphrase", {}, CYBER)
    assert len(answer["passphrase"]) == 31
    shown: Any = await commands.execute("accounts", {}, CYBER)
    assert shown["passphrase"] is True


async def test_user_has_nothing_to_set(commands: Commands) -> None:
    for name, more in (("accounts.password", {"password": GOOD}), ("accounts.unlock", {})):
        with pytest.raises(SettingsError, match="user has no password"):
            await commands.execute(name, {"profile": "user", **more}, CYBER)


@pytest.mark.parametrize("profile", [p for p in Profile if p is not Profile.CYBER])
async def test_nobody_but_cyber_and_the_owner(commands: Commands, profile: Profile) -> None:
    for name in commands.names:
        with pytest.raises(Denied):
            await commands.execute(name, {}, Caller(profile, profile))
