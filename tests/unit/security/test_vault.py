"""The vault: sealed at rest, opened by the right key only, old or new over a rotation."""

import json
from pathlib import Path

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SettingsError
from digigate.security.keyring import CREDENTIAL, OCTETS, OWN, Keyring, handed_over
from digigate.security.vault import FILE, LOST, Vault
from digigate.state import StateDirectory

SECRETS = {"mail.password": b"hunter2 in clear", "snmp.key": bytes(range(64))}


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    return StateDirectory(tmp_path)


@pytest.fixture
def vault(state: StateDirectory) -> Vault:
    vault = Vault(state)
    for name, secret in SECRETS.items():
        vault.put(name, secret)
    return vault


def _all(vault: Vault) -> dict[str, bytes | None]:
    return {name: vault.get(name) for name in vault.names}


def _on_disk(state: StateDirectory) -> bytes:
    return b"".join(path.read_bytes() for path in state.path.iterdir() if path.is_file())


def _told(vault: Vault) -> str:
    conditions = Conditions(Clock())
    vault.judge(conditions)
    return "".join(c.reason for c in conditions.active(LOST))


def test_nothing_is_made_before_the_first_secret(state: StateDirectory) -> None:
    vault = Vault(state)
    assert (vault.names, vault.key_id, vault.get("mail.password")) == ((), "", None)
    assert list(state.path.iterdir()) == []


def test_secrets_come_back_and_are_never_in_clear(vault: Vault, state: StateDirectory) -> None:
    assert _all(Vault(state)) == SECRETS
    assert b"hunter2" not in _on_disk(state)
    for name in (FILE, OWN):
        assert state.file(name).stat().st_mode & 0o777 == 0o600
    assert "hunter2" not in repr(vault.__dict__)
    vault.drop("mail.password")
    assert Vault(state).names == ("snmp.key",)


def test_each_sealing_differs_and_is_bound_to_its_name(vault: Vault, state: StateDirectory) -> None:
    before = state.read_json(FILE)["records"]
    vault.put("mail.password", SECRETS["mail.password"])
    kept = state.read_json(FILE)
    assert kept["records"]["mail.password"]["nonce"] != before["mail.password"]["nonce"]
    records = kept["records"]
    records["mail.password"], records["snmp.key"] = records["snmp.key"], records["mail.password"]
    state.write_json(FILE, kept)
    assert Vault(state).lost == ("mail.password", "snmp.key")


def test_a_lost_secret_that_is_set_again_is_no_trouble_any_more(
    vault: Vault, state: StateDirectory
) -> None:
    state.remove(OWN)
    vault, conditions = Vault(state), Conditions(Clock())
    with vault.judging(conditions):
        (lost,) = conditions.active(LOST)
        assert "mail.password, snmp.key" in lost.reason
        vault.drop("mail.password")
        vault.put("snmp.key", b"anew")
        assert conditions.active(LOST) == ()


def test_every_flipped_bit_is_noticed(vault: Vault, state: StateDirectory) -> None:
    sealed = vault._book["mail.password"]
    for at in range(len(sealed.data)):
        data = bytearray(sealed.data)
        data[at] ^= 1 << at % 8
        vault._book["mail.password"] = type(sealed)(sealed.key, sealed.nonce, bytes(data))
        assert vault.get("mail.password") is None


