"""The sealed file of a backup: what is put in comes out, and anything else is refused."""

import hashlib
import zlib

import pytest

from digigate.errors import SettingsError
from digigate.security import envelope
from digigate.security.envelope import DIGEST, EXPANDED, HEADER, LARGEST, opened, sealed

PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "MEMORY", 64)


def _digested(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 400])
def test_what_goes_in_comes_out(data: bytes) -> None:
    file = sealed(data, PASSPHRASE)
    assert opened(file, PASSPHRASE) == data
    assert sealed(data, PASSPHRASE) != file


def test_the_same_passphrase_however_it_is_typed() -> None:
    assert opened(sealed(b"x", "éééééééééééé"), "e\u0301" * 12) == b"x"


@pytest.mark.parametrize("passphrase", ["", "elevenchars", "x" * 1025])
def test_a_short_passphrase_is_refused(passphrase: str) -> None:
    with pytest.raises(SettingsError, match="12 to 1024"):
        sealed(b"", passphrase)


def test_a_wrong_passphrase() -> None:
    with pytest.raises(SettingsError, match="passphrase is wrong"):
        opened(sealed(b"x", PASSPHRASE), PASSPHRASE + "!")


def test_every_flipped_bit_is_refused() -> None:
    file = sealed(b"a small configuration", PASSPHRASE)
    for bit in range(8 * len(file)):
        flipped = bytearray(file)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SettingsError):
            opened(bytes(flipped), PASSPHRASE)


def test_a_changed_header_is_refused_even_with_a_right_digest() -> None:
    body = bytearray(sealed(b"x", PASSPHRASE)[:-DIGEST])
    body[9] = 2
    with pytest.raises(SettingsError, match="newer digigate"):
        opened(_digested(bytes(body)), PASSPHRASE)
    body[9] = 0
    with pytest.raises(SettingsError, match="passphrase is wrong"):
        opened(_digested(bytes(body)), PASSPHRASE)


@pytest.mark.parametrize("file", [b"", b"PK\x03\x04" + bytes(200), b"DIGIGATE", b"DIGIGATE" * 4])
def test_what_is_no_backup(file: bytes) -> None:
    with pytest.raises(SettingsError, match="no backup"):
        opened(file, PASSPHRASE)


def test_a_cut_file_is_damaged() -> None:
    file = sealed(b"x" * 100, PASSPHRASE)
    for length in range(HEADER.size + DIGEST, len(file)):
        with pytest.raises(SettingsError, match="damaged"):
            opened(file[:length], PASSPHRASE)


def test_a_large_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "_key", None)
    with pytest.raises(SettingsError, match="too large"):
        opened(b"DIGIGATE" + bytes(LARGEST), PASSPHRASE)


def test_a_bomb_is_not_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zlib.compress(bytes(EXPANDED * 20), 9)
    monkeypatch.setattr(zlib, "compress", lambda _, __: bomb)
    file = sealed(b"", PASSPHRASE)
    with pytest.raises(SettingsError, match="holds too much"):
        opened(file, PASSPHRASE)


def test_what_does_not_fit_is_not_sealed() -> None:
    with pytest.raises(SettingsError, match="too much"):
        sealed(bytes(EXPANDED + 1), PASSPHRASE)
