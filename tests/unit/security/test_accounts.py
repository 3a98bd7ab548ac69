"""Accounts: defaults, tries, locks, ages, the passphrase, and what survives a restart."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import Denied, Locked, SettingsError
from digigate.security.accountbook import ACCOUNTS
from digigate.security.accounts import Accounts
from digigate.security.hashing import Hashing
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy
from digigate.state import StateDirectory

ADVANCED, TOTEM, ADMIN, CYBER = Profile.ADVANCED, Profile.TOTEM, Profile.ADMIN, Profile.CYBER
GOOD, BETTER = "Ab3$efghij", "Kl7$mnopqr"
HERE = "192.168.0.7"


@dataclass
class Desk:
    """Accounts with a clock that the test moves."""

    state: StateDirectory
    hashing: Hashing
    policy: Policy = field(default_factory=Policy)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        started = datetime(2026, 3, 1, tzinfo=UTC)
        self.clock = Clock(started=started, monotonic=lambda: self.seconds)
        self.conditions = Conditions(self.clock)
        self.start()

    def start(self) -> None:
        self.accounts = Accounts(
            self.state, self.clock, self.conditions, lambda: self.policy, self.hashing
        )

    def up(self, name: str) -> set[str]:
        self.accounts.judge()
        return {condition.subject for condition in self.conditions.active(name)}

    async def wrong(self, profile: Profile = ADMIN, times: int = 3) -> None:
        for _ in range(times):
            with pytest.raises((Denied, Locked)):
                await self.accounts.login(profile, "wrong", HERE)


@pytest.fixture(scope="module")
def hashing() -> Iterator[Hashing]:
    made = Hashing()
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path, hashing: Hashing) -> Iterator[Desk]:
    with StateDirectory(tmp_path) as state:
        yield Desk(state, hashing)


@pytest.mark.parametrize(
    ("profile", "password"),
    [(ADVANCED, "Avancé"), (ADVANCED, "Advanced"), (ADMIN, "Admin"), (CYBER, "Cyber")],
)
async def test_the_factory_opens_with_the_passwords_of_the_manual(
    desk: Desk, profile: Profile, password: str
) -> None:
    await desk.accounts.login(profile, password, HERE)
    assert desk.accounts.must_change(profile)
    await desk.accounts.change(profile, password, GOOD, HERE)
    assert not desk.accounts.must_change(profile)
    with pytest.raises(Denied):
        await desk.accounts.login(profile, password, HERE)
    desk.start()
    await desk.accounts.login(profile, GOOD, HERE)


async def test_totem_is_shut_until_cyber_opens_it(desk: Desk) -> None:
    with pytest.raises(Denied, match="profile or password is wrong"):
        await desk.accounts.login(TOTEM, "Totem", HERE)
    await desk.accounts.enable(TOTEM, True)
    await desk.accounts.login(TOTEM, "Totem", HERE)
    with pytest.raises(SettingsError, match="only the profile totem"):
        await desk.accounts.enable(ADMIN, False)


async def test_user_has_no_password(desk: Desk) -> None:
    with pytest.raises(Denied):
        await desk.accounts.login(Profile.USER, "", HERE)
    assert not desk.accounts.must_change(Profile.USER)


@pytest.mark.manual(71)
async def test_the_alarm_stays_until_all_three_defaults_are_gone(desk: Desk) -> None:
    assert desk.up("password.default") == {"advanced", "admin", "cyber"}
    await desk.accounts.set(ADVANCED, GOOD)
    await desk.accounts.set(ADMIN, GOOD)
    assert desk.up("password.default") == {"cyber"}
    await desk.accounts.set(CYBER, GOOD)
    assert desk.up("password.default") == set()


async def test_a_password_that_breaks_the_rule_changes_nothing(desk: Desk) -> None:
    with pytest.raises(SettingsError, match="at least 10 characters"):
        await desk.accounts.change(ADMIN, "Admin", "short", HERE)
    with pytest.raises(SettingsError, match="something else than before"):
        await desk.accounts.change(ADMIN, "Admin", "Admin", HERE)
    assert desk.accounts.must_change(ADMIN)


@pytest.mark.manual(73, 74)
async def test_a_password_is_good_for_a_year_and_warns_15_days_before(desk: Desk) -> None:
    await desk.accounts.set(ADMIN, GOOD)
    desk.clock.step(timedelta(days=349))
    assert desk.up("password.expiring") == set()
    desk.clock.step(timedelta(days=1))
    assert desk.up("password.expiring") == {"admin"}
    assert not desk.accounts.must_change(ADMIN)
    desk.clock.step(timedelta(days=16))
    assert desk.up("password.expired") == {"admin"}
    assert desk.up("password.expiring") == set()
    assert desk.accounts.must_change(ADMIN)
    await desk.accounts.change(ADMIN, GOOD, BETTER, HERE)
    assert desk.up("password.expired") == set()
    assert not desk.accounts.must_change(ADMIN)


async def test_nist_lets_passwords_grow_old(desk: Desk) -> None:
    desk.policy = Policy(password_rule="nist")
    await desk.accounts.set(ADMIN, "three words of mine")
    desk.clock.step(timedelta(days=4000))
    assert not desk.accounts.must_change(ADMIN)


@pytest.mark.manual(75, 78)
async def test_three_wrong_tries_lock_one_profile_for_an_hour(desk: Desk) -> None:
    await desk.wrong()
    with pytest.raises(Locked):
        await desk.accounts.login(ADMIN, "Admin", HERE)
    for other, password in ((ADVANCED, "Avancé"), (CYBER, "Cyber")):
        await desk.accounts.login(other, password, HERE)
        await desk.wrong(other)
        with pytest.raises(Locked):
            await desk.accounts.login(other, password, HERE)
        desk.accounts.unlock(other)
    desk.seconds = 3599
    with pytest.raises(Locked):
        await desk.accounts.login(ADMIN, "Admin", HERE)
    desk.seconds = 3601
    await desk.accounts.login(ADMIN, "Admin", HERE)


async def test_a_clock_that_is_set_forward_lifts_no_lock(desk: Desk) -> None:
    await desk.wrong()
    desk.clock.step(timedelta(days=1))
    with pytest.raises(Locked):
        await desk.accounts.login(ADMIN, "Admin", HERE)


@pytest.mark.manual(76)
async def test_a_restart_lifts_the_lock(desk: Desk) -> None:
    await desk.wrong()
    desk.start()
    await desk.accounts.login(ADMIN, "Admin", HERE)


async def test_the_lock_is_a_matter_of_policy(desk: Desk) -> None:
    desk.policy = Policy(login_tries=5, lock_minutes=10)
    await desk.wrong(times=4)
    await desk.accounts.login(ADMIN, "Admin", HERE)
    await desk.wrong(times=5)
    with pytest.raises(Locked):
        await desk.accounts.login(ADMIN, "Admin", HERE)
    desk.seconds = 601
    await desk.accounts.login(ADMIN, "Admin", HERE)


@pytest.mark.manual(79)
async def test_a_locked_profile_is_told(desk: Desk) -> None:
    await desk.wrong()
    assert desk.up("account.locked") == {"admin"}
    desk.seconds = 3601
    assert desk.up("account.locked") == set()


async def test_a_hundred_at_once_are_still_three_tries(desk: Desk) -> None:
    tries = [desk.accounts.login(ADMIN, f"guess {n}", f"10.0.0.{n}") for n in range(100)]
    ends = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(end, Denied) for end in ends) == 2  # the third locks
    assert sum(isinstance(end, Locked) for end in ends) == 98


async def test_one_address_cannot_try_for_ever(desk: Desk) -> None:
    desk.policy = Policy(login_tries=20)
    for _ in range(19):
        with pytest.raises(Denied, match="wrong"):
            await desk.accounts.login(ADMIN, "wrong", HERE)
    with pytest.raises(Denied, match="wrong"):
        await desk.accounts.login(CYBER, "wrong", HERE)
    with pytest.raises(Denied, match="too many attempts"):
        await desk.accounts.login(CYBER, "Cyber", HERE)
    await desk.accounts.login(CYBER, "Cyber", "192.168.0.8")
    desk.seconds = 60
    await desk.accounts.login(CYBER, "Cyber", HERE)


async def test_the_passphrase_sets_cybers_password_once(desk: Desk) -> None:
    passphrase = await desk.accounts.new_passphrase()
    assert len(passphrase.replace("-", "")) == 26
    with pytest.raises(Denied):
        await desk.accounts.recover("AAAAA-BBBBB", GOOD, HERE)
    with pytest.raises(SettingsError, match="at least 10"):
        await desk.accounts.recover(passphrase, "short", HERE)
    desk.start()
    await desk.accounts.recover(passphrase.lower().replace("-", " "), GOOD, HERE)
    await desk.accounts.login(CYBER, GOOD, HERE)
    with pytest.raises(Denied):
        await desk.accounts.recover(passphrase, BETTER, HERE)


async def test_guessing_the_passphrase_locks_cyber(desk: Desk) -> None:
    for _ in range(3):
        with pytest.raises((Denied, Locked)):
            await desk.accounts.recover("AAAAA", GOOD, HERE)
    with pytest.raises(Locked):
        await desk.accounts.login(CYBER, "Cyber", HERE)


async def test_without_a_passphrase_there_is_nothing_to_guess(desk: Desk) -> None:
    with pytest.raises(Denied):
        await desk.accounts.recover("", GOOD, HERE)


async def test_forgetting_brings_the_factory_back(desk: Desk) -> None:
    passphrase = await desk.accounts.new_passphrase()
    await desk.accounts.set(CYBER, GOOD)
    desk.state.remove(ACCOUNTS)
    desk.start()
    await desk.accounts.login(CYBER, "Cyber", HERE)
    with pytest.raises(Denied):
        await desk.accounts.recover(passphrase, GOOD, HERE)
    assert desk.up("password.default") == {"advanced", "admin", "cyber"}


async def test_who_watches_hears_of_each_change(desk: Desk) -> None:
    heard: list[Profile] = []
    with desk.accounts.watch(heard.append):
        await desk.accounts.set(ADMIN, GOOD)
        await desk.accounts.enable(TOTEM, True)
        await desk.accounts.enable(TOTEM, False)
    assert heard == [ADMIN, TOTEM, TOTEM]


async def test_no_password_lies_in_the_file(desk: Desk) -> None:
    await desk.accounts.set(ADMIN, GOOD)
    text = desk.state.file(ACCOUNTS).read_text()
    assert GOOD not in text
    assert json.loads(text)["accounts"]["admin"]["hash"].startswith(
        "$argon2id$v=19$m=19456,t=2,p=1"
    )
    assert desk.state.file(ACCOUNTS).stat().st_mode & 0o777 == 0o600


async def test_a_damaged_file_opens_nothing(desk: Desk) -> None:
    await desk.accounts.set(ADMIN, GOOD)
    desk.state.file(ACCOUNTS).write_text("{")
    desk.start()
    for profile, password in ((ADMIN, GOOD), (ADMIN, "Admin"), (CYBER, "Cyber")):
        with pytest.raises(Denied):
            await desk.accounts.login(profile, password, HERE)
    await desk.accounts.set(CYBER, BETTER)
    await desk.accounts.login(CYBER, BETTER, HERE)


async def test_two_changes_at_once_are_both_kept(desk: Desk) -> None:
    accounts = desk.accounts
    _, passphrase, _ = await asyncio.gather(
        accounts.set(ADMIN, GOOD), accounts.new_passphrase(), accounts.set(ADVANCED, BETTER)
    )
    desk.start()
    await desk.accounts.login(ADMIN, GOOD, HERE)
    await desk.accounts.login(ADVANCED, BETTER, HERE)
    await desk.accounts.recover(passphrase, GOOD, HERE)


async def test_a_passphrase_that_is_given_twice_at_once_is_good_once(desk: Desk) -> None:
    passphrase = await desk.accounts.new_passphrase()
    tries = [desk.accounts.recover(passphrase, new, HERE) for new in (GOOD, BETTER)]
    ends = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(end) is Denied for end in ends) == [False, True]


async def test_a_hash_of_former_parameters_is_made_anew_at_the_next_login(desk: Desk) -> None:
    former = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(GOOD)
    await desk.accounts.set(ADMIN, GOOD)
    kept = json.loads(desk.state.file(ACCOUNTS).read_text())
    kept["accounts"]["admin"]["hash"] = former
    desk.state.file(ACCOUNTS).write_text(json.dumps(kept))
    desk.start()
    await desk.accounts.login(ADMIN, GOOD, HERE)
    text = desk.state.file(ACCOUNTS).read_text()
    assert former not in text
    assert "m=19456,t=2,p=1" in text
    desk.start()
    await desk.accounts.login(ADMIN, GOOD, HERE)


async def test_what_nobody_can_type_is_a_wrong_password(desk: Desk) -> None:
    await desk.accounts.set(CYBER, GOOD)
    for profile in (ADMIN, CYBER):
        for password in ("\ud800", "\u0301\u0323" * 250_000):
            with pytest.raises(Denied):
                await desk.accounts.login(profile, password, HERE)
    for new in ("Ab3$efghij" * 50_000, "\u0301\u0323" * 250_000):
        with pytest.raises(SettingsError, match="at most 128"):
            await desk.accounts.set(ADMIN, new)
