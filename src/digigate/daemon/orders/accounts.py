"""`accounts.*`: the five profiles, as Cyber and the owner manage them (§11.1)."""

from dataclasses import asdict

from pydantic import SecretStr

from digigate.commands import Arguments, Command, Commands, Json
from digigate.errors import SettingsError
from digigate.security.accounts import Accounts, AccountState
from digigate.settings.profiles import OFFICER, Profile


class OfProfile(Arguments):
    """Which profile."""

    profile: Profile


class NewPassword(OfProfile):
    """The password that it gets."""

    password: SecretStr


class Enabling(OfProfile):
    """Whether it may log in."""

    enabled: bool


def enter_accounts(commands: Commands, accounts: Accounts) -> None:
    """See the accounts, give them passwords, lift locks, open Totem, make a passphrase."""

    async def show(_: Arguments) -> Json:
        return {
            "accounts": [_told(state) for state in accounts.states()],
            "passphrase": accounts.has_passphrase,
        }

    async def password(asked: NewPassword) -> Json:
        await accounts.set(_with_password(asked.profile), asked.password.get_secret_value())
        return None

    async def unlock(asked: OfProfile) -> Json:
        accounts.unlock(_with_password(asked.profile))
        return None

    async def enable(asked: Enabling) -> Json:
        await accounts.enable(asked.profile, asked.enabled)
        return None

    async def passphrase(_: Arguments) -> Json:
        return {"passphrase": await accounts.new_passphrase()}

    commands.add(Command("accounts", Arguments, show, OFFICER, audited=False))
    commands.add(Command("accounts.password", NewPassword, password, OFFICER))
    commands.add(Command("accounts.unlock", OfProfile, unlock, OFFICER))
    commands.add(Command("accounts.enable", Enabling, enable, OFFICER))
    commands.add(Command("accounts.passphrase", Arguments, passphrase, OFFICER))


def _with_password(profile: Profile) -> Profile:
    if profile is Profile.USER:
        raise SettingsError("the profile user has no password (§11.1)")
    return profile


def _told(state: AccountState) -> dict[str, Json]:
    moments = {name: getattr(state, name) for name in ("changed", "expires")}
    said = {name: moment and moment.isoformat() for name, moment in moments.items()}
    return {**asdict(state), **said}
