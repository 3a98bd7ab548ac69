"""Ed25519 keys: those whose releases are trusted here, and the maker's own."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from digigate.errors import ImageRefused, SettingsError
from digigate.state import write_atomically

DIRECTORY = "firmware-keys"
SIZE_MAX = 4096  # octets of a key file
NONE_TRUSTED = (
    "no firmware key is trusted here, so every update is refused: on this machine, run"
    " `digigate firmware trust KEY.pub --state DIR` with the maker's public key"
)


class Signers(Protocol):
    """Whose releases are taken."""

    def signer(self, signature: bytes, signed: bytes) -> str:
        """The fingerprint of the key that has signed; raises ImageRefused where none has."""


class OneKey:
    """Just this one."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    def signer(self, signature: bytes, signed: bytes) -> str:
        """As `Signers.signer`."""
        return _signer({fingerprint(self._key): self._key}, signature, signed)


class TrustedKeys:
    """`STATE/firmware-keys/*.pub`, read anew each time; the owner puts them there."""

    def __init__(self, state: Path) -> None:
        self._directory = state / DIRECTORY

    def all(self) -> Mapping[str, Ed25519PublicKey]:
        """Every key by its fingerprint.

        Raises:
            SettingsError: a file there holds no Ed25519 public key.
        """
        keys = map(read_public, sorted(self._directory.glob("*.pub")))
        return {fingerprint(key): key for key in keys}

    def trust(self, key: Ed25519PublicKey) -> Path:
        """Trust one more; returns where it is kept.

        Raises:
            OSError: the state directory cannot be written.
        """
        self._directory.mkdir(mode=0o755, exist_ok=True)
        path = self._directory / f"{fingerprint(key)}.pub"
        write_atomically(path, public_pem(key), mode=0o644)
        return path

    def signer(self, signature: bytes, signed: bytes) -> str:
        """The fingerprint of the key that has signed.

        Raises:
            ImageRefused: none of the trusted ones has.
            SettingsError: a key file is broken.
        """
        keys = self.all()
        if not keys:
            raise ImageRefused(NONE_TRUSTED)
        return _signer(keys, signature, signed)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Sixteen hexadecimal digits that name a key."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def public_pem(key: Ed25519PublicKey) -> bytes:
    """As `openssl pkey -pubout` writes it."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def read_public(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file.

    Raises:
        SettingsError: it holds none of our kind.
    """
    try:
        key = serialization.load_pem_public_key(_content(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SettingsError(f"{path}: this is no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SettingsError(f"{path}: the key is not of the kind Ed25519")
    return key


def read_private(path: Path) -> Ed25519PrivateKey:
    """The maker's key; raises as `read_public`."""
    try:
        key = serialization.load_pem_private_key(_content(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(f"{path}: this is no plain private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{path}: the key is not of the kind Ed25519")
    return key


def make_pair(private: Path, public: Path) -> str:
    """Write a new pair, the private half for its owner's eyes only; returns the fingerprint.

    Raises:
        SettingsError: a file is there already; a key is never written over.
        OSError: they cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _create(private, pem, 0o600)
    _create(public, public_pem(key.public_key()), 0o644)
    return fingerprint(key.public_key())


def _create(path: Path, data: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError as error:
        raise SettingsError(f"{path} exists already; give another name or move it away") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(SIZE_MAX)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def _signer(keys: Mapping[str, Ed25519PublicKey], signature: bytes, signed: bytes) -> str:
    for name, key in keys.items():
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            continue
        return name
    raise ImageRefused(
        "it is not signed with a key that is trusted here, or it was changed afterwards: take the"
        " file from its maker again"
    )
