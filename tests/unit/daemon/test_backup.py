"""A backup holds the whole configuration; a restore puts it in place, all of it or nothing."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from digigate.clock import Clock
from digigate.commands import Caller, Commands
from digigate.daemon import resting, restoring
from digigate.daemon.backup import STAGED, Plan, changes, collected, understood
from digigate.daemon.orders import Archive, enter_backup
from digigate.daemon.start import Start
from digigate.daemon.trial import TRIAL, Rules, RulesTrial
from digigate.errors import Denied, SettingsError
from digigate.identity import GatewayModel
from digigate.security import envelope
from digigate.security.envelope import opened, sealed
from digigate.security.vault import Vault
from digigate.settings import KeptSettings, TopologyFile
from digigate.settings.profiles import Profile
from digigate.settings.sections import Firewall, FirewallRule, Gateway, Settings, Web
from digigate.settings.topology import BusName, Device, Topology
from digigate.state import StateDirectory

PASSPHRASE = "correct horse battery"
FILES = {"accounts.json": b'{"admin": "hash"}', "authorities.pem": b"-----BEGIN\n"}
SECRETS = {"settings.mail.password-12345678": b"hunter2", "web.key": bytes(range(256))}
SETTINGS = Settings(gateway=Gateway(site="Usine", serial="26471010001"), web=Web(https_port=8443))
TOPOLOGY = Topology(
    devices=(Device(address=4, bus=BusName.DIGIWARE, model="digiware-i30", name="Pumps"),)
)
OWNER = Caller("owner")
CYBER = Caller("cyber", Profile.CYBER, "10.0.0.7")
RULE = FirewallRule(ip="10.*.*.*")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "MEMORY", 64)


def _state(path: Path) -> StateDirectory:
    path.mkdir()
    return StateDirectory(path)


@pytest.fixture
def source(tmp_path: Path) -> Plan:
    state = _state(tmp_path / "source")
    for name, data in FILES.items():
        state.write_bytes(name, data)
    vault = Vault(state)
    vault.exchange(SECRETS)
    return collected(state, vault, SETTINGS, TOPOLOGY, Clock())


@pytest.fixture
def target(tmp_path: Path) -> StateDirectory:
    state = _state(tmp_path / "target")
    state.write_bytes("accounts.json", b"former")
    state.write_bytes("https.pem", b"former pair")
    state.write_text("settings.yaml", "gateway:\n  site: Former\n")
    return state


def _now(state: StateDirectory, vault: Vault, given: Settings) -> Plan:
    kept = KeptSettings(given, None, state.file("settings.yaml"))
    topology = TopologyFile(state.file("topology.yaml")).load()
    return collected(state, vault, kept.current, topology, Clock())


def _facts(plan: Plan) -> tuple[object, ...]:
    return plan.settings, plan.topology, plan.contents.files, plan.contents.secrets


@pytest.mark.parametrize("given", [Settings(), Settings(web=Web(http_port=80, https_port=444))])
def test_a_round_trip_gives_the_same_byte_by_byte(
    source: Plan, target: StateDirectory, given: Settings
) -> None:
    file = sealed(source.contents.to_bytes(), PASSPHRASE)
    for secret in (b"hunter2", b"Usine", b"hash"):
        assert secret not in file
    plan = understood(opened(file, PASSPHRASE), target)
    vault = Vault(target)
    restoring.lay_ready(vault, plan)
    assert target.read_bytes("accounts.json") == b"former"
    start = restoring.finish(target, vault, Start(target.path, given, Topology()))
    assert start.topology is None
    again = _now(target, Vault(target), given)
    assert _facts(again) == _facts(source)
    assert changes(again, source) == []
    assert again.contents.files == FILES
    assert target.read_bytes("accounts.json.previous") == b"former"
    assert target.read_bytes("https.pem") is None
    assert target.read_bytes("https.pem.previous") == b"former pair"
    assert target.read_text("settings.yaml.previous") == "gateway:\n  site: Former\n"
    assert vault.get(STAGED) is None
    assert restoring.finish(target, vault, start) is start


@pytest.mark.parametrize("steps", range(9))
def test_a_restore_that_is_cut_off_is_finished_at_the_next_start(
    source: Plan, target: StateDirectory, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault(target)
    restoring.lay_ready(vault, source)
    start = Start(target.path, Settings(), None)
    real, left = StateDirectory.write_bytes, iter(range(steps))

    def write(self: StateDirectory, name: str, data: bytes, mode: int = 0o600) -> None:
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        real(self, name, data, mode)

    with monkeypatch.context() as patch:
        patch.setattr(StateDirectory, "write_bytes", write)
        try:
            restoring.finish(target, vault, start)
        except SettingsError as error:
            assert "No space left" in str(error)  # noqa: PT017 -- some do get through
    again = Vault(target)
    restoring.finish(target, again, start)
    assert _facts(_now(target, again, Settings())) == _facts(source)
    assert target.read_bytes("accounts.json.previous") == b"former"
    assert target.read_text("settings.yaml.previous") == "gateway:\n  site: Former\n"


def test_what_was_laid_ready_and_makes_no_sense_is_left_out(target: StateDirectory) -> None:
    vault = Vault(target)
    vault.put(STAGED, b"no zip")
    start = Start(target.path, Settings(), None)
    assert restoring.finish(target, vault, start) is start
    assert vault.names == ()
    assert target.read_bytes("accounts.json") == b"former"


def test_what_differs_is_told_without_secrets(source: Plan, target: StateDirectory) -> None:
    told = [
        f"{c['part']} {c['what']}" for c in changes(_now(target, Vault(target), Settings()), source)
    ]
    assert 'setting gateway.site: "Former" -> "Usine"' in told
    assert "setting web.https_port: 443 -> 8443" in told
    assert "topology device 4 (Pumps): added" in told
    assert "file accounts.json: changed" in told
    assert "file authorities.pem: added" in told
    assert "file https.pem: removed" in told
    assert "secret web.key: added" in told
    assert "hunter2" not in str(told)


def test_another_models_backup_is_asked_about(source: Plan) -> None:
    restoring.check_model(source, GatewayModel.M70, other_model=False)
    with pytest.raises(SettingsError, match="is of an M-70, this is an M-50"):
        restoring.check_model(source, GatewayModel.M50, other_model=False)
    restoring.check_model(source, GatewayModel.M50, other_model=True)


def _changed(source: Plan, **values: Any) -> bytes:
    return json.dumps({**json.loads(source.contents.to_bytes()), **values}).encode()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"format": 2}, "newer digigate"),
        ({"format": "x"}, "makes no sense"),
        ({"more": 1}, "makes no sense"),
        ({"settings": "gateway: {model: M-90}"}, "gateway.model"),
        ({"topology": "devices: 3"}, "devices"),
        ({"files": {"../../etc/passwd": ""}}, "no file of a gateway"),
        ({"files": {"secret.key": ""}}, "no file of a gateway"),
        ({"secrets": {"../key": ""}}, "cannot be"),
        ({"files": {"accounts.json": "x"}}, "makes no sense"),
    ],
)
def test_what_nobody_here_would_have_written_is_refused(
    source: Plan, target: StateDirectory, values: dict[str, Any], why: str
) -> None:
    with pytest.raises(SettingsError, match=why):
        understood(_changed(source, **values), target)


@pytest.mark.parametrize("data", [b"", b"[]", b"3", b"[" * 100_000, b"{}"])
def test_what_is_no_configuration_is_refused(target: StateDirectory, data: bytes) -> None:
    with pytest.raises(SettingsError, match="makes no sense"):
        understood(data, target)


class Desk:
    """The two orders over a gateway at rest, and whether it was told to start anew."""

    def __init__(self, state: StateDirectory) -> None:
        self.noted: list[object] = []
        self.reboots = 0
        self.vault = Vault(state)
        self.commands = Commands(lambda *line: self.noted.append(line))
        self.trial = RulesTrial(state, lambda _: None, lambda: 0.0)
        archive = Archive(
            state, self.vault, lambda: _now(state, self.vault, Settings()), self.trial
        )
        enter_backup(self.commands, archive, self._reboot)

    def _reboot(self) -> None:
        self.reboots += 1

    async def asks(self, command: str, who: Caller = OWNER, **arguments: object) -> Any:
        return await self.commands.execute(command, arguments, who)


async def test_the_orders(source: Plan, target: StateDirectory) -> None:
    desk = Desk(target)
    own = await desk.asks("backup", passphrase=PASSPHRASE)
    assert own["name"].startswith("digigate-00000000000-")
    told = await desk.asks("restore", passphrase=PASSPHRASE, data=own["data"], preview=True)
    assert (told["changes"], told["restarting"]) == ([], False)
    data = b64encode(sealed(source.contents.to_bytes(), PASSPHRASE)).decode()
    told = await desk.asks("restore", passphrase=PASSPHRASE, data=data, preview=True)
    assert told["changes"]
    assert (desk.reboots, desk.vault.get(STAGED)) == (0, None)
    told = await desk.asks("restore", passphrase=PASSPHRASE, data=data)
    assert told["restarting"]
    assert desk.reboots == 1
    assert desk.vault.get(STAGED)
    assert PASSPHRASE not in str(desk.noted)
    assert data not in str(desk.noted)
    again = await desk.asks("backup", passphrase=PASSPHRASE)
    assert len(again["data"]) < len(own["data"]) + 100


def _with_rules(target: StateDirectory, vault: Vault, *rules: FirewallRule) -> str:
    """A backup of this gateway that differs in its rules."""
    settings = Settings(firewall=Firewall(rules=rules))
    plan = collected(target, vault, settings, Topology(), Clock())
    return b64encode(sealed(plan.contents.to_bytes(), PASSPHRASE)).decode()


@pytest.mark.parametrize(("rules", "tried"), [((RULE,), True), ((), False)])
async def test_other_rules_are_on_trial_after_a_restore(
    target: StateDirectory, rules: tuple[FirewallRule, ...], tried: bool
) -> None:
    desk = Desk(target)
    data = _with_rules(target, desk.vault, *rules)
    await desk.asks("restore", CYBER, passphrase=PASSPHRASE, data=data)
    kept = target.read_json(TRIAL)
    assert kept == ({"rules": [], "outgoing": False} if tried else None)


async def test_the_owner_restores_rules_for_good(target: StateDirectory) -> None:
    desk = Desk(target)
    desk.trial.begin(Rules((), outgoing=True), Rules((), outgoing=False))
    data = _with_rules(target, desk.vault, RULE)
    await desk.asks("restore", passphrase=PASSPHRASE, data=data)
    assert target.read_json(TRIAL) is None
    assert desk.trial.seconds_left is None


async def test_a_restore_that_cannot_be_kept_tries_no_rules(
    target: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, real = Desk(target), StateDirectory.write_bytes
    data = _with_rules(target, desk.vault, RULE)

    def write(self: StateDirectory, name: str, data: bytes, mode: int = 0o600) -> None:
        if name == "vault.json":
            raise OSError(28, "No space left on device")
        real(self, name, data, mode)

    monkeypatch.setattr(StateDirectory, "write_bytes", write)
    with pytest.raises(SettingsError, match="No space left"):
        await desk.asks("restore", CYBER, passphrase=PASSPHRASE, data=data)
    assert target.read_json(TRIAL) is None
    assert desk.reboots == 0


async def test_refusals_change_nothing(source: Plan, target: StateDirectory) -> None:
    desk = Desk(target)
    file = sealed(source.contents.to_bytes(), PASSPHRASE)
    for data, passphrase, why in (
        (b64encode(file), "another passphrase", "passphrase is wrong"),
        (b64encode(file[:-40]), PASSPHRASE, "damaged"),
        (b"%%%%", PASSPHRASE, "not base64"),
        (b64encode(b"PK" * 99), PASSPHRASE, "no backup"),
    ):
        with pytest.raises(SettingsError, match=why):
            await desk.asks("restore", passphrase=passphrase, data=data.decode())
    with pytest.raises(SettingsError, match="12 to 1024"):
        await desk.asks("backup", passphrase="short")
    for name in ("backup", "restore"):
        with pytest.raises(Denied):
            await desk.asks(name, Caller("admin", Profile.ADMIN))
    assert desk.reboots == 0
    assert desk.vault.names == ()


def test_a_state_directory_at_rest(source: Plan, target: StateDirectory, tmp_path: Path) -> None:
    plant = tmp_path / "source"
    (plant / "settings.yaml").write_text("gateway: {site: Usine}\n")
    name, file = resting.backup(plant, Settings(), None, PASSPHRASE)
    assert name.endswith(".backup")
    look = resting.Restore(file, PASSPHRASE, preview=True)
    told = resting.restore(target.path, Settings(), None, look)
    assert {"part": "file", "what": "accounts.json: changed"} in told["changes"]
    assert Vault(target).names == ()
    resting.restore(target.path, Settings(), None, resting.Restore(file, PASSPHRASE))
    vault = Vault(target)
    restoring.finish(target, vault, Start(target.path, Settings(), None))
    assert target.read_bytes("accounts.json") == FILES["accounts.json"]
    assert vault.get("web.key") == SECRETS["web.key"]
    with pytest.raises(SettingsError, match="no such directory"):
        resting.backup(tmp_path / "nowhere", Settings(), None, PASSPHRASE)
    with target, pytest.raises(SettingsError, match="in use"):
        resting.backup(target.path, Settings(), None, PASSPHRASE)
