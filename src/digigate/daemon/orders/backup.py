"""`backup` and `restore`: the whole configuration as one file that a passphrase opens."""

import asyncio
import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, SecretStr

from digigate.commands import Arguments, Caller, Command, Commands, ForCaller, Json
from digigate.daemon.backup import Plan, changes, understood
from digigate.daemon.restoring import check_model, lay_ready
from digigate.daemon.trial import Rules, RulesTrial
from digigate.errors import SettingsError
from digigate.security.envelope import LARGEST, opened, sealed
from digigate.security.vault import Vault
from digigate.settings.profiles import OFFICER
from digigate.state import StateDirectory


class Sealing(Arguments):
    """What opens the file later."""

    passphrase: SecretStr


class Restoring(Sealing):
    """A file in base64; `preview` only tells what would change."""

    data: Annotated[str, Field(max_length=LARGEST * 4 // 3 + 4, exclude=True)]
    preview: bool = False
    other_model: bool = False


@dataclass(frozen=True, slots=True)
class Archive:
    """What backups are made of and go back to."""

    state: StateDirectory
    vault: Vault
    now: Callable[[], Plan]
    """The configuration as it is."""
    trial: RulesTrial


def enter_backup(commands: Commands, archive: Archive, reboot: Callable[[], None]) -> None:
    """One at a time: each takes 64 MiB for a moment. A restore begins with the next start."""
    alone = asyncio.Lock()

    async def backup(asked: Sealing) -> Json:
        plan, passphrase = archive.now(), asked.passphrase.get_secret_value()
        async with alone:
            file = await asyncio.to_thread(sealed, plan.contents.to_bytes(), passphrase)
        return {"name": file_name(plan), "data": b64encode(file).decode()}

    async def restore(asked: Restoring, who: Caller) -> Json:
        passphrase = asked.passphrase.get_secret_value()
        async with alone:
            data = await asyncio.to_thread(opened, _decoded(asked.data), passphrase)
            plan = await asyncio.to_thread(understood, data, archive.state)
        former = archive.now()
        check_model(plan, former.model, other_model=asked.other_model)
        told = told_of(former, plan)
        if asked.preview:
            return {**told, "restarting": False}
        _lay_ready(archive, plan, former, who)
        reboot()
        return {**told, "restarting": True}

    commands.add(Command("backup", Sealing, backup, OFFICER))
    commands.add(Command("restore", Restoring, ForCaller(restore), OFFICER))


def _lay_ready(archive: Archive, plan: Plan, former: Plan, who: Caller) -> None:
    """Other rules of the firewall are on trial after the restart, unless the owner restores."""
    rules, wanted = Rules.of(former.settings.firewall), Rules.of(plan.settings.firewall)
    if who.owner or rules == wanted:
        lay_ready(archive.vault, plan)
    else:
        with archive.trial.falling_back(rules):
            lay_ready(archive.vault, plan)
    if who.owner:
        archive.trial.confirm()


def file_name(plan: Plan) -> str:
    """`digigate-26471010001-20260304.backup`."""
    day = plan.contents.made[:10].replace("-", "")
    return f"digigate-{plan.settings.gateway.serial}-{day}.backup"


def told_of(former: Plan, plan: Plan) -> dict[str, Json]:
    """What a restore would do."""
    return {
        "made": plan.contents.made,
        "release": plan.contents.release,
        "model": plan.model,
        "changes": [dict(change) for change in changes(former, plan)],
    }


def _decoded(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except binascii.Error as error:
        raise SettingsError("data is not base64") from error
