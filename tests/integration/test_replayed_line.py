"""A captured line played to a master: it meets the same faults again."""

import asyncio
from pathlib import Path

import pytest

from digigate.bus.frames import build
from digigate.bus.line import Line
from digigate.bus.port import open_port
from digigate.bus.trace import Frame, FrameKind
from digigate.bus.workshop.capture import Capture
from digigate.bus.workshop.player import Played, Player, opened, play
from digigate.bus.workshop.replay import behaviour
from digigate.errors import SettingsError, SlaveException, SlaveGarbled, SlaveTimeout
from digigate.settings.sections import Line as LineSettings

pytestmark = pytest.mark.timed

PDU = bytes.fromhex("03 481a 0002")
READ, RIGHT = build(4, PDU), build(4, bytes.fromhex("0304 00003039"))
BROKEN = RIGHT[:-1] + bytes((RIGHT[-1] ^ 1,))
REFUSAL = build(4, b"\x83\x02")


def frame(time: float, kind: FrameKind, data: bytes) -> Frame:
    return Frame("rs485", time, kind, 4, data)


CAPTURE = Capture(
    "",
    frames=(
        frame(0.0, FrameKind.REQUEST, READ),
        frame(0.01, FrameKind.ANSWER, RIGHT),
        frame(1.0, FrameKind.REQUEST, READ),
        frame(1.01, FrameKind.GARBLED, BROKEN),
        frame(2.0, FrameKind.REQUEST, READ),
        frame(2.01, FrameKind.EXCEPTION, REFUSAL),
        frame(3.0, FrameKind.REQUEST, READ),
        frame(3.5, FrameKind.TIMEOUT, b""),
    ),
)


async def test_a_master_meets_what_was_captured(tmp_path: Path) -> None:
    """Two rounds: the same answer, noise, refusal and silence in the same order."""
    link = tmp_path / "line.tty"
    told: list[Played] = []
    player = Player(behaviour(CAPTURE, "rs485"))
    with opened(link) as channel:
        playing = asyncio.create_task(play(player, channel, told.append))
        settings = LineSettings(port=str(link), turnaround_max=0.3)
        line = Line("rs485", settings)
        port = await open_port(settings, line.heard)
        line.attach(port.write)
        try:
            for _ in range(2):
                assert await line.request(4, PDU) == bytes.fromhex("0304 00003039")
                with pytest.raises(SlaveGarbled):
                    await line.request(4, PDU)
                with pytest.raises(SlaveException, match="0x02"):
                    await line.request(4, PDU)
                with pytest.raises(SlaveTimeout):
                    await line.request(4, PDU)
        finally:
            line.detach("the end")
            await port.close()
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
    assert player.played.requests == len(told) == 8
    assert not link.is_symlink()


def test_a_link_that_is_a_file_already_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("mine")
    with pytest.raises(SettingsError, match="there already"), opened(file):
        pass
    assert file.read_text() == "mine"
