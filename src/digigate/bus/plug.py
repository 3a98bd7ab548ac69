"""Where a line is plugged in: how its channel is opened, or why it stays closed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Self

from digigate.bus.port import Heard, Port, connect, open_port
from digigate.bus.status import LineState
from digigate.settings.sections import Line, Role, Rs485
from digigate.settings.topology import RemoteGateway

Opening = Callable[[Heard], Awaitable[Port]]


@dataclass(frozen=True, slots=True)
class Plug:
    """One line's way out; without `open` it has none, in `state` for `reason`."""

    place: str
    baudrate: int = 0  # 0 = no serial line
    open: Opening | None = None
    state: LineState = LineState.DOWN
    reason: str = ""

    @classmethod
    def of(cls, line: Line) -> Self:
        """The port of a field bus."""
        if isinstance(line, Rs485) and line.role is Role.SLAVE:
            reason = "the port is a slave of another master; set its role to master to poll devices"
            return cls(line.port, line.baudrate, None, LineState.SLAVE, reason)
        if not line.port:
            return cls("", line.baudrate, None, LineState.UNWIRED, "no port is set")
        return cls.at(line)

    @classmethod
    def at(cls, line: Line) -> Self:
        """A port that is ours whatever its role."""
        return cls(line.port, line.baudrate, partial(open_port, line))

    @classmethod
    def to(cls, gateway: RemoteGateway) -> Self:
        """The network, and a gateway somewhere on it."""
        place = f"{gateway.host}:{gateway.port}"
        return cls(place, 0, partial(connect, place, gateway.host, gateway.port))
