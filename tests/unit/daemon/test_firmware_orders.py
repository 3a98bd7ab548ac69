"""`firmware.*`: who may order them and what they tell."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from digigate import __version__
from digigate.clock import Clock
from digigate.commands import Caller, Commands
from digigate.conditions import Conditions
from digigate.daemon.orders import enter_firmware
from digigate.errors import Denied, SettingsError
from digigate.firmware.update import Firmware, Patience
from digigate.settings.profiles import Profile
from releases import Maker

OWNER, CYBER = Caller("owner"), Caller("cyber", Profile.CYBER, "10.0.0.7")
PIECE = 400


class Desk:
    """The table of commands, and whether the gateway was told to launch anew."""

    def __init__(self, state: Path) -> None:
        self.commands = Commands()
        self.relaunched = 0
        firmware = Firmware(state, state / "slots", Conditions(Clock()), lambda: Patience(5, 2))
        enter_firmware(self.commands, firmware, self._relaunch)

    def _relaunch(self) -> None:
        self.relaunched += 1

    async def asks(self, who: Caller, command: str, **arguments: object) -> Any:
        return await self.commands.execute(command, arguments, who)

    async def hands_over(self, image: Path) -> Any:
        data = image.read_bytes()
        for offset in range(0, len(data), PIECE):
            piece, last = data[offset : offset + PIECE], offset + PIECE >= len(data)
            verdict = await self._piece(offset, piece, last=last)
        return verdict

    async def _piece(self, offset: int, data: bytes, *, last: bool = False) -> Any:
        text = b64encode(data).decode()
        return await self.asks(
            OWNER, "firmware.piece", name="x.dfu", offset=offset, data=text, last=last
        )


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    maker = Maker(tmp_path)
    maker.is_trusted_by(tmp_path / "state")
    return maker


@pytest.fixture
def desk(maker: Maker) -> Desk:
    return Desk(maker.folder / "state")


@pytest.mark.parametrize("profile", [p for p in Profile if p is not Profile.CYBER])
async def test_only_cyber_may(desk: Desk, profile: Profile) -> None:
    for name in ("firmware", "firmware.install", "firmware.discard"):
        with pytest.raises(Denied):
            await desk.asks(Caller("somebody", profile), name)


async def test_pieces_come_in_at_the_owners_door_only(desk: Desk) -> None:
    with pytest.raises(Denied):
        await desk.asks(CYBER, "firmware.piece", name="x.dfu", offset=0, data="")


async def test_cyber_installs_what_was_loaded(desk: Desk, maker: Maker) -> None:
    verdict = await desk.hands_over(maker.tiny("60.0.0"))
    assert (verdict["ok"], verdict["version"]) == (True, "60.0.0")
    assert (await desk.asks(CYBER, "firmware"))["staged"] == verdict
    assert await desk.asks(CYBER, "firmware.install") == {"version": "60.0.0", "restarting": True}
    assert desk.relaunched == 1
    told = await desk.asks(CYBER, "firmware")
    assert (told["version"], told["trial"]["version"], told["staged"]) == (
        __version__,
        "60.0.0",
        None,
    )


async def test_only_the_owner_goes_back(desk: Desk, maker: Maker) -> None:
    verdict = await desk.hands_over(maker.tiny("0.0.1"))
    assert verdict["downgrade"]
    with pytest.raises(Denied):
        await desk.asks(CYBER, "firmware.install", allow_downgrade=True)
    with pytest.raises(SettingsError):
        await desk.asks(CYBER, "firmware.install")
    assert desk.relaunched == 0
    await desk.asks(OWNER, "firmware.install", allow_downgrade=True)
    assert desk.relaunched == 1


async def test_pieces_follow_each_other(desk: Desk) -> None:
    await desk._piece(0, b"abc")
    for offset in (4, 3):  # what came before the gap is thrown away
        with pytest.raises(SettingsError, match="do not follow"):
            await desk._piece(offset, b"def")
    with pytest.raises(SettingsError, match="no base64"):
        await desk.asks(OWNER, "firmware.piece", name="x.dfu", offset=3, data="?")


async def test_discarded_is_forgotten(desk: Desk, maker: Maker) -> None:
    await desk.hands_over(maker.tiny("60.0.0"))
    await desk.asks(CYBER, "firmware.discard")
    assert (await desk.asks(CYBER, "firmware"))["staged"] is None
