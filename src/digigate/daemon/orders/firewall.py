"""`firewall.*`: who is shut out, who may come in, and not shutting oneself out (§11.3.5)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from digigate.commands import Arguments, Caller, Command, Commands, ForCaller, Json
from digigate.daemon.trial import Rules, RulesTrial
from digigate.errors import SettingsError
from digigate.firewall import Gate
from digigate.settings.profiles import OFFICER
from digigate.settings.sections import Firewall, FirewallRule
from digigate.supervisor import Health


class Wanted(Arguments):
    """The whole white list as it shall be."""

    rules: tuple[FirewallRule, ...]
    outgoing: bool = False
    confirm_lockout: bool = False
    """The caller knows that these rules shut him out."""
    keep: bool = False
    """No trial: for the owner alone, who cannot be shut out."""


class Client(Arguments):
    """The address of a client that is excluded."""

    client: str


@dataclass(frozen=True, slots=True)
class Doorkeeping:
    """What the orders work with."""

    gate: Gate
    trial: RulesTrial
    firewall: Callable[[], Firewall]
    https: Callable[[], int | None]
    """The port of the pages now."""
    mirror: Callable[[], Health]
    """How the mirror in the kernel is."""


def enter_firewall(commands: Commands, desk: Doorkeeping) -> None:
    """See what the firewall does, change its rules on trial, confirm them, let somebody in."""

    async def show(_: Arguments) -> Json:
        return _told(desk)

    async def change(asked: Wanted, who: Caller) -> Json:
        _check(asked, who, desk)
        wanted = Rules(tuple(rule.model_dump() for rule in asked.rules), asked.outgoing)
        desk.trial.begin(Rules.of(desk.firewall()), wanted)
        if asked.keep:
            desk.trial.confirm()
        return _told(desk)

    async def confirm(_: Arguments) -> Json:
        return {"confirmed": desk.trial.confirm()}

    async def release(asked: Client) -> Json:
        return {"released": desk.gate.release(asked.client)}

    commands.add(Command("firewall", Arguments, show, OFFICER, audited=False))
    commands.add(Command("firewall.rules", Wanted, ForCaller(change), OFFICER))
    commands.add(Command("firewall.confirm", Arguments, confirm, OFFICER))
    commands.add(Command("firewall.release", Client, release, OFFICER))


def _check(asked: Wanted, who: Caller, desk: Doorkeeping) -> None:
    if who.owner:
        return
    if asked.keep:
        raise SettingsError("keep is for the owner at the gateway; new rules are on trial here")
    port = desk.https()
    shut_out = port is not None and not desk.gate.would_name(asked.rules, who.client, "tcp", port)
    if asked.rules and shut_out and not asked.confirm_lockout:
        raise SettingsError(
            f"these rules would shut out your own address {who.client}; add a rule for it,"
            " or confirm_lockout if you mean it"
        )


def _told(desk: Doorkeeping) -> Json:
    firewall, mirror = desk.firewall(), desk.mirror()
    return {
        "rules": [rule.model_dump() for rule in firewall.rules],
        "outgoing": firewall.outgoing,
        "trial_seconds_left": desk.trial.seconds_left,
        "kbits": firewall.kbits,
        "requests": firewall.requests,
        "mirror": {"state": str(mirror.state), "reason": mirror.reason},
        "services": {name: asdict(tally) for name, tally in desk.gate.tallies().items()},
        "excluded": desk.gate.excluded,
        "exclusions": [
            {
                "client": exclusion.client,
                "mac": exclusion.mac,
                "reason": exclusion.reason,
                "seconds_left": round(desk.gate.seconds_left(exclusion), 1),
            }
            for exclusion in desk.gate.exclusions()
        ],
    }
