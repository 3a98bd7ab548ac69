"""One file sealed under a passphrase: a header, AES-256-GCM, and a digest of it all.

Nothing is expanded before the passphrase has proven that the bytes are ours, and then never beyond
a limit.
"""

import hashlib
import os
import struct
import unicodedata
import zlib

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from digigate.errors import SettingsError

MAGIC = b"DIGIGATE"
VERSION = 1
HEADER = struct.Struct(">8sH16s12s")  # magic, version, salt, nonce
DIGEST = 32
LARGEST = 2 << 20  # of the file
EXPANDED = 8 << 20  # of what is in it
SHORTEST, LONGEST = 12, 1024  # of a passphrase
# The second recommended option of RFC 9106: 64 MiB, three passes, four lanes.
MEMORY, PASSES, LANES = 65_536, 3, 4


def check_passphrase(passphrase: str) -> None:
    """Raises SettingsError for one that is too short."""
    if not SHORTEST <= len(passphrase) <= LONGEST:
        raise SettingsError(f"the passphrase must have {SHORTEST} to {LONGEST} characters")


def sealed(data: bytes, passphrase: str) -> bytes:
    """The file (blocking, some 0.2 s of CPU and 64 MiB).

    Raises:
        SettingsError: the passphrase is too short, or the data are too many.
    """
    check_passphrase(passphrase)
    packed = zlib.compress(data, 9)
    salt, nonce = os.urandom(16), os.urandom(12)
    header = HEADER.pack(MAGIC, VERSION, salt, nonce)
    body = header + AESGCM(_key(passphrase, salt)).encrypt(nonce, packed, header)
    if len(data) > EXPANDED or len(body) + DIGEST > LARGEST:
        raise SettingsError(f"that is too much for one file: at most {LARGEST} bytes")
    return body + hashlib.sha256(body).digest()


def opened(file: bytes, passphrase: str) -> bytes:
    """What was sealed (blocking as `sealed`).

    Raises:
        SettingsError: no such file, a newer or damaged one, or the passphrase is wrong.
    """
    body, digest = file[:-DIGEST], file[-DIGEST:]
    if len(file) > LARGEST:
        raise SettingsError(f"the file is too large: at most {LARGEST} bytes")
    if len(body) < HEADER.size or not file.startswith(MAGIC):
        raise SettingsError("this is no backup of a digigate")
    _, version, salt, nonce = HEADER.unpack_from(body)
    if hashlib.sha256(body).digest() != digest:
        raise SettingsError("the file is damaged: take another copy of it")
    if version > VERSION:
        raise SettingsError(
            f"the file was written by a newer digigate (format {version}); this one reads up to"
            f" {VERSION}: update this gateway first"
        )
    header, data = body[: HEADER.size], body[HEADER.size :]
    try:
        packed = AESGCM(_key(passphrase, salt)).decrypt(nonce, data, header)
    except InvalidTag as error:
        raise SettingsError("the passphrase is wrong") from error
    return _expanded(packed)


def _expanded(packed: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(packed, EXPANDED)
    except zlib.error as error:
        raise SettingsError("the file is damaged inside") from error
    if not stream.eof:
        raise SettingsError(f"the file holds too much: at most {EXPANDED} bytes")
    return data


def _key(passphrase: str, salt: bytes) -> bytes:
    plain = unicodedata.normalize("NFC", passphrase[:LONGEST]).encode()
    return hash_secret_raw(plain, salt, PASSES, MEMORY, LANES, 32, Type.ID)
