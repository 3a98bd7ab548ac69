"""`bus.broadcast`: write the same registers of all slaves of one line at once."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from digigate.bus import Bus
from digigate.bus.roster import Roster
from digigate.bus.workshop.telling import meant_by_all, request
from digigate.commands import Arguments, Command, Commands, Json
from digigate.errors import SettingsError
from digigate.settings.profiles import ADMINISTRATORS
from digigate.settings.sections import Addressing, Buses
from digigate.settings.topology import BusName

Word = Annotated[int, Field(ge=0, le=0xFFFF)]


class Broadcast(Arguments):
    """What all slaves of a line are told; `agreed` where they are real ones."""

    bus: BusName
    register_: Annotated[int, Field(ge=0, le=0xFFFF, alias="register")]
    values: Annotated[tuple[Word, ...], Field(min_length=1, max_length=123)]
    agreed: bool = False


def enter_broadcast(
    commands: Commands, bus: Bus, roster: Roster, buses: Callable[[], Buses]
) -> None:
    """Nobody answers a broadcast, so it goes out only where it means the same to everybody."""

    async def broadcast(asked: Broadcast) -> Json:
        start, values = asked.register_, asked.values
        there = [d for d in roster.devices if d.bus == asked.bus and not d.gateway]
        slaves = {device.address: roster.model(device.address) for device in there}
        points = meant_by_all(slaves, start, len(values))
        names = ", ".join(point.name for point in points)
        real = getattr(buses(), asked.bus).addressing is not Addressing.PRIVATE
        if real and not asked.agreed:
            raise SettingsError(
                f"this writes {names} of {len(slaves)} real devices: say yes to do it (--yes)"
            )
        await bus.broadcast(asked.bus, request(points, start, values))
        return {"bus": asked.bus, "slaves": sorted(slaves), "names": [p.name for p in points]}

    commands.add(Command("bus.broadcast", Broadcast, broadcast, ADMINISTRATORS))
