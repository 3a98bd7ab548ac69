"""The user-based security model's cryptography (RFC 3414, 3826, 7860): keys, signatures, seals."""

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from digigate.settings.sections import Authentication, Privacy

MEGABYTE = 1 << 20
SALTS = count(int.from_bytes(os.urandom(6), "big"))
"""No two messages are sealed alike, whichever part of the room seals them."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash as HMAC uses it here: how long its blocks are and what of it is sent."""

    make: Callable[[bytes], "hashlib._Hash"]
    block: int
    sent: int


DIGESTS: Mapping[Authentication, Digest] = {
    Authentication.MD5: Digest(hashlib.md5, 64, 12),
    Authentication.SHA: Digest(hashlib.sha1, 64, 12),
    Authentication.SHA256: Digest(hashlib.sha256, 64, 24),
    Authentication.SHA512: Digest(hashlib.sha512, 128, 48),
}


def localised(password: str, engine: bytes, digest: Digest) -> bytes:
    """The key that a password gives at one engine (RFC 3414 §2.6, A.2); it takes milliseconds."""
    octets = password.encode()
    stretched = (octets * (MEGABYTE // len(octets) + 1))[:MEGABYTE]
    key = digest.make(stretched).digest()
    return digest.make(key + engine + key).digest()


class Signature:
    """Signs messages with one localised key."""

    def __init__(self, key: bytes, digest: Digest) -> None:
        self.size = digest.sent
        padded = key.ljust(digest.block, b"\0")
        self._inner = digest.make(bytes(octet ^ 0x36 for octet in padded))
        self._outer = digest.make(bytes(octet ^ 0x5C for octet in padded))

    def sign(self, message: bytes) -> bytes:
        """What stands in the message in place of zeros (one-shot HMAC costs thrice as much)."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()[: self.size]

    def holds(self, message: bytes, at: int) -> bool:
        """Whether the signature at this place is that of the message."""
        end = at + self.size
        unsigned = message[:at] + bytes(self.size) + message[end:]
        return hmac.compare_digest(self.sign(unsigned), message[at:end])


class Seal(Protocol):
    """Seals scoped PDUs with one localised key."""

    def seal(self, clear: bytes, boots: int, time: int) -> tuple[bytes, bytes]:
        """The ciphertext, and the salt that goes with it."""

    def opened(self, sealed: bytes, salt: bytes, boots: int, time: int) -> bytes:
        """The clear text, or nonsense where the key is another one.

        Raises:
            ValueError: nothing can have been sealed so.
        """


class AesSeal:
    """AES in CFB mode (RFC 3826)."""

    def __init__(self, key: bytes) -> None:
        self._aes = AES(key)
        self._blocks = Cipher(self._aes, ECB()).encryptor()  # noqa: S305 -- CFB is made of it

    def seal(self, clear: bytes, boots: int, time: int) -> tuple[bytes, bytes]:
        """As `Seal.seal`."""
        salt = (next(SALTS) & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")
        start = (boots << 32 | time).to_bytes(8, "big") + salt
        return Cipher(self._aes, CFB(start)).encryptor().update(clear), salt

    def opened(self, sealed: bytes, salt: bytes, boots: int, time: int) -> bytes:
        """As `Seal.opened`, all blocks at once: a cipher for each message costs four times that."""
        if len(salt) != 8:
            raise ValueError("a salt has eight octets")
        size = len(sealed)
        chain = (boots << 32 | time).to_bytes(8, "big") + salt + sealed
        mask = self._blocks.update(chain[: (size + 15) & ~15])[:size]
        clear = int.from_bytes(mask, "big") ^ int.from_bytes(sealed, "big")
        return clear.to_bytes(size, "big")


class DesSeal:
    """DES in CBC mode (RFC 3414 §8), by Triple-DES with one key thrice."""

    def __init__(self, key: bytes) -> None:
        self._des = TripleDES(key[:8] * 3)
        self._mask = int.from_bytes(key[8:16], "big")

    def seal(self, clear: bytes, boots: int, _: int) -> tuple[bytes, bytes]:
        """As `Seal.seal`; zeros make the last block whole."""
        salt = (boots & 0xFFFFFFFF).to_bytes(4, "big") + (next(SALTS) & 0xFFFFFFFF).to_bytes(
            4, "big"
        )
        padded = clear + bytes(-len(clear) % 8)
        return self._cipher(salt).encryptor().update(padded), salt

    def opened(self, sealed: bytes, salt: bytes, _boots: int, _time: int) -> bytes:
        """As `Seal.opened`."""
        if len(salt) != 8 or len(sealed) % 8:
            raise ValueError("DES has salts and blocks of eight octets")
        return self._cipher(salt).decryptor().update(sealed)

    def _cipher(self, salt: bytes) -> "Cipher[CBC]":
        start = (self._mask ^ int.from_bytes(salt, "big")).to_bytes(8, "big")
        return Cipher(self._des, CBC(start))


AES_KEYS = {Privacy.AES: 16, Privacy.AES192: 24, Privacy.AES256: 32}
"""Octets of the key."""


def _extended(key: bytes, size: int, digest: Digest) -> bytes:
    """A key that is too short goes on with its own hash (draft-blumenthal-aes-usm-04)."""
    while len(key) < size:
        key += digest.make(key).digest()
    return key[:size]


@dataclass(frozen=True)
class User:
    """Who signs and seals, as one engine knows him."""

    name: bytes
    password: str
    auth: Authentication
    privacy: Privacy
    engine: bytes

    @cached_property
    def key(self) -> bytes:
        """The localised key."""
        return localised(self.password, self.engine, DIGESTS[self.auth])

    @cached_property
    def signature(self) -> Signature | None:
        """None where nothing is signed."""
        if self.auth is Authentication.NONE:
            return None
        return Signature(self.key, DIGESTS[self.auth])

    @cached_property
    def seal(self) -> Seal | None:
        """None where nothing is sealed; nothing is that is not signed."""
        if self.privacy is Privacy.NONE or self.signature is None:
            return None
        if self.privacy is Privacy.DES:
            return DesSeal(self.key)
        return AesSeal(_extended(self.key, AES_KEYS[self.privacy], DIGESTS[self.auth]))

    @property
    def level(self) -> int:
        """As msgFlags have it: 1 = signed, 3 = sealed too."""
        if self.signature is None:
            return 0
        return 1 if self.seal is None else 3
