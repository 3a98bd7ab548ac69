"""`audit`: who ordered what, newest first."""

import asyncio
from datetime import datetime
from typing import Annotated

from pydantic import Field

from digigate.commands import Arguments, Command, Commands, Json
from digigate.security.audit import AuditLog
from digigate.settings.profiles import OFFICER


class Wanted(Arguments):
    """Which lines: so many, of one caller, before a moment."""

    count: Annotated[int, Field(ge=1, le=1000)] = 100
    who: str = ""
    before: datetime | None = None


def enter_audit(commands: Commands, audit: AuditLog) -> None:
    """Read the log; nobody can change it by an order."""

    async def show(asked: Wanted) -> Json:
        lines = await asyncio.to_thread(audit.latest, asked.count, asked.who, asked.before)
        return list(lines)

    commands.add(Command("audit", Wanted, show, OFFICER, audited=False))
