"""Which code runs: the program as installed, or the release in a slot.

Nothing heavy is imported here: the guard of a release on trial is a small process.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from digigate import __version__
from digigate.firmware.pointer import BUILT_IN, Pointer, library

SLOT = "DIGIGATE_SLOT"  # the slot that this process runs from
GUARDED = "DIGIGATE_GUARDED"  # a guard waits for our end
KEPT_PATH = "DIGIGATE_PYTHONPATH"  # PYTHONPATH as it was before a slot was put first
AGAIN = 75  # exit code of a guarded program that wants to be launched anew


def launch(slots: Path, arguments: Sequence[str]) -> None:
    """Return where this very process is to run; else become the one that is."""
    if SLOT in os.environ:
        return
    pointer = Pointer.read(slots)
    if pointer is None:
        return
    if pointer.built_in != __version__:
        _keep(slots, Pointer(floor=pointer.floor))
    elif pointer.trial is not None:
        _become(["-m", "digigate.firmware.guard", str(slots), *arguments], os.environ)
    elif pointer.current != BUILT_IN:
        if usable(slots, pointer.current):
            _become(program(arguments), environment(slots, pointer.current))
        reason = f"slot {pointer.current} does not fit this machine any more"
        _keep(slots, replace(pointer, current=BUILT_IN).taken_back(reason, now()))


def relaunch(arguments: Sequence[str]) -> NoReturn:
    """End this program and begin with `launch` again, under the same process number."""
    sys.stdout.flush()
    sys.stderr.flush()
    if GUARDED in os.environ:
        sys.exit(AGAIN)
    _become(program(arguments), plain(os.environ))


def program(arguments: Sequence[str]) -> list[str]:
    """What Python is asked to run; the module path decides whose code that is."""
    return ["-m", "digigate.cli", *arguments]


def environment(slots: Path, slot: str) -> dict[str, str]:
    """The environment of a program that runs from a slot."""
    kept = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, (str(library(slots, slot).absolute()), kept)))
    return {**os.environ, "PYTHONPATH": path, KEPT_PATH: kept, SLOT: slot}


def plain(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what `environment` added."""
    rest = {k: v for k, v in environ.items() if k not in {SLOT, KEPT_PATH, GUARDED}}
    if KEPT_PATH in environ:
        rest.pop("PYTHONPATH", None)
        if environ[KEPT_PATH]:
            rest["PYTHONPATH"] = environ[KEPT_PATH]
    return rest


def usable(slots: Path, slot: str) -> bool:
    """Whether the slot holds a program, made for the Python that runs here."""
    made_for = slots / slot / "python"
    try:
        fits = made_for.read_text().strip() == python_here()
    except OSError:
        return False
    return fits and (library(slots, slot) / "digigate" / "__init__.py").is_file()


def python_here() -> str:
    """The Python that slots are made for."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def now() -> str:
    """The host's time, as it is kept beside a release that was taken back."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _keep(slots: Path, pointer: Pointer) -> None:
    try:
        pointer.write(slots)
    except OSError as error:
        print(f"digigate: {slots} cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201


def _become(arguments: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """`-P` keeps the working directory off the module path."""
    command = [sys.executable, "-P", *arguments]
    os.execve(sys.executable, command, dict(environ))  # noqa: S606 -- our own interpreter
