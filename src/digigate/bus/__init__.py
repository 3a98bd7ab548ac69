"""The door down: two lines with their slaves, polled, asked and watched."""

from digigate.bus.bus import Ask, Bus
from digigate.bus.busline import BusLine, BusRooms
from digigate.bus.requests import Priority, Requests
from digigate.bus.status import (
    Counters,
    LineState,
    LineStatus,
    SlaveIdentity,
    SlaveState,
    SlaveStatus,
)
from digigate.bus.trace import Frame, FrameKind

__all__ = [
    "Ask",
    "Bus",
    "BusLine",
    "BusRooms",
    "Counters",
    "Frame",
    "FrameKind",
    "LineState",
    "LineStatus",
    "Priority",
    "Requests",
    "SlaveIdentity",
    "SlaveState",
    "SlaveStatus",
]
