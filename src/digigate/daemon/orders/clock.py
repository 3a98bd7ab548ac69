"""`clock`, `clock.set`, and the demo's and tests' way in time: `clock.speed`, `.step`, `.zone`."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from digigate.clock import Clock
from digigate.commands import Arguments, Command, Commands, Json
from digigate.settings.profiles import ADMINISTRATORS

SPEED_MAX = 86400.0


class Speed(Arguments):
    """Gateway seconds per real second."""

    speed: Annotated[float, Field(gt=0, le=SPEED_MAX)]


class Step(Arguments):
    """Seconds to jump; a hundred years are enough."""

    seconds: Annotated[float, Field(ge=-3.2e9, le=3.2e9)]


def _of_this_century(time: datetime) -> datetime:
    if not 2000 <= time.year < 2100:
        raise ValueError("write a date of the years 2000 to 2099")
    return time


class Moment(Arguments):
    """A date and time of this century; without an offset it is in the gateway's zone."""

    time: Annotated[datetime, AfterValidator(_of_this_century)]


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

    async def set_to(asked: Moment) -> Json:
        wanted = asked.time if asked.time.tzinfo else asked.time.replace(tzinfo=clock.zone)
        clock.step(wanted - clock.now())
        return told()

    async def zone(asked: Zone) -> Json:
        clock.set_zone(asked.zone)
        return told()

    commands.add(Command("clock", Arguments, tell, audited=False))
    commands.add(Command("clock.speed", Speed, speed))
    commands.add(Command("clock.step", Step, step))
    commands.add(Command("clock.set", Moment, set_to, ADMINISTRATORS))
    commands.add(Command("clock.zone", Zone, zone))
