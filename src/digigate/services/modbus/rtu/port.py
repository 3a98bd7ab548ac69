"""A serial port on which the gateway is asked."""

from digigate.bus.link import Held, Link
from digigate.bus.plug import Plug
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.settings.sections import Line
from digigate.supervisor import Ready


class SerialDoor:
    """Keeps the port open and answers what comes in; a missing device is a condition."""

    def __init__(self, held: Held, settings: Line, clock: Clock, conditions: Conditions) -> None:
        self._link = Link(held, Plug.at(settings), clock, conditions, _nobody)

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled."""
        ready()
        await self._link.keep_open()


def _nobody() -> None:
    """Pages are told of buses, not of this port."""
