"""A secret among the settings: kept in the vault, only referred to in files, never shown."""

import logging
from functools import partial
from pathlib import Path
from typing import Annotated

import pytest

from digigate.commands import Caller, Commands
from digigate.daemon.orders import enter_settings
from digigate.errors import SettingsError
from digigate.security.safe import SettingsSafe
from digigate.security.vault import Vault
from digigate.settings import by_path
from digigate.settings.by_path import DOTS, field_named, is_secret, shown_at
from digigate.settings.file import SettingsFile
from digigate.settings.form import FieldKind, fields
from digigate.settings.layers import KeptSettings, SettingsLayer
from digigate.settings.profiles import Access
from digigate.settings.sections import SecretRef, Section, Settings
from digigate.state import StateDirectory

CLEAR = "hunter2 in clear"


class Mail(Section):
    user: Annotated[str, Access()] = ""
    password: Annotated[SecretRef, Access()] = ""


class WithMail(Settings):
    mail: Mail = Mail()


@pytest.fixture(autouse=True)
def section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SettingsFile, "section", WithMail)
    monkeypatch.setattr(SettingsLayer, "section", WithMail)
    monkeypatch.setattr(by_path, "fields", partial(fields, WithMail))


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    return StateDirectory(tmp_path)


@pytest.fixture
def vault(state: StateDirectory) -> Vault:
    return Vault(state)


def _kept(state: StateDirectory, vault: Vault, file: Path | None = None) -> KeptSettings:
    given = SettingsFile(file).load() if file else WithMail()
    return KeptSettings(given, file, state.file("settings.yaml"), SettingsSafe(vault))


def _reference(kept: KeptSettings) -> str:
    return str(kept.current.mail.password)  # type: ignore[attr-defined]


def test_it_is_a_kind_of_its_own() -> None:
    field = field_named("mail.password")
    assert field.kind is FieldKind.SECRET
    assert is_secret("mail.password")
    assert not is_secret("mail.user")
    assert field.allowed() == "a secret of at most 1000 characters"


def test_a_value_goes_into_the_vault_and_the_file_gets_its_name(
    state: StateDirectory, vault: Vault
) -> None:
    kept = _kept(state, vault)
    kept.set("mail.password", CLEAR)
    assert vault.reveal(_reference(kept)) == CLEAR
    text = state.file("settings.yaml").read_text()
    assert text == f"mail:\n  password: {_reference(kept)}\n"
    assert shown_at(kept.current, field_named("mail.password")) == DOTS
    again = _kept(state, Vault(state))
    assert Vault(state).reveal(_reference(again)) == CLEAR


def test_another_value_is_another_name_and_the_former_stays_with_the_former_file(
    state: StateDirectory, vault: Vault
) -> None:
    kept = _kept(state, vault)
    kept.set("mail.password", "first")
    first = _reference(kept)
    kept.set("mail.password", "second")
    second = _reference(kept)
    assert first != second
    assert (vault.reveal(first), vault.reveal(second)) == ("first", "second")
    kept.set("mail.password", "third")
    assert vault.names == tuple(
        sorted(n.removeprefix("vault:") for n in (second, _reference(kept)))
    )


def test_reset_and_reload(state: StateDirectory, vault: Vault, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("mail:\n  user: me\n")
    kept = _kept(state, vault, file)
    assert kept.set("mail.password", CLEAR) == file
    kept.reload()
    assert vault.reveal(_reference(kept)) == CLEAR
    kept.reset("mail.password")
    assert _reference(kept) == ""
    kept.set("mail.user", "you")
    kept.set("mail.user", "me")
    assert vault.names == ()
    kept.set("mail.password", "")
    assert _reference(kept) == ""


def test_a_change_that_is_refused_leaves_nothing_behind(
    state: StateDirectory, vault: Vault
) -> None:
    kept = _kept(state, vault)
    kept.set("mail.password", "first")

    def refuse(_: Settings, __: Settings) -> None:
        raise SettingsError("no")

    kept.check = refuse
    with pytest.raises(SettingsError, match="no"):
        kept.set("mail.password", "second")
    assert vault.reveal(_reference(kept)) == "first"
    assert len(vault.names) == 1


@pytest.mark.parametrize("text", [CLEAR, "12345", "vault:web.key", "vault:settings.x"])
def test_a_secret_in_the_file_is_refused_without_being_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(f"mail:\n  password: {text}\n")
    with pytest.raises(SettingsError, match=r"line 2: mail\.password") as refused:
        SettingsFile(file).load()
    assert text not in str(refused.value)


def test_what_is_no_text_is_refused_without_being_told(state: StateDirectory, vault: Vault) -> None:
    kept = _kept(state, vault)
    for value in (12345, ["x"], "x" * 1001):
        with pytest.raises(SettingsError, match="at most 1000") as refused:
            kept.set("mail.password", value)
        assert "12345" not in str(refused.value)


def test_without_a_vault_it_cannot_be_set(state: StateDirectory) -> None:
    kept = KeptSettings(WithMail(), None, state.file("settings.yaml"))
    with pytest.raises(SettingsError, match="no vault"):
        kept.set("mail.password", CLEAR)


class Keeper:
    """As much of the settings' keeper as its orders need."""

    def __init__(self, kept: KeptSettings) -> None:
        self.kept = kept

    def act(self) -> None:
        """Nothing acts here."""

    def pending(self) -> tuple[str, ...]:
        """Nothing waits."""
        return ()


@pytest.mark.parametrize(
    ("order", "arguments"),
    [
        ("settings.set", {"path": "mail.password", "value": CLEAR}),
        ("settings.put", {"values": {"mail.password": CLEAR}}),
    ],
)
async def test_neither_answers_nor_audit_lines_hold_it(
    state: StateDirectory,
    vault: Vault,
    caplog: pytest.LogCaptureFixture,
    order: str,
    arguments: dict[str, object],
) -> None:
    noted: list[object] = []
    commands = Commands(lambda *line: noted.append(line))
    enter_settings(commands, Keeper(_kept(state, vault)))  # type: ignore[arg-type]
    owner = Caller("owner")
    with caplog.at_level(logging.DEBUG):
        answer = await commands.execute(order, arguments, owner)
        shown = await commands.execute("settings", {"path": "mail"}, owner)
    assert isinstance(answer, dict)
    assert answer["changes"] == [{"path": "mail.password", "old": "", "new": DOTS}]
    lines = [str(vars(record)) for record in caplog.records]
    for text in (*lines, str(noted), str(answer), str(shown)):
        assert CLEAR not in text
        assert "vault:" not in text
    assert DOTS in str(shown)
    assert DOTS in str(noted)
    for path in state.path.iterdir():
        assert CLEAR.encode() not in path.read_bytes()
