"""Unpack the wheels of a verified image into a slot. Nothing of them is run."""

import os
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from digigate.errors import ImageRefused
from digigate.firmware.container import Image
from digigate.firmware.pointer import LIBRARY

ENTRIES_MAX = 20_000
OCTETS_MAX = 256 << 20  # of all files together
DATA = (".data/purelib/", ".data/platlib/")
PIECE = 1 << 16


def unpack(image: Image, slot: Path) -> None:
    """Fill the slot anew, so that it is whole or not there.

    Raises:
        ImageRefused: a wheel in it is broken or wants to write elsewhere.
        OSError: the disk is full or the slot not writable.
    """
    fresh = slot.with_name(f"{slot.name}.new")
    _remove(fresh)
    try:
        (fresh / LIBRARY).mkdir(parents=True, mode=0o700)
        budget = Budget()
        with image.path.open("rb") as file:
            for name, start, size in image.files():
                window = Window(file, start, size)
                _unpack_wheel(cast("BinaryIO", window), name, fresh / LIBRARY, budget)
        _sync(fresh)
        _remove(slot)
        fresh.rename(slot)
    except BaseException:
        _remove(fresh)
        raise


class Budget:
    """What all wheels of an image may hold together."""

    def __init__(self, entries: int = ENTRIES_MAX, octets: int = OCTETS_MAX) -> None:
        self._entries = entries
        self._octets = octets

    def spend(self, octets: int, entries: int = 0) -> None:
        """Take so much of it; raises ImageRefused when it is used up."""
        self._octets -= octets
        self._entries -= entries
        if self._octets < 0 or self._entries < 0:
            raise ImageRefused("its wheels hold more than a gateway ever needs")


class Window:
    """A part of a file, as `zipfile` reads files."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._place = 0

    def read(self, count: int = -1) -> bytes:
        """At most so many octets; all that are left if negative."""
        left = max(0, self._size - self._place)
        self._file.seek(self._start + self._place)
        data = self._file.read(left if count < 0 else min(count, left))
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """As `io.IOBase.seek`."""
        self._place = max(0, offset + (0, self._place, self._size)[whence])
        return self._place

    def tell(self) -> int:
        """Where the next octet is read."""
        return self._place

    def seekable(self) -> bool:
        """Always."""
        return True


def _unpack_wheel(file: BinaryIO, name: str, library: Path, budget: Budget) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            budget.spend(0, len(entries))
            for entry in entries:
                place = _place(entry, name)
                if place is not None:
                    _extract(archive, entry, library.joinpath(*place.parts), budget)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ImageRefused(f"{name} in it is broken: {error}") from error


def _place(entry: zipfile.ZipInfo, wheel: str) -> PurePosixPath | None:
    """Where an entry goes below the library; None for what a slot does not need."""
    name = entry.filename
    if stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & 1:
        raise ImageRefused(f"{wheel} holds a link or something encrypted: {name[:80]!r}")
    for inner in DATA:
        _, found, rest = name.partition(inner)
        name = rest if found else name
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise ImageRefused(f"{wheel} wants to write elsewhere: {name[:80]!r}")
    if entry.is_dir() or not path.parts or path.parts[0].endswith(".data"):
        return None
    return path


def _extract(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, budget: Budget
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("xb") as out:
        while piece := source.read(PIECE):
            budget.spend(len(piece))
            out.write(piece)


def _sync(directory: Path) -> None:
    """Everything below on the disk before the slot gets its name."""
    for path in sorted(directory.rglob("*"), reverse=True):
        _sync_one(path)
    _sync_one(directory)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(directory: Path) -> None:
    if directory.exists():
        shutil.rmtree(directory)
