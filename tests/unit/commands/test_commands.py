"""The table of commands: rights, arguments, audit."""

import logging
from typing import Literal

import pytest
from pydantic import SecretStr

from digigate.commands import Arguments, Caller, Command, Commands, ForCaller, Json
from digigate.errors import Denied, SettingsError
from digigate.settings.profiles import Profile

OWNER = Caller("owner")


class Blink(Arguments):
    seconds: Literal[5, 10] = 10


async def blink(arguments: Blink) -> Json:
    return {"blinked": arguments.seconds}


@pytest.fixture
def commands() -> Commands:
    table = Commands()
    table.add(Command("blink", Blink, blink, frozenset({Profile.ADMIN})))
    return table


async def test_a_command_is_carried_out_with_checked_arguments(commands: Commands) -> None:
    assert await commands.execute("blink", {}, OWNER) == {"blinked": 10}
    admin = Caller("Admin", Profile.ADMIN)
    assert await commands.execute("blink", {"seconds": 5}, admin) == {"blinked": 5}


@pytest.mark.parametrize("profile", [p for p in Profile if p is not Profile.ADMIN])
async def test_a_profile_without_the_right_is_denied(commands: Commands, profile: Profile) -> None:
    with pytest.raises(Denied, match="may not order blink"):
        await commands.execute("blink", {}, Caller("somebody", profile))


@pytest.mark.parametrize("arguments", [{"seconds": 7}, {"second": 5}])
async def test_a_wrong_argument_is_refused_with_what_is_allowed(
    commands: Commands, arguments: dict[str, object]
) -> None:
    with pytest.raises(SettingsError, match=r"blink: .*arguments: seconds"):
        await commands.execute("blink", arguments, OWNER)


async def test_an_unknown_command_is_refused_with_the_known_ones(commands: Commands) -> None:
    with pytest.raises(SettingsError, match="known: blink"):
        await commands.execute("blnk", {}, OWNER)


async def test_an_order_leaves_an_audit_line(
    commands: Commands, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "digigate.audit"):
        await commands.execute("blink", {"seconds": 5}, OWNER)
    (record,) = caplog.records
    assert (record.__dict__["command"], record.__dict__["who"]) == ("blink", "owner")


def test_a_name_is_entered_once(commands: Commands) -> None:
    with pytest.raises(ValueError, match="twice"):
        commands.add(Command("blink", Blink, blink))


async def test_a_right_may_depend_on_the_arguments(commands: Commands) -> None:
    def who(asked: Blink) -> frozenset[Profile]:
        return frozenset({Profile.CYBER} if asked.seconds == 10 else Profile)

    both = frozenset({Profile.ADMIN, Profile.CYBER})
    commands.add(Command("wink", Blink, blink, both, rights=who))
    admin, cyber = Caller("Admin", Profile.ADMIN), Caller("Cyber", Profile.CYBER)
    assert await commands.execute("wink", {"seconds": 5}, admin) == {"blinked": 5}
    assert await commands.execute("wink", {}, cyber) == {"blinked": 10}
    assert await commands.execute("wink", {}, OWNER) == {"blinked": 10}
    with pytest.raises(Denied, match="may not order wink with these arguments"):
        await commands.execute("wink", {}, admin)
    with pytest.raises(Denied, match="may not order wink"):
        await commands.execute("wink", {"seconds": 5}, Caller("User", Profile.USER))


class Unlock(Arguments):
    password: SecretStr


async def test_an_effect_may_depend_on_who_orders_and_from_where(commands: Commands) -> None:
    async def whoami(asked: Arguments, who: Caller) -> Json:
        return [who.name, who.client]

    commands.add(Command("whoami", Arguments, ForCaller(whoami), frozenset({Profile.USER})))
    caller = Caller("User", Profile.USER, "10.0.0.7")
    assert await commands.execute("whoami", {}, caller) == ["User", "10.0.0.7"]


async def test_secrets_among_the_arguments_are_dots_in_the_audit_line(
    commands: Commands, caplog: pytest.LogCaptureFixture
) -> None:
    async def unlock(asked: Unlock) -> Json:
        return len(asked.password.get_secret_value())

    commands.add(Command("unlock", Unlock, unlock))
    with caplog.at_level(logging.INFO, "digigate.audit"):
        assert await commands.execute("unlock", {"password": "hunter2"}, OWNER) == 7
    (record,) = caplog.records
    assert "hunter2" not in str(vars(record))
