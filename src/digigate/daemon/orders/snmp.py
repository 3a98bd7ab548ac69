"""`snmp`, `snmp.test`: how the agent is, whom it tells, and whether that arrives."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from digigate.commands import Arguments, Caller, Command, Commands, ForCaller, Json
from digigate.daemon.snmp_notices import test_notification
from digigate.errors import SettingsError
from digigate.services.snmp.sender import Sender
from digigate.services.snmp.telling.line import Line
from digigate.services.snmp.telling.posting import Outcome
from digigate.settings.profiles import ADMINISTRATORS
from digigate.settings.sections import Settings
from digigate.supervisor import Health

SERVICES = ("snmp", "snmp_traps")
ARRIVED = frozenset((Outcome.SENT, Outcome.ACKNOWLEDGED))
SETTLED_WITHIN = 5.0  # seconds that settings which were changed a moment ago have to act


@dataclass(frozen=True, slots=True)
class SnmpDesk:
    """What the orders work with."""

    sender: Sender
    settings: Callable[[], Settings]
    health: Callable[[], tuple[Health, ...]]
    port: Callable[[], int | None]
    """The agent's port now."""
    engine: Callable[[], Mapping[str, object]]
    """What the engine tells of itself."""
    alarms: Callable[[], int]
    """How many are told again and again."""
    settled: Callable[[], Awaitable[None]]
    """Returns once the services run as the settings want them."""


def enter_snmp(commands: Commands, desk: SnmpDesk) -> None:
    """See how SNMP is, and let a notification be sent to try the way."""

    async def show(_: Arguments) -> Json:
        return {
            "port": desk.port(),
            "services": {
                each.name: {"state": each.state, "reason": each.reason}
                for each in desk.health()
                if each.name in SERVICES
            },
            "engine": dict(desk.engine()),
            "version": desk.settings().snmp.traps.version,
            "targets": [_told(line) for line in desk.sender.lines],
            "suppressed": desk.sender.suppressed,
            "alarms": desk.alarms(),
        }

    async def test(_: Arguments, who: Caller) -> Json:
        with suppress(TimeoutError):
            await asyncio.wait_for(desk.settled(), SETTLED_WITHIN)
        if not desk.sender.lines:
            raise SettingsError(
                "nobody is told anything: set snmp.traps.mode to hosts with snmp.traps.host_1, or"
                " to broadcast, and see that policy.snmp is on"
            )
        reports = await desk.sender.follow(test_notification(_asked_by(who)))
        return {
            "targets": [
                {
                    "target": str(report.line.target),
                    "outcome": report.outcome,
                    "reason": "" if report.outcome in ARRIVED else report.line.reason,
                }
                for report in reports
            ]
        }

    commands.add(Command("snmp", Arguments, show, ADMINISTRATORS, audited=False))
    commands.add(Command("snmp.test", Arguments, ForCaller(test), ADMINISTRATORS))


def _asked_by(who: Caller) -> str:
    return f"test asked for by {who.name}" + (f" at {who.client}" if who.client else "")


def _told(line: Line) -> dict[str, Any]:
    return {
        "target": str(line.target),
        "broadcast": line.target.broadcast,
        "reason": line.reason,
        **{str(outcome): line.counts[outcome] for outcome in Outcome},
        "waiting": line.waiting,
    }
