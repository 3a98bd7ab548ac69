"""The accounts of a gateway that is stopped: its owner's way in when nothing else is left."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from digigate.clock import Clock
from digigate.commands import Caller, Commands, Json
from digigate.conditions import Conditions
from digigate.daemon.orders import enter_accounts, enter_tokens
from digigate.errors import SettingsError
from digigate.security.accounts import Accounts
from digigate.security.audit import AuditLog
from digigate.security.hashing import Hashing
from digigate.security.tokens import Tokens
from digigate.settings import KeptSettings
from digigate.settings.sections import Policy, Settings
from digigate.state import ClockFile, StateDirectory

OWNER = Caller("owner", client="state directory")


async def order_stopped(
    path: Path, command: str, arguments: Mapping[str, object], settings_file: Path | None = None
) -> Json:
    """Carry out one of `accounts.*` or `tokens.*` on what the state directory keeps.

    The policy is that of the settings file where one is named, and of what was set at the gateway.

    Raises:
        SettingsError: no gateway has ever run there, one runs now, or the order cannot be done.
    """
    with _left_behind(path) as state:
        kept = KeptSettings(Settings(), settings_file, state.file("settings.yaml"))
        async with _desk(state, kept.current.policy) as commands:
            return await commands.execute(command, arguments, OWNER)


def _left_behind(path: Path) -> StateDirectory:
    if not path.is_dir():
        raise SettingsError(f"{path} is no state directory: which --state has the gateway?")
    return StateDirectory(path)


@asynccontextmanager
async def _desk(state: StateDirectory, policy: Policy) -> AsyncIterator[Commands]:
    """The table of these orders alone; what was ordered is written down at the end."""
    clock = Clock(offset=ClockFile(state).read().offset)
    conditions, hashing, listening = Conditions(clock), Hashing(), asyncio.Event()
    audit = AuditLog(state, clock, conditions, lambda: policy.audit_days)
    commands = Commands(audit.note)
    accounts = Accounts(state, clock, conditions, lambda: policy, hashing, audit.note)
    enter_accounts(commands, accounts)
    enter_tokens(commands, Tokens(state, clock, lambda: policy), lambda: policy.api_tokens)
    writing = asyncio.create_task(audit.run(listening.set))
    await listening.wait()
    try:
        yield commands
    finally:
        hashing.close()
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
