"""Whether a verified release may run here: machine, needed packages, version."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from digigate.firmware.manifest import PRODUCT, Manifest
from digigate.firmware.versions import Version
from digigate.firmware.wheels import Machine, Wheel, normal

_NEED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(==|>=)\s*([0-9][0-9A-Za-z.]*)")

Installed = Callable[[str], str | None]
"""The version of a package that is installed beside the program; None = there is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a release would run."""

    machine: Machine
    installed: Installed
    running: Version
    floor: Version
    """The highest minimum of all releases that have run here: nothing older comes back."""


def misfit(manifest: Manifest, place: Place) -> str:
    """Why this release cannot run here; empty = it can, as far as its version does not matter."""
    if manifest.product != PRODUCT:
        return f"it is for {manifest.product!r}, not for {PRODUCT}"
    major, minor = map(int, manifest.python.split("."))
    if place.machine.python < (major, minor):
        running = ".".join(map(str, place.machine.python))
        return f"it needs Python {manifest.python} or later; this machine has {running}"
    for file in manifest.files:
        if not Wheel.parse(file.name).fits(place.machine):
            return f"{file.name} is for another Python or another kind of machine"
    return _unmet(manifest, place.installed)


def too_old(manifest: Manifest, place: Place) -> str:
    """Why not even the owner may go back to this release; empty = he may."""
    if manifest.release < place.floor:
        return (
            f"version {manifest.version} is older than {place.floor}, below which no release is"
            " installed any more"
        )
    return ""


def older(manifest: Manifest, place: Place) -> str:
    """Why this is a step back; empty = it is newer, or the same again."""
    if manifest.release < place.running:
        return f"version {manifest.version} is older than the running {place.running}"
    return ""


def _unmet(manifest: Manifest, installed: Installed) -> str:
    brought = {wheel.package: wheel.version for wheel in _wheels(manifest)}
    for need in manifest.requires:
        found = _NEED.fullmatch(need)
        if found is None:
            return f"it needs {need[:60]!r}, which this version does not understand"
        package, how, wanted = normal(found[1]), found[2], found[3]
        there = brought.get(package) or installed(found[1])
        if there is None or not _meets(there, how, wanted):
            return (
                f"it needs {need}, but {there or 'nothing of it'} is here: build the image with"
                f" the wheel of {found[1]} added"
            )
    return ""


def _wheels(manifest: Manifest) -> list[Wheel]:
    return [Wheel.parse(file.name) for file in manifest.files]


def _meets(there: str, how: str, wanted: str) -> bool:
    if how == "==":
        return there == wanted
    return _numbers(there) >= _numbers(wanted)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"[0-9]+", version))
