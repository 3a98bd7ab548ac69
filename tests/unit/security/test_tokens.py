"""API tokens: shown once, kept as digests, mortal, and dead at once when the policy says so."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digigate.clock import Clock
from digigate.errors import SettingsError
from digigate.security.tokens import PREFIX, TOKENS, TOKENS_MAX, Tokens
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy
from digigate.state import StateDirectory

START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Desk:
    """Tokens with a clock and a policy that the test changes."""

    state: StateDirectory
    policy: Policy = field(default_factory=Policy)

    def __post_init__(self) -> None:
        self.clock = Clock(started=START, monotonic=lambda: 0.0)
        self.start()

    def start(self) -> None:
        self.tokens = Tokens(self.state, self.clock, lambda: self.policy)

    def kept(self) -> str:
        return self.state.file(TOKENS).read_text()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with StateDirectory(tmp_path) as state:
        yield Desk(state)


async def test_a_secret_is_told_once_and_opens_after_a_restart_too(desk: Desk) -> None:
    secret, token = await desk.tokens.add("scada", Profile.ADMIN, 30, maker="cyber")
    assert secret.startswith(PREFIX)
    assert len(secret) == len(PREFIX) + 43  # 256 bits
    assert secret not in desk.kept()
    assert desk.state.file(TOKENS).stat().st_mode & 0o777 == 0o600
    desk.start()
    found = desk.tokens.find(secret)
    assert found is not None
    assert (found.id, found.profile, found.maker) == (token.id, Profile.ADMIN, "cyber")
    assert found.expires == START + timedelta(days=30)


@pytest.mark.parametrize("secret", ["", PREFIX, PREFIX + "A" * 43, "\ud800", "x" * 100_000])
async def test_what_somebody_made_up_opens_nothing(desk: Desk, secret: str) -> None:
    await desk.tokens.add("scada", Profile.ADMIN, 30)
    assert desk.tokens.find(secret) is None


async def test_the_digest_that_is_kept_is_no_secret(desk: Desk) -> None:
    _, token = await desk.tokens.add("scada", Profile.ADMIN, 30)
    assert desk.tokens.find(token.digest) is None


async def test_a_token_ends_with_its_days(desk: Desk) -> None:
    secret, token = await desk.tokens.add("scada", Profile.ADMIN, 1)
    desk.clock.step(timedelta(hours=23))
    assert desk.tokens.find(secret)
    desk.clock.step(timedelta(hours=1))
    assert desk.tokens.find(secret) is None
    assert not desk.tokens.is_good(token)
    assert [each.name for each in desk.tokens.list()] == ["scada"]


async def test_the_policy_shuts_all_of_them_and_opens_them_again(desk: Desk) -> None:
    secret, _ = await desk.tokens.add("scada", Profile.ADMIN, 30)
    desk.policy = Policy(api_tokens=False)
    assert desk.tokens.find(secret) is None
    desk.policy = Policy()
    assert desk.tokens.find(secret)


async def test_a_revoked_one_is_gone_for_good(desk: Desk) -> None:
    secret, token = await desk.tokens.add("scada", Profile.ADMIN, 30)
    kept, _ = await desk.tokens.add("historian", Profile.ADVANCED, 30)
    await desk.tokens.revoke(token.id)
    assert desk.tokens.find(secret) is None
    desk.start()
    assert desk.tokens.find(secret) is None
    assert desk.tokens.find(kept)
    with pytest.raises(SettingsError, match="there is no token"):
        await desk.tokens.revoke(token.id)


async def test_names_are_told_apart_and_there_is_an_end_to_them(desk: Desk) -> None:
    names = [f"meter {n}" for n in range(TOKENS_MAX)]
    await asyncio.gather(*(desk.tokens.add(name, Profile.USER, 30) for name in names))
    assert len(desk.tokens.list()) == TOKENS_MAX
    with pytest.raises(SettingsError, match="already"):
        await desk.tokens.add("one more", Profile.USER, 30)
    await desk.tokens.revoke(desk.tokens.list()[0].id)
    with pytest.raises(SettingsError, match="there is a token 'meter 9' already"):
        await desk.tokens.add("meter 9", Profile.USER, 30)


async def test_the_last_use_is_known_to_the_hour_and_costs_few_writes(desk: Desk) -> None:
    secret, _ = await desk.tokens.add("scada", Profile.ADMIN, 30)
    assert desk.tokens.list()[0].used is None
    assert desk.tokens.find(secret)
    await desk.tokens.write_uses()
    written = desk.kept()
    desk.clock.step(timedelta(minutes=59))
    assert desk.tokens.find(secret)
    await desk.tokens.write_uses()
    assert desk.kept() == written
    desk.clock.step(timedelta(minutes=1))
    assert desk.tokens.find(secret)
    await desk.tokens.write_uses()
    desk.start()
    assert desk.tokens.list()[0].used == START + timedelta(hours=1)


async def test_a_disk_that_fails_leaves_all_as_it_was(desk: Desk) -> None:
    secret, token = await desk.tokens.add("scada", Profile.ADMIN, 30)
    desk.state.file(TOKENS + ".tmp").mkdir()
    with pytest.raises(SettingsError, match="cannot be written"):
        await desk.tokens.add("historian", Profile.ADMIN, 30)
    with pytest.raises(SettingsError, match="cannot be written"):
        await desk.tokens.revoke(token.id)
    assert desk.tokens.find(secret)
    await desk.tokens.write_uses()  # is logged and tried again
    desk.state.file(TOKENS + ".tmp").rmdir()
    await desk.tokens.write_uses()
    desk.start()
    assert desk.tokens.list()[0].used == START


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"tokens": [{"id": 1}]}', '{"tokens": 3}'])
async def test_a_damaged_file_opens_nothing(desk: Desk, text: str) -> None:
    desk.state.file(TOKENS).write_text(text)
    desk.start()
    assert desk.tokens.list() == ()
    secret, _ = await desk.tokens.add("scada", Profile.ADMIN, 30)
    assert desk.tokens.find(secret)


async def test_forgetting_leaves_none(desk: Desk) -> None:
    secret, _ = await desk.tokens.add("scada", Profile.ADMIN, 30)
    desk.state.remove(TOKENS)
    desk.start()
    assert desk.tokens.find(secret) is None
