"""The update of this program (§11.3.6): take a release in, judge it, install it, tell of it."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from digigate import __version__
from digigate.conditions import Conditions
from digigate.errors import ImageRefused, SettingsError
from digigate.firmware.container import Image, verify
from digigate.firmware.fitness import Place, misfit, older, too_old
from digigate.firmware.keys import NONE_TRUSTED, TrustedKeys
from digigate.firmware.launching import SLOT, python_here
from digigate.firmware.pointer import BUILT_IN, SLOTS, Pointer, Trial
from digigate.firmware.staging import PART, STAGED, Stage
from digigate.firmware.unpacking import unpack
from digigate.firmware.versions import Version
from digigate.firmware.wheels import Machine
from digigate.state import write_atomically
from digigate.supervisor import FAILED, REFUSED

log = logging.getLogger(__name__)

REVERTED = "firmware.reverted"
IMAGE = "DIGIGATE_IMAGE"
"""Set in a container image: the program in it is replaced with the image, not by us."""
PULL = (
    "this gateway runs from a container image, which is replaced as a whole: on its host, run"
    " `docker compose pull && docker compose up -d`"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check of a file found; `ok` = it may be installed."""

    ok: bool
    reason: str
    name: str
    size: int = 0
    version: str = ""
    minimum: str = ""
    created: str = ""
    key: str = ""
    downgrade: bool = False
    """Only a step back forbids it, and the owner may allow that."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a new release has to prove itself, in seconds."""

    ready_within: float
    steady_for: float


