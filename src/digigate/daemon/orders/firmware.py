"""`firmware`, `firmware.install`, `firmware.discard`; at the owner's door also `firmware.piece`."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from digigate import __version__
from digigate.commands import Arguments, Caller, Command, Commands, ForCaller, Json
from digigate.errors import Denied, SettingsError
from digigate.firmware.update import Firmware
from digigate.settings.profiles import OFFICER


class Installing(Arguments):
    """Whether it may be older than the running version; only the owner may allow that."""

    allow_downgrade: bool = False


class Piece(Arguments):
    """A piece of a `.dfu` file, in base64; pieces follow each other from offset 0."""

    name: Annotated[str, Field(max_length=200)]
    offset: Annotated[int, Field(ge=0)]
    data: str
    last: bool = False


def enter_firmware(commands: Commands, firmware: Firmware, relaunch: Callable[[], None]) -> None:
    """See, install, discard; `relaunch` ends this run and begins with what was installed."""

    async def show(_: Arguments) -> Json:
        verdict, pointer = await firmware.verdict(), firmware.pointer
        return {
            "version": __version__,
            "slot": firmware.slot,
            "floor": pointer.floor,
            "staged": asdict(verdict) if verdict else None,
            "trial": asdict(pointer.trial) if pointer.trial else None,
            "reverted": asdict(pointer.reverted) if pointer.reverted else None,
            "keys": sorted(firmware.keys.all()),
            "hindrance": firmware.hindrance(),
        }

    async def install(asked: Installing, who: Caller) -> Json:
        if asked.allow_downgrade and not who.owner:
            raise Denied("only the owner may go back to an older version, at the command line")
        version = await firmware.install(allow_downgrade=asked.allow_downgrade)
        relaunch()
        return {"version": version, "restarting": True}

    async def discard(_: Arguments) -> Json:
        await firmware.discard()
        return None

    async def piece(asked: Piece) -> Json:
        try:
            data = b64decode(asked.data, validate=True)
        except binascii.Error as error:
            raise SettingsError("the piece is no base64") from error
        verdict = await firmware.take_piece(asked.name, asked.offset, data, last=asked.last)
        return asdict(verdict) if verdict else None

    commands.add(Command("firmware", Arguments, show, OFFICER, audited=False))
    commands.add(Command("firmware.install", Installing, ForCaller(install), OFFICER))
    commands.add(Command("firmware.discard", Arguments, discard, OFFICER))
    commands.add(Command("firmware.piece", Piece, piece, audited=False))
