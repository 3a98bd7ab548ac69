"""The state directory: one owner at a time, files written whole or not at all."""

import fcntl
import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from digigate.errors import SettingsError
from digigate.state.atomic import write_atomically

log = logging.getLogger(__name__)

LOCK = "lock"


class StateDirectory:
    """Everything that outlives a restart; inside `with` it belongs to this process alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def __enter__(self) -> Self:
        """Create the directory (0700) where it is missing and lock it.

        Raises:
            SettingsError: not writable, or another digigate owns it.
        """
        try:
            self._create()
            self._lock = self._acquire()
        except OSError as error:
            raise SettingsError(_hint(self.path, error)) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def file(self, name: str) -> Path:
        """Where the file of this name lies.

        Raises:
            ValueError: the name is not that of a file in this very directory.
        """
        if name in {"", ".", ".."} or "/" in name or "\0" in name:
            raise ValueError(f"{name!r} is not a file name")
        return self.path / name

    def read_bytes(self, name: str) -> bytes | None:
        """The whole file; None where there is none.

        Raises:
            SettingsError: it may not be read.
        """
        try:
            return self.file(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SettingsError(_hint(self.file(name), error)) from error

    def read_text(self, name: str) -> str | None:
        """The whole file as UTF-8; None where there is none or it is broken, then set aside."""
        data = self.read_bytes(name)
        if data is None:
            return None
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            self.set_aside(name, str(error))
            return None

    def read_json(self, name: str) -> Any:  # noqa: ANN401 -- JSON is what it is
        """The value in a JSON file; None where there is none or it is broken, then set aside."""
        text = self.read_text(name)
        if text is None:
            return None
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            self.set_aside(name, str(error))
            return None

    def write_bytes(self, name: str, data: bytes, mode: int = 0o600) -> None:
        """Replace the file at once, synced to the disk.

        Raises:
            OSError: the disk is full or gone; the old file stands.
        """
        write_atomically(self.file(name), data, mode)

    def write_text(self, name: str, text: str, mode: int = 0o600) -> None:
        """Replace the file by this text in UTF-8; raises as `write_bytes`."""
        self.write_bytes(name, text.encode(), mode)

    def write_json(self, name: str, value: object, mode: int = 0o600) -> None:
        """Replace the file by this value; raises as `write_bytes`."""
        self.write_text(name, json.dumps(value, indent=2, ensure_ascii=False) + "\n", mode)

    def remove(self, name: str) -> None:
        """Take the file away, where there is one.

        Raises:
            OSError: it may not be removed.
        """
        self.file(name).unlink(missing_ok=True)

    def shred(self, name: str) -> None:
        """As `remove`, after its bytes were overwritten on the disk.

        A flash disk may keep the former bytes elsewhere all the same; see docs/backup.md.
        """
        with suppress(FileNotFoundError), self.file(name).open("r+b") as file:
            file.write(os.urandom(self.file(name).stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        self.remove(name)

    def set_aside(self, name: str, reason: str) -> None:
        """Rename a file that makes no sense to `<name>.broken` and go on without it."""
        broken = self.file(name + ".broken")
        self.file(name).replace(broken)
        log.error(
            "file in the state directory is broken and was set aside",
            extra={"file": str(broken), "reason": reason},
        )

    def _create(self) -> None:
        self.path.mkdir(mode=0o700, exist_ok=True)
        if self.path.stat().st_mode & 0o077:
            # Where the directory is somebody else's (a volume) the files' own 0600 must do.
            with suppress(PermissionError):
                self.path.chmod(0o700)

    def _acquire(self) -> int:
        descriptor = os.open(self.file(LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except BlockingIOError:
            owner = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise SettingsError(
                f"{self.path} is in use by another digigate (pid {owner});"
                " stop it or give another --state"
            ) from None
        except OSError:
            os.close(descriptor)
            raise
        return descriptor


def _hint(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} cannot be created: {path.parent} does not exist; create it first"
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{path} is not a directory; give another --state"
    return (
        f"{path} cannot be used: {error.strerror}; it must be readable and writable for this user"
    )
