"""New rules of the firewall: tried, confirmed, brought back, also over a restart."""

import asyncio
from typing import Any

import pytest

from digigate.clock import Clock
from digigate.commands import Caller, Commands
from digigate.conditions import Conditions
from digigate.daemon.orders import Doorkeeping, enter_firewall
from digigate.daemon.trial import TRIAL, Rules, RulesTrial
from digigate.errors import Denied, SettingsError
from digigate.firewall import Gate
from digigate.settings.profiles import Profile
from digigate.settings.sections import Firewall
from digigate.state import StateDirectory
from digigate.supervisor import Health, ServiceState
from fieldbus import eventually

OWNER = Caller("owner")
OFF = Health("nftables", ServiceState.OFF, Clock().now())
CYBER = Caller("cyber", Profile.CYBER, "10.0.0.7")
MINE, OTHERS = {"ip": "10.0.0.*"}, {"ip": "192.168.0.*"}


class Desk:
    def __init__(self, state: StateDirectory, seconds: float = 120.0) -> None:
        self.now = 0.0
        self.firewall = Firewall()
        self.gate = Gate(self.firewall, Conditions(Clock()), lambda: self.now, lambda *_: None)
        self.trial = RulesTrial(state, self.put, lambda: self.now, seconds)
        self.commands = Commands()
        keeping = Doorkeeping(
            self.gate, self.trial, lambda: self.firewall, lambda: 443, lambda: OFF
        )
        enter_firewall(self.commands, keeping)

    def put(self, wanted: Rules) -> None:
        given = {"rules": list(wanted.rules), "outgoing": wanted.outgoing}
        self.firewall = Firewall.model_validate(given)
        self.gate.apply(self.firewall)

    async def rules(self, who: Caller, *rules: dict[str, str], **more: Any) -> Any:
        given = {"rules": list(rules), **more}
        return await self.commands.execute("firewall.rules", given, who)

    @property
    def ips(self) -> list[str]:
        return [rule.ip for rule in self.firewall.rules]


@pytest.fixture
def desk(state: StateDirectory) -> Desk:
    return Desk(state)


async def test_new_rules_act_and_are_on_trial(desk: Desk) -> None:
    answer = await desk.rules(CYBER, MINE)
    assert answer["trial_seconds_left"] == 120
    assert desk.ips == ["10.0.0.*"]
    assert await desk.commands.execute("firewall.confirm", {}, CYBER) == {"confirmed": True}
    assert desk.trial.seconds_left is None
    assert await desk.commands.execute("firewall.confirm", {}, CYBER) == {"confirmed": False}
    assert desk.ips == ["10.0.0.*"]


async def test_who_would_shut_himself_out_is_warned(desk: Desk) -> None:
    with pytest.raises(SettingsError, match=r"shut out your own address 10\.0\.0\.7"):
        await desk.rules(CYBER, OTHERS)
    assert desk.ips == []
    await desk.rules(CYBER, OTHERS, confirm_lockout=True)
    assert desk.ips == ["192.168.0.*"]


async def test_the_owner_is_never_shut_out(desk: Desk) -> None:
    answer = await desk.rules(OWNER, OTHERS, keep=True)
    assert answer["trial_seconds_left"] is None
    with pytest.raises(SettingsError, match="keep is for the owner"):
        await desk.rules(CYBER, MINE, keep=True)


async def test_no_rules_shut_nobody_out(desk: Desk) -> None:
    await desk.rules(OWNER, OTHERS, keep=True)
    await desk.rules(CYBER)
    assert desk.ips == []


async def test_nobody_else_changes_rules(desk: Desk) -> None:
    with pytest.raises(Denied):
        await desk.rules(Caller("admin", Profile.ADMIN, "10.0.0.7"), MINE)


async def test_the_former_rules_come_back_unless_somebody_confirms(state: StateDirectory) -> None:
    desk = Desk(state, seconds=0.01)
    await desk.rules(OWNER, MINE, keep=True)
    running = asyncio.create_task(desk.trial.run(lambda: None))
    await desk.rules(CYBER, {"ip": "10.0.0.7"})
    await desk.rules(CYBER, {"ip": "10.0.0.7"}, {"ip": "10.0.0.8"})
    desk.now = 1.0
    await eventually(lambda: desk.ips == ["10.0.0.*"])
    assert desk.trial.seconds_left is None
    assert not state.file(TRIAL).exists()
    running.cancel()


async def test_a_restart_does_not_make_a_trial_last(state: StateDirectory) -> None:
    await Desk(state).rules(CYBER, MINE)
    desk = Desk(state, seconds=0.01)
    desk.put(Rules((MINE,), outgoing=False))
    running = asyncio.create_task(desk.trial.run(lambda: None))
    await asyncio.sleep(0)
    desk.now = 1.0
    await eventually(lambda: desk.ips == [])
    running.cancel()


async def test_rules_that_the_settings_refuse_leave_nothing_behind(state: StateDirectory) -> None:
    def refuse(_: Rules) -> None:
        raise SettingsError("no")

    trial = RulesTrial(state, refuse, lambda: 0.0)
    with pytest.raises(SettingsError):
        trial.begin(Rules((), outgoing=False), Rules((MINE,), outgoing=False))
    assert trial.seconds_left is None
    assert not state.file(TRIAL).exists()


async def test_somebody_is_let_in_again(desk: Desk) -> None:
    desk.gate.spend("10.0.0.9", Firewall().requests + 1)
    told: Any = await desk.commands.execute("firewall", {}, CYBER)
    assert [each["client"] for each in told["exclusions"]] == ["10.0.0.9"]
    answer = await desk.commands.execute("firewall.release", {"client": "10.0.0.9"}, CYBER)
    assert answer == {"released": True}
