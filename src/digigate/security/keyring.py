"""The keys of the vault: 32 bytes each, from the service manager, from Docker or in a file of ours.

A key file holds either 32 bytes, or lines of 64 hexadecimal digits: the first key seals, the others
only open what they sealed before.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from digigate.errors import SettingsError
from digigate.state import StateDirectory

OWN = "secret.key"
CREDENTIAL = "digigate-vault-key"
DOCKER = Path("/run/secrets")
OCTETS = 32
MOST = 16  # keys in one file


@dataclass(frozen=True, slots=True)
class Key:
    """One key; records name theirs by its id."""

    octets: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Part of a digest: tells keys apart and nothing of the key."""
        return hashlib.sha256(b"digigate vault key" + self.octets).hexdigest()[:16]


def handed_over(environment: Mapping[str, str] = os.environ, docker: Path = DOCKER) -> Path | None:
    """The key file that this service was given by systemd or Docker; None = it keeps its own."""
    folders = [Path(folder)] if (folder := environment.get("CREDENTIALS_DIRECTORY")) else []
    files = (folder / CREDENTIAL for folder in (*folders, docker))
    return next((file for file in files if file.exists()), None)


class Keyring:
    """The key file, ours or one that was handed over."""

    def __init__(self, state: StateDirectory, given: Path | None = None) -> None:
        self._state = state
        self._given = given

    @property
    def is_own(self) -> bool:
        """Whether we may write it."""
        return self._given is None

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._given or self._state.file(OWN)

    def read(self) -> tuple[Key, ...]:
        """The keys, the sealing one first; none where there is no file.

        Raises:
            SettingsError: the file cannot be read or holds no keys.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be read: {error.strerror}") from error
        return _keys(data, self.path)

    def write(self, keys: tuple[Key, ...]) -> None:
        """Replace our file.

        Raises:
            OSError: the disk is full or gone; the former keys stand.
        """
        text = "".join(f"{key.octets.hex()}\n" for key in keys[:MOST])
        self._state.write_text(OWN, text)


def new_key() -> Key:
    """A random one."""
    return Key(os.urandom(OCTETS))


def _keys(data: bytes, path: Path) -> tuple[Key, ...]:
    if len(data) == OCTETS:
        return (Key(data),)
    try:
        octets = [bytes.fromhex(line) for line in data.decode("ascii").split()]
    except ValueError:
        octets = []
    if not octets or len(octets) > MOST or any(len(each) != OCTETS for each in octets):
        raise SettingsError(
            f"{path} holds no key: it must be {OCTETS} bytes, or lines of {2 * OCTETS}"
            " hexadecimal digits"
        )
    return tuple(map(Key, octets))