class Firmware:
    """One upload at a time, one staged release, two slots."""

    def __init__(
        self, state: Path, slots: Path, conditions: Conditions, patience: Callable[[], Patience]
    ) -> None:
        self.keys = TrustedKeys(state)
        self._state = state
        self._slots = slots
        self._conditions = conditions
        self._patience = patience
        self._busy = asyncio.Lock()
        self._verdict: Verdict | None = None
        self._pieces: Stage | None = None

    @property
    def pointer(self) -> Pointer:
        """What runs, is on trial, or was taken back."""
        return Pointer.read(self._slots) or Pointer()

    @property
    def slot(self) -> str:
        """Where the running program lies."""
        return os.environ.get(SLOT, BUILT_IN)

    def announce(self) -> None:
        """Say at the start whether a release was taken back."""
        reverted = self.pointer.reverted
        if reverted is not None:
            reason = (
                f"version {reverted.version} was installed and taken back: {reverted.reason};"
                f" {__version__} runs"
            )
            self._conditions.set(REVERTED, reverted.version, reason)

    def hindrance(self) -> str:
        """Why nothing can be installed here, and what to do instead; empty = it can."""
        if os.environ.get(IMAGE):
            return PULL
        place = self._slots if self._slots.exists() else self._slots.parent
        if not os.access(place, os.W_OK):
            return f"{place} is not writable: install the new version as you installed this one"
        return ""

    async def stage(self, chunks: AsyncIterable[bytes], name: str) -> Verdict:
        """Take an upload in and judge it; what cannot be installed is not kept.

        Raises:
            SettingsError: another one is under way, or the disk is full.
        """
        if self._busy.locked():
            raise SettingsError("another firmware file is being loaded: wait for its end")
        async with self._busy:
            refusal = self._refusal(name)
            if refusal:
                return Verdict(ok=False, reason=refusal, name=name)
            stage = Stage(self._state)
            try:
                await stage.fill(chunks)
            except ImageRefused as error:
                return Verdict(ok=False, reason=str(error), name=name, size=stage.size)
            return await self._judged(stage, name)

    async def take_piece(
        self, name: str, offset: int, data: bytes, *, last: bool
    ) -> Verdict | None:
        """A piece of a file at the local door, in order from offset 0; judged after the last.

        Raises:
            SettingsError: the pieces do not follow each other, or the disk is full.
        """
        if self._busy.locked():
            raise SettingsError("another firmware file is being loaded: wait for its end")
        async with self._busy:
            if offset == 0:
                if refusal := self._refusal(name):
                    return Verdict(ok=False, reason=refusal, name=name)
                self._forget_pieces()
                self._pieces = Stage(self._state)
                self._pieces.open()
            stage = self._pieces
            if stage is None or stage.size != offset:
                self._forget_pieces()
                raise SettingsError("the pieces of the file do not follow each other: begin again")
            return await self._add(stage, name, data, last=last)

    async def verdict(self) -> Verdict | None:
        """What is staged, checked again where this process has not checked it yet."""
        staged = self._state / STAGED
        if not staged.exists():
            self._verdict = None
        elif self._verdict is None:
            self._verdict = await asyncio.to_thread(self._judge, staged, STAGED)
        return self._verdict

    async def install(self, *, allow_downgrade: bool = False) -> str:
        """Put the staged release into the free slot; it is tried at the next launch.

        Returns its version.

        Raises:
            SettingsError: nothing is staged, or it must not be installed; the text says why.
        """
        if hindrance := self.hindrance():
            raise SettingsError(hindrance)
        if self.pointer.trial is not None:
            raise SettingsError("a new version is on trial: wait until it is kept or taken back")
        async with self._busy:
            staged = self._state / STAGED
            if not staged.exists():
                raise SettingsError("no firmware file is loaded: load a .dfu file first")
            version = await asyncio.to_thread(self._install, staged, allow_downgrade)
            self._verdict = None
        log.info("firmware installed; it is on trial after the restart", extra={"version": version})
        return version

    async def discard(self) -> None:
        """Forget the staged release, and that one was taken back."""
        async with self._busy:
            self._forget_pieces()
            for name in (STAGED, PART):
                (self._state / name).unlink(missing_ok=True)
            self._verdict = None
            pointer = self.pointer
            if pointer.reverted is not None:
                if pointer.trial is None:
                    replace(pointer, reverted=None).write(self._slots)
                self._conditions.clear(REVERTED, pointer.reverted.version)

    def _forget_pieces(self) -> None:
        if self._pieces is not None:
            self._pieces.drop()
            self._pieces = None

    def _refusal(self, name: str) -> str:
        """What can be said before anything of the file is read."""
        if not name.lower().endswith(".dfu"):
            return "choose a .dfu file: other kinds of files are refused"
        return "" if self.keys.all() else NONE_TRUSTED

    async def _add(self, stage: Stage, name: str, data: bytes, *, last: bool) -> Verdict | None:
        try:
            await asyncio.to_thread(stage.write, data)
            if not last:
                return None
            await asyncio.to_thread(stage.close)
        except SettingsError as error:
            stage.drop()
            self._pieces = None
            if isinstance(error, ImageRefused):
                return Verdict(ok=False, reason=str(error), name=name, size=stage.size)
            raise
        self._pieces = None
        return await self._judged(stage, name)

    async def _judged(self, stage: Stage, name: str) -> Verdict:
        verdict = await asyncio.to_thread(self._judge, stage.path, name)
        if verdict.ok or verdict.downgrade:
            stage.keep()
            self._verdict = verdict
        else:
            stage.drop()
        facts = {"file": name, "version": verdict.version, "reason": verdict.reason}
        log.info("firmware file %s", "accepted" if verdict.ok else "refused", extra=facts)
        return verdict

    def _judge(self, path: Path, name: str) -> Verdict:
        size = path.stat().st_size
        try:
            image = verify(path, self.keys)
        except SettingsError as error:
            return Verdict(ok=False, reason=str(error), name=name, size=size)
        place = self._place()
        never = misfit(image.manifest, place) or too_old(image.manifest, place)
        back = "" if never else older(image.manifest, place)
        return Verdict(
            ok=not never and not back,
            reason=never or back,
            name=name,
            size=size,
            version=image.manifest.version,
            minimum=image.manifest.minimum,
            created=image.manifest.created.isoformat(),
            key=image.key,
            downgrade=bool(back),
        )

    def _install(self, staged: Path, allow_downgrade: bool) -> str:  # noqa: FBT001 -- to a thread
        verdict = self._judge(staged, STAGED)
        if not verdict.ok and not (verdict.downgrade and allow_downgrade):
            raise SettingsError(f"this file is not installed: {verdict.reason}")
        image = verify(staged, self.keys)
        pointer = self.pointer
        slot = SLOTS[1] if pointer.current == SLOTS[0] else SLOTS[0]
        try:
            self._slots.mkdir(mode=0o700, exist_ok=True)
            unpack(image, self._slots / slot)
            write_atomically(self._slots / slot / "python", python_here().encode())
            self._trial_of(image, slot, pointer).write(self._slots)
        except OSError as error:
            raise SettingsError(f"{self._slots} cannot take it: {error.strerror}") from error
        staged.unlink(missing_ok=True)
        return image.manifest.version

    def _trial_of(self, image: Image, slot: str, pointer: Pointer) -> Pointer:
        patience = self._patience()
        trial = Trial(
            slot=slot,
            version=image.manifest.version,
            minimum=image.manifest.minimum,
            ready_within=patience.ready_within,
            steady_for=patience.steady_for,
            unwell=tuple(
                sorted(c.subject for c in self._conditions.active() if c.name in (FAILED, REFUSED))
            ),
        )
        return replace(pointer, trial=trial, reverted=None)

    def _place(self) -> Place:
        floor = Version(0, 0, 0)
        with suppress(ValueError):
            floor = Version.parse(self.pointer.floor)
        return Place(Machine.this(), self._installed, Version.parse(__version__), floor)

    def _installed(self, package: str) -> str | None:
        """The version beside the built-in program, whatever slot we run from."""
        slots = str(self._slots.absolute())
        path = [place for place in sys.path if not place.startswith(slots)]
        found = next(iter(metadata.distributions(name=package, path=path)), None)
        return found.version if found else None
