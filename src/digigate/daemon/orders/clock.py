"""`clock`, `clock.speed`, `clock.step`, `clock.zone`: the demo's and the tests' way in time."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from digigate.clock import Clock
from digigate.commands import Arguments, Command, Commands, Json

SPEED_MAX = 86400.0


class Speed(Arguments):
    """Gateway seconds per real second."""

    speed: Annotated[float, Field(gt=0, le=SPEED_MAX)]


class Step(Arguments):
    """Seconds to jump; a hundred years are enough."""

    seconds: Annotated[float, Field(ge=-3.2e9, le=3.2e9)]


class Zone(Arguments):
    """An IANA name."""

    zone: str


def enter_clock(commands: Commands, clock: Clock) -> None:
    """Read, speed up, step the gateway's clock, or give it another zone."""

    def told() -> Json:
        return {
            "time": clock.now().isoformat(),
            "zone": clock.zone.key,
            "speed": clock.speed,
            "offset": clock.offset.total_seconds(),
        }

    async def tell(_: Arguments) -> Json:
        return told()

    async def speed(asked: Speed) -> Json:
        clock.set_speed(asked.speed)
        return told()

    async def step(asked: Step) -> Json:
        clock.step(timedelta(seconds=asked.seconds))
        return told()

    async def zone(asked: Zone) -> Json:
        clock.set_zone(asked.zone)
        return told()

    commands.add(Command("clock", Arguments, tell, audited=False))
    commands.add(Command("clock.speed", Speed, speed))
    commands.add(Command("clock.step", Step, step))
    commands.add(Command("clock.zone", Zone, zone))
