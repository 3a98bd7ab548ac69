"""`digigate-sim PLANT`: serve a plant; `digigate-sim ctl SOCK …`: order a running one."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from digigate.errors import DigigateError
from digigate.simulator.control import order
from digigate.simulator.plant import load_plant
from digigate.simulator.site import Offer, Site, opened
from digigate.simulator.timing import PlantClock

WAYS = (
    "status | leds | truth SLAVE [LOAD] | slave on|off SLAVE | press SLAVE [SECONDS]"
    " | io SLAVE input=N|output=N on|off"
    " | clock [speed=N] [step_seconds=N] … | fault set SLAVE|BUS KIND … | fault clear|list|log …"
    " | plug|unplug BUS"
)
PLACES = {
    "truth": ("slave", "load"),
    "press": ("slave", "seconds"),
    "io": ("slave", "state"),
    "fault.set": ("on", "kind"),
    "fault.clear": ("on", "kind"),
    "fault.log": ("last",),
    "plug": ("bus",),
    "unplug": ("bus",),
}
"""What words without a name mean; elsewhere the slave."""
GROUPS = ("slave", "fault")


def main(arguments: Sequence[str] | None = None) -> int:
    """The program; returns its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words[:1] == ["ctl"]:
            return _control(words[1:])
        return _serve(_parser().parse_args(words))
    except (DigigateError, ValueError) as error:
        sys.stderr.write(f"digigate-sim: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="digigate-sim",
        description="Simulated slaves on lines as slow as real ones.",
        epilog=f"digigate-sim ctl SOCK ({WAYS}) orders a running plant.",
    )
    parser.add_argument("plant", type=Path, metavar="PLANT", help="plant file (YAML)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--pty", type=Path, metavar="DIR", help="link each pty as DIR/BUS.tty")
    where.add_argument("--listen", metavar="HOST", help="a free TCP port for each bus, no pty")
    parser.add_argument("--control", type=Path, metavar="SOCK", help="where to take orders")
    parser.add_argument("--speed", type=float, default=1.0, metavar="N", help="plant s per real s")
    parser.add_argument("--seed", type=int, metavar="N", help="instead of the plant file's")
    parser.add_argument(
        "--detached", action="store_true", help="live on when the process that started us ends"
    )
    return parser


def _serve(options: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    plant = load_plant(options.plant)
    if options.seed is not None:
        plant = plant.model_copy(update={"seed": options.seed})
    clock = PlantClock()
    clock.set_speed(options.speed)
    parent = None if options.detached else os.getppid()
    with suppress(KeyboardInterrupt):
        asyncio.run(
            _run(Site(plant, clock), Offer(options.pty, options.listen), options.control, parent)
        )
    return 0


async def _run(site: Site, offer: Offer, control: Path | None, parent: int | None) -> None:
    """Serve until SIGTERM, SIGINT or the end of the parent."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if parent:
        _watch(parent, stop.set)
    async with opened(site, offer, control) as announcement:
        _say(json.dumps(announcement))
        await stop.wait()


def _watch(process: int, ended: Callable[[], None]) -> None:
    """Call `ended()` as soon as this process is gone."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        ended()
        return
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(handle)
        os.close(handle)
        ended()

    loop.add_reader(handle, gone)


def _control(words: list[str]) -> int:
    if len(words) < 2:
        raise ValueError(f"write: digigate-sim ctl SOCK ({WAYS})")
    command, given = _ordered(words[1:])
    _say(json.dumps(order(Path(words[0]), command, given), indent=2))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _ordered(words: list[str]) -> tuple[str, dict[str, object]]:
    """A command line in words as command and arguments, some of which need no name."""
    command, rest = words[0], words[1:]
    if command in GROUPS and rest:
        command, rest = f"{command}.{rest[0]}", rest[1:]
    plain = [word for word in rest if "=" not in word]
    names = PLACES.get(command, ("slave",))
    given: dict[str, object] = dict(zip(names, plain, strict=False))
    pairs = (word.partition("=") for word in rest if "=" in word)
    return command, given | {name: value for name, _, value in pairs}
