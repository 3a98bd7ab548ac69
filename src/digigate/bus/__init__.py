"""The door down: two lines with their slaves, polled, asked and watched."""

from digigate.bus.bus import Bus, BusLine, BusRooms
from digigate.bus.requests import Priority, Requests
from digigate.bus.status import Counters, LineState, LineStatus, SlaveState, SlaveStatus

__all__ = [
    "Bus",
    "BusLine",
    "BusRooms",
    "Counters",
    "LineState",
    "LineStatus",
    "Priority",
    "Requests",
    "SlaveState",
    "SlaveStatus",
]
