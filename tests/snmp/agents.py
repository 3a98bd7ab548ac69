"""Agents without a socket."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from digigate.commands import Caller
from digigate.services.snmp.access import access
from digigate.services.snmp.agent import Agent, Parts, Reporter
from digigate.services.snmp.authority import Authority
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.counters import Counters
from digigate.services.snmp.secure import Secured
from digigate.services.snmp.seldom import Ration
from digigate.services.snmp.tree import ErrorStatus, Notification, Outcome, View
from digigate.settings.sections import Snmp
from digigate.state import StateDirectory
from snmp.small_tree import forest

CLIENT = ("192.0.2.7", 50000)
READ_PASSWORD, WRITE_PASSWORD = "maplesyrup", "another one"


@dataclass
class Noted:
    """A writer and a sender of notices that only remember."""

    outcome: Outcome = field(default_factory=lambda: Outcome(ErrorStatus.NO_ERROR))
    written: list[tuple[Sequence[tuple[Oid, bytes]], Caller]] = field(default_factory=list)
    sent: list[Notification] = field(default_factory=list)

    async def write(self, wanted: Sequence[tuple[Oid, bytes]], who: Caller) -> Outcome:
        self.written.append((wanted, who))
        return self.outcome

    def send(self, notification: Notification) -> None:
        self.sent.append(notification)


@dataclass
class Stand:
    """An agent and all that one may look at."""

    agent: Agent
    counters: Counters
    noted: Noted
    secured: Secured
    parts: Parts
    authority: Authority

    def ask(self, datagram: bytes) -> bytes | None:
        return self.agent.take(datagram, CLIENT)


def stand(
    state: StateDirectory,
    settings: Snmp | None = None,
    view: View | None = None,
    *,
    reports: bool = False,
    ration: Ration | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Stand:
    """`ration` of Reports: any number where it is not given."""
    snmp = settings or Snmp(v3_read_password=SECRETS["read"], v3_write_password=SECRETS["write"])
    authority = Authority(state, ("02:42:ac:11:00:02",), monotonic)
    known = access(snmp, authority.id, PASSWORDS.__getitem__)
    counters, noted = Counters(), Noted()
    secured = Secured(authority, known.users, snmp.message_max)
    reporter: Reporter | None = None
    if reports:
        from digigate.services.snmp.engine import Reporter as Engine  # noqa: PLC0415

        reporter = Engine(authority, tuple(known.users.values()), counters, snmp.message_max)
    parts = Parts(
        known,
        view or forest(),
        noted,
        noted,
        counters,
        secured,
        reporter,
        snmp.message_max,
        lambda: snmp.authen_traps,
    )
    agent = Agent(parts, reports=ration or Ration(1e9))
    return Stand(agent, counters, noted, secured, parts, authority)


SECRETS = {
    "read": "vault:settings.snmp.v3_read_password-00000001",
    "write": "vault:settings.snmp.v3_write_password-00000002",
}
PASSWORDS = {SECRETS["read"]: READ_PASSWORD, SECRETS["write"]: WRITE_PASSWORD}
