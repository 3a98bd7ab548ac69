"""Names of wheels (PEP 427) and whether they fit this Python and this machine (PEP 425, 600)."""

import platform
import re
import sys
from dataclasses import dataclass
from typing import Self

_NAME = re.compile(
    r"(?P<package>[A-Za-z0-9][A-Za-z0-9_.]{0,60})"
    r"-(?P<version>[A-Za-z0-9][A-Za-z0-9_.+!]{0,40})"
    r"(?:-(?P<build>[0-9][A-Za-z0-9_.]{0,20}))?"
    r"-(?P<python>[a-z0-9_.]{1,60})-(?P<abi>[a-z0-9_.]{1,60})-(?P<platform>[A-Za-z0-9_.]{1,120})"
    r"\.whl",
    re.ASCII,
)
_GLIBC = re.compile(r"manylinux_([0-9]{1,3})_([0-9]{1,3})_(\w+)", re.ASCII)
_OLD_GLIBC = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


@dataclass(frozen=True, slots=True)
class Machine:
    """What wheels must fit."""

    python: tuple[int, int]
    processor: str
    glibc: tuple[int, int] | None

    @classmethod
    def this(cls) -> Self:
        """The one we run on."""
        name, version = platform.libc_ver()
        found = re.match(r"([0-9]+)\.([0-9]+)", version)
        glibc = (int(found[1]), int(found[2])) if name == "glibc" and found else None
        return cls(sys.version_info[:2], platform.machine(), glibc)


@dataclass(frozen=True, slots=True)
class Wheel:
    """What a wheel's name says."""

    package: str
    version: str
    pythons: tuple[str, ...]
    abis: tuple[str, ...]
    platforms: tuple[str, ...]

    @classmethod
    def parse(cls, name: str) -> Self:
        """Take a file name apart.

        Raises:
            ValueError: it is not that of a wheel.
        """
        found = _NAME.fullmatch(name)
        if found is None or ".." in name:
            raise ValueError(f"{name[:60]!r} is no name of a wheel")
        tags = (tuple(found[part].split(".")) for part in ("python", "abi", "platform"))
        return cls(normal(found["package"]), found["version"], *tags)

    def fits(self, machine: Machine) -> bool:
        """Whether this Python can load it on this machine."""
        return any(_runs(tag, machine) for tag in self.platforms) and any(
            _speaks(python, abi, machine.python) for python in self.pythons for abi in self.abis
        )


def normal(package: str) -> str:
    """A package's name as packages are compared (PEP 503), with underscores as in file names."""
    return re.sub(r"[-_.]+", "_", package).lower()


def _runs(tag: str, machine: Machine) -> bool:
    if tag in {"any", f"linux_{machine.processor}"}:
        return True
    found = _GLIBC.fullmatch(tag)
    if found:
        needed, processor = (int(found[1]), int(found[2])), found[3]
    else:
        family, _, processor = tag.partition("_")
        needed = _OLD_GLIBC.get(family, (999, 0))
    return processor == machine.processor and machine.glibc is not None and machine.glibc >= needed


def _speaks(python: str, abi: str, running: tuple[int, int]) -> bool:
    major, minor = running
    if abi == "none":
        return python in {f"py{major}", f"py{major}{minor}", f"cp{major}{minor}"}
    if abi == "abi3":
        digits = python.removeprefix(f"cp{major}")
        return digits.isdigit() and int(digits) <= minor
    return python == abi == f"cp{major}{minor}"
