"""Take an upload in: straight to the disk, never more than an image may have."""

import asyncio
import os
from collections.abc import AsyncIterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from digigate.errors import ImageRefused, SettingsError
from digigate.firmware.container import SIZE_MAX

STAGED = "firmware.dfu"
PART = "firmware.part"


class Stage:
    """One upload under way in the state directory; inside `with`, gone afterwards unless kept."""

    def __init__(self, state: Path, size_max: int = SIZE_MAX) -> None:
        self.path = state / PART
        self._staged = state / STAGED
        self._size_max = size_max
        self._size = 0
        self._file: BinaryIO | None = None

    @property
    def size(self) -> int:
        """Octets taken in so far."""
        return self._size

    def open(self) -> None:
        """Begin; an upload that was never finished is thrown away.

        Raises:
            SettingsError: nothing can be written there.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._file = os.fdopen(os.open(self.path, flags, 0o600), "wb")
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def write(self, data: bytes) -> None:
        """Take a piece in.

        Raises:
            ImageRefused: it is more than an image may have.
            SettingsError: the disk is full.
        """
        self._size += len(data)
        if self._size > self._size_max:
            raise ImageRefused(f"the file is larger than {self._size_max >> 20} MiB")
        if self._file is None:
            raise ValueError("the stage is not open")
        try:
            self._file.write(data)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    async def fill(self, chunks: AsyncIterable[bytes]) -> None:
        """Take all of them in, off the loop; raises as `open` and `write`."""
        self.open()
        try:
            async for chunk in chunks:
                await asyncio.to_thread(self.write, chunk)
            await asyncio.to_thread(self.close)
        except BaseException:
            self.drop()
            raise

    def close(self) -> None:
        """All is in.

        Raises:
            SettingsError: the disk is full.
        """
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            with file:
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def keep(self) -> Path:
        """It passed: it waits for the order to install."""
        self.path.replace(self._staged)
        return self._staged

    def drop(self) -> None:
        """It did not."""
        if self._file is not None:
            file, self._file = self._file, None
            with suppress(OSError):  # what is still in its buffer may not fit on the disk
                file.close()
        self.path.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(f"{path.parent} cannot take the file: {error.strerror}; free some space")
