"""`digigate replay`: a capture decoded offline, or played to a master on a pty."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path

from digigate.bus.workshop.capture import Capture, frame_line, read_capture
from digigate.bus.workshop.player import Played, Player, opened, play
from digigate.bus.workshop.replay import Verdict, behaviour, replay
from digigate.catalogue import Catalogue
from digigate.cli.parsers import Subparsers
from digigate.errors import SettingsError


def enter(commands: Subparsers) -> None:
    """Add `replay`."""
    parser = commands.add_parser("replay", help="look at a capture again, or play it to a master")
    parser.add_argument("file", type=Path, metavar="FILE", help="made by sniff --write")
    parser.add_argument("--errors", action="store_true", help="only what is wrong")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--to",
        type=Path,
        metavar="LINK",
        help="play the captured slaves on a new pty under this name, until Ctrl-C",
    )
    parser.add_argument("--bus", help="which line to play, where the capture has several")
    parser.set_defaults(act=_replay)


def _replay(options: argparse.Namespace) -> int:
    capture = _read(options.file)
    if options.to:
        return _play(capture, options)
    verdicts = list(replay(capture, Catalogue.load()))
    for verdict in verdicts:
        if verdict.meaning.fault or verdict.differs or not options.errors:
            print(_json(verdict) if options.json else _words(verdict))
    faults = sum(bool(verdict.meaning.fault) for verdict in verdicts)
    differing = sum(verdict.differs for verdict in verdicts)
    if not options.json:
        print(f"{len(verdicts)} frames, {faults} with a fault, {differing} judged otherwise now")
    return 1 if differing else 0


def _read(path: Path) -> Capture:
    try:
        with path.open(encoding="utf-8") as lines:
            return read_capture(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    except SettingsError as error:
        raise SettingsError(f"{path}, {error}") from error


def _words(verdict: Verdict) -> str:
    meaning = verdict.meaning
    words = "; ".join([meaning.text, *(figure.words for figure in meaning.figures)])
    mark = f" !{meaning.fault}" if meaning.fault else ""
    now = f" [now {verdict.now}]" if verdict.differs else ""
    return f"{frame_line(verdict.frame, words)}{mark}{now}"


def _json(verdict: Verdict) -> str:
    frame, meaning = verdict.frame, verdict.meaning
    return json.dumps(
        {
            "at": frame.time,
            "line": frame.line,
            "kind": frame.kind,
            "now": verdict.now,
            "unit": frame.unit,
            "took": frame.took,
            "data": frame.data.hex(),
            "text": meaning.text,
            "fault": meaning.fault,
            "values": [figure.words for figure in meaning.figures],
        },
        ensure_ascii=False,
    )


def _play(capture: Capture, options: argparse.Namespace) -> int:
    lines = sorted({frame.line for frame in capture.frames})
    line = options.bus or (lines[0] if len(lines) == 1 else "")
    if line not in lines:
        raise SettingsError(f"say which line to play: --bus {' or --bus '.join(lines) or 'none'}")
    player = Player(behaviour(capture, line))
    with opened(options.to) as channel:
        facts = capture.lines.get(line)
        speed = f" at {facts.baudrate} Bd" if facts else ""
        print(f"playing {line} of {options.file} on {options.to}{speed}; stop with Ctrl-C")
        print(f"{len(player.behaviour)} different requests are known", flush=True)
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(_until_told(play(player, channel, _tell)))
    print(f"{player.played.requests} requests met, {player.played.unknown} octets unknown")
    return 0


async def _until_told(playing: Coroutine[None, None, None]) -> None:
    """Let it go on until SIGTERM, as a service manager says Ctrl-C."""
    task = asyncio.ensure_future(playing)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await task


def _tell(played: Played) -> None:
    if sys.stdout.isatty():
        print(f"\r{played.requests} requests met", end="", flush=True)
