"""`tokens.*`: who may make which, and what is told of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from digigate.clock import Clock
from digigate.commands import Caller, Commands, Json
from digigate.daemon.orders import enter_tokens
from digigate.errors import Denied, SettingsError
from digigate.security.tokens import Tokens
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy
from digigate.state import StateDirectory

OWNER = Caller("owner")
CYBER, ADMIN = (Caller(str(p), p, "10.0.0.7") for p in (Profile.CYBER, Profile.ADMIN))


@dataclass
class Desk:
    """The table of commands with the tokens' entries."""

    state: StateDirectory
    policy: Policy = field(default_factory=Policy)
    commands: Commands = field(default_factory=Commands)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.state, Clock(), lambda: self.policy)
        enter_tokens(self.commands, self.tokens, lambda: self.policy.api_tokens)

    async def add(self, who: Caller, profile: str = "admin", **more: object) -> Any:
        asked = {"name": "scada", "profile": profile, **more}
        return await self.commands.execute("tokens.add", asked, who)

    async def listed(self, who: Caller) -> list[dict[str, Json]]:
        answer: Any = await self.commands.execute("tokens", {}, who)
        tokens: list[dict[str, Json]] = answer["tokens"]
        return tokens


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with StateDirectory(tmp_path) as state:
        yield Desk(state)


async def test_a_secret_is_in_the_first_answer_and_in_no_other(desk: Desk) -> None:
    made = await desk.add(ADMIN, read_only=True, days=30)
    found = desk.tokens.find(made["secret"])
    assert found is not None
    assert (found.maker, found.read_only) == ("admin", True)
    listed = await desk.listed(ADMIN)
    assert [token["name"] for token in listed] == ["scada"]
    assert made["secret"] not in str(listed)
    assert found.digest not in str(listed)


async def test_nobody_gives_more_than_he_has(desk: Desk) -> None:
    with pytest.raises(Denied):
        await desk.add(ADMIN, "cyber")
    made = await desk.add(CYBER, "cyber")
    with pytest.raises(Denied, match="may not revoke a token of cyber"):
        await desk.commands.execute("tokens.revoke", {"id": made["token"]["id"]}, ADMIN)
    await desk.commands.execute("tokens.revoke", {"id": made["token"]["id"]}, CYBER)
    assert await desk.listed(OWNER) == []


async def test_a_token_makes_no_tokens(desk: Desk) -> None:
    with pytest.raises(Denied, match="makes no tokens"):
        await desk.add(Caller("token scada", Profile.CYBER, "10.0.0.7", program=True))


async def test_none_is_made_while_the_policy_wants_none(desk: Desk) -> None:
    desk.policy = Policy(api_tokens=False)
    with pytest.raises(SettingsError, match=r"policy\.api_tokens"):
        await desk.add(OWNER)


@pytest.mark.parametrize(
    "wrong",
    [{"profile": "totem"}, {"days": 0}, {"days": 4000}, {"name": ""}, {"name": "a\r\nb"}],
)
async def test_a_token_has_a_name_and_an_end(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        await desk.commands.execute(
            "tokens.add", {"name": "scada", "profile": "admin", **wrong}, OWNER
        )


@pytest.mark.parametrize("profile", [Profile.USER, Profile.ADVANCED, Profile.TOTEM])
async def test_only_administrators_have_to_do_with_them(desk: Desk, profile: Profile) -> None:
    for name in desk.commands.names:
        with pytest.raises(Denied):
            await desk.commands.execute(name, {}, Caller(profile, profile))
