"""`detect.*`: search the buses, follow the search, solve what it could not (§10)."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from digigate.bus.detection import Detector, Wishes
from digigate.commands import Arguments, Command, Commands, Json, Stream
from digigate.settings.profiles import ADMINISTRATORS
from digigate.settings.sections import Detection, DetectionMode, Resolution
from digigate.settings.topology import BusName

Address = Annotated[int, Field(ge=1, le=247)]


class Start(Arguments):
    """What to look for and who solves conflicts; what is not said is as the settings have it."""

    mode: DetectionMode | None = None
    resolve: Resolution | None = None
    keep: bool = True
    """Devices that do not answer stay in the topology."""
    speeds: bool = False
    """Lines on which slaves are missing are heard at the other speeds too."""


class Assign(Arguments):
    """Which slave takes which address."""

    bus: BusName
    address: Address
    to: Address


def enter_detection(
    commands: Commands, detector: Detector, settings: Callable[[], Detection]
) -> None:
    """Start, stop, follow; and give one slave of a plain line its address."""

    async def start(asked: Start) -> Json:
        stored = settings()
        mode, resolve = asked.mode or stored.mode, asked.resolve or stored.resolve
        wishes = Wishes(mode, resolve, asked.keep, asked.speeds)
        return detector.start(wishes).jsonable()

    async def stop(_: Arguments) -> Json:
        return (await detector.stop()).jsonable()

    async def status(_: Arguments) -> Json:
        return detector.status.jsonable()

    async def watch(_: Arguments) -> AsyncGenerator[Json, None]:
        async with aclosing(detector.watch()) as statuses:
            async for each in statuses:
                yield each.jsonable()

    async def assign(asked: Assign) -> Json:
        return asdict(await detector.assign(asked.bus, asked.address, asked.to))

    commands.add(Command("detect.start", Start, start, ADMINISTRATORS))
    commands.add(Command("detect.stop", Arguments, stop, ADMINISTRATORS))
    commands.add(Command("detect.status", Arguments, status, ADMINISTRATORS, audited=False))
    commands.add(Stream("detect.watch", Arguments, watch, ADMINISTRATORS, audited=False))
    commands.add(Command("detect.assign", Assign, assign, ADMINISTRATORS))
