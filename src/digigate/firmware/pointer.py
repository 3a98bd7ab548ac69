"""Which release runs next: one small file, replaced whole, which the launcher reads.

Slots are directories of their own; `built-in` is the program as it was installed on the machine.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from digigate import __version__
from digigate.state.atomic import write_atomically

FILE = "pointer.json"
BUILT_IN = "built-in"
SLOTS = ("a", "b")
LIBRARY = "lib"  # inside a slot: what goes first on the module path


@dataclass(frozen=True, slots=True)
class Trial:
    """A release that has yet to prove itself."""

    slot: str
    version: str
    minimum: str
    ready_within: float  # seconds
    steady_for: float
    unwell: tuple[str, ...] = ()
    """Services that did not run before either: the release is not to blame for them."""
    starts: int = 0


@dataclass(frozen=True, slots=True)
class Reverted:
    """A release that was taken back."""

    version: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """What the file holds."""

    current: str = BUILT_IN
    built_in: str = __version__
    """The installed program's version when this was written: another one takes precedence."""
    floor: str = "0.0.0"
    trial: Trial | None = None
    reverted: Reverted | None = None

    @classmethod
    def read(cls, slots: Path) -> Self | None:
        """The pointer kept in this directory; None where there is none or it makes no sense."""
        try:
            kept = json.loads((slots / FILE).read_bytes())
            return cls(
                _slot(kept["current"]),
                str(kept["built_in"]),
                str(kept["floor"]),
                _trial(kept["trial"]),
                Reverted(**kept["reverted"]) if kept["reverted"] else None,
            )
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def write(self, slots: Path) -> None:
        """Keep it.

        Raises:
            OSError: the disk is full or the directory not writable; the former one stands.
        """
        slots.mkdir(mode=0o700, exist_ok=True)
        write_atomically(slots / FILE, json.dumps(asdict(self), indent=1).encode())

    def proven(self) -> "Pointer":
        """After a trial that went well."""
        if self.trial is None:
            return self
        floor = max(self.floor, self.trial.minimum, key=_numbers)
        return Pointer(self.trial.slot, self.built_in, floor)

    def taken_back(self, reason: str, at: str) -> "Pointer":
        """After a trial that went wrong."""
        version = self.trial.version if self.trial else self.current
        return replace(self, trial=None, reverted=Reverted(version, reason, at))


def library(slots: Path, slot: str) -> Path:
    """The directory that goes first on the module path."""
    return slots / slot / LIBRARY


def _slot(name: object) -> str:
    if name not in (BUILT_IN, *SLOTS):
        raise ValueError(f"{name!r} is no slot")
    return str(name)


def _trial(kept: dict[str, object] | None) -> Trial | None:
    if not kept:
        return None
    return Trial(
        slot=_slot(kept["slot"]),
        version=str(kept["version"]),
        minimum=str(kept["minimum"]),
        ready_within=float(str(kept["ready_within"])),
        steady_for=float(str(kept["steady_for"])),
        unwell=tuple(map(str, _list(kept["unwell"]))),
        starts=int(str(kept["starts"])),
    )


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
