"""A release as one file, verified before anything of it is parsed deeply, unpacked or run.

magic (16) · length of the manifest (u32) · manifest (JSON) · Ed25519 signature over all of
these (64) · the files, one after the other · DFU suffix (16)
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from digigate.errors import ImageRefused
from digigate.firmware import dfu
from digigate.firmware.dfu import Suffix
from digigate.firmware.keys import Signers
from digigate.firmware.manifest import Manifest

MAGIC = b"digigate image 1"
SIZE_MAX = 64 << 20  # octets of a whole image
MANIFEST_MAX = 64 << 10
SIGNATURE = 64
PIECE = 1 << 18

_HEAD = struct.Struct("<16sI")


@dataclass(frozen=True, slots=True)
class Image:
    """An image whose signature and every hash were found right; `key` names who signed."""

    path: Path
    manifest: Manifest
    key: str
    payload: int  # where the first file begins

    def files(self) -> Iterator[tuple[str, int, int]]:
        """Name, place and size of each file."""
        place = self.payload
        for file in self.manifest.files:
            yield file.name, place, file.size
            place += file.size


def verify(path: Path, keys: Signers) -> Image:
    """Check a file from its last octet to its first.

    Raises:
        ImageRefused: whatever is wrong with it, in one sentence.
        SettingsError: a trusted key's file is broken.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        manifest, key, payload = examine(file, keys)
    return Image(path, manifest, key, payload)


def examine(file: BinaryIO, keys: Signers) -> tuple[Manifest, str, int]:
    """What an image says, who signed it and where its first file begins; raises as `verify`."""
    size = file.seek(0, 2)
    if size > SIZE_MAX:
        raise ImageRefused(f"the file is larger than {SIZE_MAX >> 20} MiB")
    suffix = _suffix(file, size)
    signed, text, signature = _opened(file, size)
    key = keys.signer(signature, signed)
    manifest, payload = Manifest.decode(text), file.tell()
    _check_bounds(manifest, suffix, size - payload - dfu.LENGTH)
    _check_hashes(manifest, file)
    return manifest, key, payload


def write(path: Path, manifest: Manifest, files: list[Path], key: Ed25519PrivateKey) -> None:
    """Write an image of these files, which the manifest lists in the same order."""
    text = manifest.encode()
    signed = _HEAD.pack(MAGIC, len(text)) + text
    crc = 0
    with path.open("wb") as out:
        for data in (signed, key.sign(signed), *_pieces_of(files)):
            crc = zlib.crc32(data, crc)
            out.write(data)
        out.write(Suffix(manifest.release.bcd).encode(crc))


def _suffix(file: BinaryIO, size: int) -> Suffix:
    file.seek(0)
    crc = 0
    for piece in _pieces(file, max(0, size - dfu.LENGTH)):
        crc = zlib.crc32(piece, crc)
    return dfu.read_suffix(file.read(dfu.LENGTH), crc)


def _opened(file: BinaryIO, size: int) -> tuple[bytes, bytes, bytes]:
    """What is signed, the manifest in it, and the signature; none of it is trusted yet."""
    file.seek(0)
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size or not head.startswith(MAGIC):
        raise ImageRefused("this .dfu file is no release of digigate")
    length = _HEAD.unpack(head)[1]
    if length > min(MANIFEST_MAX, size - _HEAD.size - SIGNATURE - dfu.LENGTH):
        raise ImageRefused("its manifest does not fit into the file")
    manifest = file.read(length)
    return head + manifest, manifest, file.read(SIGNATURE)


def _check_bounds(manifest: Manifest, suffix: Suffix, octets: int) -> None:
    if sum(file.size for file in manifest.files) != octets:
        raise ImageRefused("it holds more or less than its manifest lists")
    if suffix.device != manifest.release.bcd:
        raise ImageRefused("its DFU suffix names another version than its manifest")


def _check_hashes(manifest: Manifest, file: BinaryIO) -> None:
    for entry in manifest.files:
        digest = hashlib.sha256()
        for piece in _pieces(file, entry.size):
            digest.update(piece)
        if digest.hexdigest() != entry.sha256:
            raise ImageRefused(f"{entry.name} in it is not the file that was signed")


def _pieces(file: BinaryIO, octets: int) -> Iterator[bytes]:
    while octets > 0 and (piece := file.read(min(PIECE, octets))):
        octets -= len(piece)
        yield piece


def _pieces_of(files: list[Path]) -> Iterator[bytes]:
    for path in files:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