@pytest.mark.parametrize("name", ["", "../key", "A", "x" * 200])
def test_no_such_name(vault: Vault, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        vault.put(name, b"")


def test_a_lost_key_is_said_and_secrets_can_be_given_anew(
    vault: Vault, state: StateDirectory
) -> None:
    key = state.read_text(OWN)
    state.remove(OWN)
    bare = Vault(state)
    assert bare.lost == tuple(SECRETS)
    assert "set them again" in _told(bare)
    with pytest.raises(SettingsError, match="set it again"):
        bare.reveal("vault:mail.password")
    bare.put("mail.password", b"new")
    assert Vault(state).lost == ("snmp.key",)
    state.write_text(OWN, f"{state.read_text(OWN)}{key}")
    found = Vault(state)
    assert _all(found) == {**SECRETS, "mail.password": b"new"}
    assert _told(found) == ""


@pytest.mark.parametrize("text", ["", "no key", "ab" * 31, "ab" * 32 + "\nxy"])
def test_a_key_file_that_makes_no_sense_is_said_and_kept(
    vault: Vault, state: StateDirectory, text: str
) -> None:
    state.write_text(OWN, text)
    broken = Vault(state)
    assert broken.lost == tuple(SECRETS)
    assert "put the right key there" in _told(broken)
    for act in (broken.rotate, lambda: broken.put("x", b"y")):
        with pytest.raises(SettingsError, match="holds no key"):
            act()
    assert state.read_text(OWN) == text


def test_a_broken_file_is_set_aside(vault: Vault, state: StateDirectory) -> None:
    state.write_text(FILE, '{"records": {"x": 3}}')
    assert Vault(state).names == ()
    assert state.file(FILE + ".broken").exists()


def test_a_rotation_seals_everything_anew(vault: Vault, state: StateDirectory) -> None:
    key, file = vault.key_id, state.read_bytes(OWN)
    vault.rotate()
    assert vault.key_id != key
    assert state.read_bytes(OWN) != file
    assert {each["key"] for each in state.read_json(FILE)["records"].values()} == {vault.key_id}
    assert _all(vault) == _all(Vault(state)) == SECRETS


@pytest.mark.parametrize("step", [0, 1, 2])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_rotation_that_is_cut_off_loses_nothing(
    vault: Vault,
    state: StateDirectory,
    step: int,
    error: BaseException | type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, left = StateDirectory.write_bytes, iter(range(step))

    def write(self: StateDirectory, name: str, data: bytes, mode: int = 0o600) -> None:
        if next(left, None) is None:
            raise error
        real(self, name, data, mode)

    with monkeypatch.context() as patch:
        patch.setattr(StateDirectory, "write_bytes", write)
        with pytest.raises((KeyboardInterrupt, SettingsError)):
            vault.rotate()
    assert _all(vault) == SECRETS
    again = Vault(state)
    assert _all(again) == SECRETS
    assert {each["key"] for each in state.read_json(FILE)["records"].values()} == {again.key_id}
    assert len(Keyring(state).read()) == 1


def test_a_key_that_was_handed_over_is_rotated_by_whom_it_belongs_to(
    state: StateDirectory, tmp_path: Path
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    file = folder / CREDENTIAL
    file.write_bytes(b"k" * OCTETS)
    environment = {"CREDENTIALS_DIRECTORY": str(folder)}
    assert handed_over(environment) == file
    assert handed_over({}, tmp_path / "none") is None
    assert handed_over({}, folder) == file
    vault = Vault(state, file)
    vault.exchange(SECRETS)
    assert not state.file(OWN).exists()
    with pytest.raises(SettingsError, match="first line"):
        vault.rotate()
    file.write_text(f"{'ab' * OCTETS}\n{(b'k' * OCTETS).hex()}\n")
    assert _all(Vault(state, file)) == SECRETS
    file.write_text("ab" * OCTETS)
    assert _all(Vault(state, file)) == SECRETS
    file.write_text("cd" * OCTETS)
    assert Vault(state, file).lost == tuple(SECRETS)
    file.unlink()
    with pytest.raises(SettingsError, match="put the key back"):
        Vault(state, file).put("x", b"y")


def test_a_full_disk_keeps_the_former(
    vault: Vault, state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, data: bytes, mode: int = 0o600) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state, "write_bytes", full)
    with pytest.raises(SettingsError, match="former secrets stand"):
        vault.put("mail.password", b"other")
    assert _all(vault) == SECRETS


def test_exchange_replaces_all_at_once(vault: Vault, state: StateDirectory) -> None:
    vault.exchange({"web.key": b"1"})
    assert _all(Vault(state)) == {"web.key": b"1"}
    vault.exchange({})
    assert json.loads(state.file(FILE).read_text())["records"] == {}
