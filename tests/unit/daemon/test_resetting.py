"""A factory reset forgets what it must, once, and goes on after a crash."""

import logging
from pathlib import Path

import pytest

from digigate.commands import Caller, Commands
from digigate.daemon.keepsakes import KEEPSAKES, in_backup, is_known
from digigate.daemon.orders import enter_reset
from digigate.daemon.resetting import MARK, finish, installed_only, mark
from digigate.daemon.start import Start
from digigate.errors import Denied, SettingsError
from digigate.settings import SettingsFile
from digigate.settings.profiles import Profile
from digigate.settings.sections import Settings
from digigate.settings.topology import Topology
from digigate.state import StateDirectory

GIVEN = """\
gateway: {model: M-50, serial: "26471010001", site: Plant}
buses: {digiware: {port: /dev/ttyUSB0, baudrate: 9600}}
web: {https_port: 8443}
"""


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    (tmp_path / "state").mkdir()
    state = StateDirectory(tmp_path / "state")
    for each in KEEPSAKES:
        for ending in ("", ".previous"):
            state.write_text(each.name + ending, "kept")
    return state


def _start(state: StateDirectory, tmp_path: Path) -> Start:
    file = tmp_path / "settings.yaml"
    file.write_text(GIVEN)
    return Start(state.path, SettingsFile(file).load(), Topology(), settings_file=file)


def _left(state: StateDirectory) -> set[str]:
    return {path.name for path in state.path.iterdir()}


def test_nothing_happens_without_an_order(state: StateDirectory, tmp_path: Path) -> None:
    start, before = _start(state, tmp_path), _left(state)
    assert finish(state, start) is start
    assert _left(state) == before


def test_it_forgets_what_was_configured_and_nothing_else(
    state: StateDirectory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start = _start(state, tmp_path)
    state.write_text("notes.txt", "the owner's own")
    mark(state, {"who": "cyber", "client": "10.0.0.7"})
    with caplog.at_level(logging.INFO, "digigate.audit"):
        again = finish(state, start)
    kept = {e.name + end for e in KEEPSAKES if not e.forgotten for end in ("", ".previous")}
    assert _left(state) == kept | {"notes.txt"}
    assert caplog.records[0].who == "cyber"  # type: ignore[attr-defined]
    assert again.topology is None
    assert again.settings.gateway.serial == "26471010001"
    assert again.settings.buses.digiware.port == "/dev/ttyUSB0"
    assert again.settings.buses.digiware.baudrate == Settings().buses.digiware.baudrate
    assert again.settings.web == Settings().web
    assert start.settings_file is not None
    assert start.settings_file.with_name("settings.yaml.previous").read_text() == GIVEN
    assert finish(state, again) is again


@pytest.mark.parametrize("steps", range(1, 24, 3))
def test_a_crash_half_way_is_finished_at_the_next_start(
    state: StateDirectory, tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = _start(state, tmp_path)
    mark(state, {})
    real, left = StateDirectory.remove, iter(range(steps))

    def remove(self: StateDirectory, name: str) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        real(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(StateDirectory, "remove", remove)
        with pytest.raises(KeyboardInterrupt):
            finish(state, start)
    assert state.file(MARK).exists()
    again = finish(state, start)
    assert not _left(state) & {e.name for e in KEEPSAKES if e.forgotten}
    assert again.settings.gateway.site == Settings().gateway.site
    assert start.settings_file is not None
    assert start.settings_file.with_name("settings.yaml.previous").read_text() == GIVEN


def test_a_settings_file_that_may_not_be_written_stays(
    state: StateDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: SettingsFile, text: str) -> None:
        raise SettingsError("read-only")

    start = _start(state, tmp_path)
    mark(state, {})
    monkeypatch.setattr(SettingsFile, "save_text", refuse)
    assert finish(state, start).settings == start.settings
    assert not state.file("accounts.json").exists()


def test_secrets_are_overwritten_before_they_go(state: StateDirectory) -> None:
    other = state.path.parent / "linked"
    other.hardlink_to(state.file("secret.key"))
    state.shred("secret.key")
    assert not state.file("secret.key").exists()
    assert len(other.read_bytes()) == len(b"kept")
    assert other.read_bytes() != b"kept"
    state.shred("secret.key")


def test_only_what_was_installed_is_said_afterwards() -> None:
    assert installed_only(Settings()) == ""


def test_every_file_of_a_backup_is_forgotten_too() -> None:
    assert set(in_backup()) <= {e.name for e in KEEPSAKES if e.forgotten}
    assert is_known("accounts.json.previous")
    assert not is_known("notes.txt")


async def test_the_officer_and_the_owner_order_it(state: StateDirectory) -> None:
    commands, reboots = Commands(), list[bool]()
    enter_reset(commands, state, lambda: reboots.append(True))
    with pytest.raises(Denied):
        await commands.execute("gateway.factory-reset", {}, Caller("admin", Profile.ADMIN))
    assert not reboots
    officer = Caller("cyber", Profile.CYBER, "10.0.0.7")
    await commands.execute("gateway.factory-reset", {}, officer)
    assert reboots == [True]
    assert state.read_json(MARK) == {"who": "cyber", "client": "10.0.0.7"}


async def test_without_a_mark_nothing_restarts(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, data: bytes, mode: int = 0o600) -> None:
        raise OSError(28, "No space left on device")

    commands, reboots = Commands(), list[bool]()
    enter_reset(commands, state, lambda: reboots.append(True))
    monkeypatch.setattr(state, "write_bytes", full)
    with pytest.raises(SettingsError, match="nothing is reset"):
        await commands.execute("gateway.factory-reset", {}, Caller("owner"))
    assert not reboots
