"""Secrets that must be used again, not only compared: sealed by AES-256-GCM, kept by name.

This protects copies of the state directory, backups and whoever reads over a shoulder; not against
root on the machine, who can read the key as we do.
"""

import binascii
import logging
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from digigate.conditions import Conditions
from digigate.errors import SettingsError
from digigate.security.keyring import Key, Keyring, new_key
from digigate.state import StateDirectory
from digigate.watchers import Watchers

log = logging.getLogger(__name__)

FILE = "vault.json"
NAME = re.compile(r"[a-z0-9_.-]{1,120}")
NONCE = 12
LOST = "vault.lost"
REFERENCE = "vault:"


@dataclass(frozen=True, slots=True)
class Sealed:
    """One record as it is kept; useless without the key of this id."""

    key: str
    nonce: bytes
    data: bytes


Book = dict[str, Sealed]


class Vault:
    """All records of one gateway; each change is on the disk before the call returns."""

    def __init__(self, state: StateDirectory, given: Path | None = None) -> None:
        """Open it, and end a rotation that was cut off; `given` is a key file handed over.

        Raises:
            SettingsError: the state directory cannot be read.
        """
        self._state = state
        self._keyring = Keyring(state, given)
        self._book = _load(state)
        self._keys: tuple[Key, ...] = ()
        self._changed = Watchers[[]]()
        self.fault = ""
        """Why there is no key, where that is not because nothing was ever sealed."""
        try:
            self._keys = self._keyring.read()
        except SettingsError as error:
            self.fault = str(error)
        try:
            self._writing(self._adopt)
        except SettingsError as error:  # the former key still opens all
            log.warning("a new key is not in use yet", extra={"reason": str(error)})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all records, lost ones too."""
        return tuple(sorted(self._book))

    @property
    def lost(self) -> tuple[str, ...]:
        """The records that no key of ours opens."""
        return tuple(name for name in self.names if self.get(name) is None)

    @property
    def key_id(self) -> str:
        """Which key seals now; empty before the first secret."""
        return self._keys[0].id if self._keys else ""

    @property
    def key_file(self) -> Path:
        """Where the key lies."""
        return self._keyring.path

    def get(self, name: str) -> bytes | None:
        """The secret; None where there is none, or where it is lost."""
        sealed = self._book.get(name)
        return None if sealed is None else self._opened(name, sealed)

    def put(self, name: str, secret: bytes) -> None:
        """Keep a secret under this name, in place of a former one.

        Raises:
            SettingsError: there is no key to seal it with, or it cannot be written.
            ValueError: no such name can be.
        """
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a secret")
        key = self._sealing_key()
        self._keep(self._book | {name: _sealed(name, secret, key)})

    def drop(self, name: str) -> None:
        """Forget a secret; nothing happens where there is none. Raises as `put`."""
        if name in self._book:
            self._keep({each: sealed for each, sealed in self._book.items() if each != name})

    def exchange(self, secrets: Mapping[str, bytes]) -> None:
        """Keep these and no others, all at once; raises as `put`."""
        if bad := [name for name in secrets if not NAME.fullmatch(name)]:
            raise ValueError(f"{bad[0]!r} is no name of a secret")
        if secrets or self._book:
            key = self._sealing_key()
            self._keep({name: _sealed(name, secret, key) for name, secret in secrets.items()})

    def rotate(self) -> None:
        """Seal everything under a new key; a crash leaves it to the next start to go on.

        Raises:
            SettingsError: the key was handed over, so whoever did must; or it cannot be written.
        """
        if not self._keyring.is_own:
            raise SettingsError(
                f"the key comes from {self.key_file}: write a new key on its first line, leave the"
                " former one below it and restart; then take the former one away"
            )
        if self.fault:
            raise SettingsError(self.fault)
        keys = (new_key(), *self._keys)
        self._writing(lambda: self._keyring.write(keys))
        self._keys = keys
        self._writing(self._adopt)

    def reveal(self, reference: str) -> str:
        """The secret that a setting refers to.

        Raises:
            SettingsError: it is lost; the text says what to do.
        """
        secret = self.get(reference.removeprefix(REFERENCE))
        if secret is None:
            raise SettingsError(f"the secret {reference} is lost: set it again")
        return secret.decode()

    @contextmanager
    def judging(self, conditions: Conditions) -> Iterator[None]:
        """`judge` now, and after each change while the block runs."""
        self.judge(conditions)
        with self._changed.watch(lambda: self.judge(conditions)):
            yield

    def judge(self, conditions: Conditions) -> None:
        """Say whether secrets are lost, and what to do."""
        lost = self.lost
        reason = ""
        if self.fault:
            reason = f"{self.fault}; put the right key there and restart"
        elif lost:
            reason = (
                f"no key opens {', '.join(lost)}: add the key that sealed them to {self.key_file}"
                " and restart, or set them again"
            )
        conditions.judge(LOST, "vault", reason)

    def _sealing_key(self) -> Key:
        if self._keys:
            return self._keys[0]
        if self.fault or not self._keyring.is_own:
            raise SettingsError(self.fault or f"{self.key_file} is gone: put the key back")
        key = new_key()
        self._writing(lambda: self._keyring.write((key,)))
        self._keys = (key,)
        return key

    def _opened(self, name: str, sealed: Sealed) -> bytes | None:
        key = next((key for key in self._keys if key.id == sealed.key), None)
        if key is None:
            return None
        try:
            return AESGCM(key.octets).decrypt(sealed.nonce, sealed.data, _bound(name, key))
        except (InvalidTag, ValueError):
            return None

    def _adopt(self) -> None:
        """Seal under the first key what others sealed; then the others are needed no more."""
        if not self._keys:
            return
        first = self._keys[0]
        opened = {
            name: secret
            for name, sealed in self._book.items()
            if sealed.key != first.id and (secret := self._opened(name, sealed)) is not None
        }
        if opened:
            new = {name: _sealed(name, secret, first) for name, secret in opened.items()}
            self._save(self._book | new)
        if self._keyring.is_own and len(self._keys) > 1:
            self._keyring.write((first,))
            self._keys = (first,)

    def _keep(self, book: Book) -> None:
        self._writing(lambda: self._save(book))

    def _save(self, book: Book) -> None:
        self._state.write_json(FILE, {"version": 1, "records": _told(book)})
        self._book = book
        self._changed.tell()

    def _writing(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as error:
            raise SettingsError(
                f"the vault cannot be written in {self._state.path}: {error.strerror};"
                " its former secrets stand"
            ) from error


def _sealed(name: str, secret: bytes, key: Key) -> Sealed:
    nonce = os.urandom(NONCE)
    return Sealed(key.id, nonce, AESGCM(key.octets).encrypt(nonce, secret, _bound(name, key)))


def _bound(name: str, key: Key) -> bytes:
    """What a record is bound to: it opens under no other name and as no other key's."""
    return f"digigate vault 1\0{name}\0{key.id}".encode()


def _told(book: Book) -> dict[str, Any]:
    return {
        name: {
            "key": sealed.key,
            "nonce": b64encode(sealed.nonce).decode(),
            "sealed": b64encode(sealed.data).decode(),
        }
        for name, sealed in sorted(book.items())
    }


def _load(state: StateDirectory) -> Book:
    kept = state.read_json(FILE)
    if kept is None:
        return {}
    try:
        return {
            name: Sealed(str(each["key"]), b64decode(each["nonce"]), b64decode(each["sealed"]))
            for name, each in kept["records"].items()
        }
    except (KeyError, TypeError, AttributeError, binascii.Error, ValueError) as error:
        state.set_aside(FILE, repr(error))
        return {}
