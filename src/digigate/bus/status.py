"""What the bus tells of itself: states and counters, for pages, registers and conditions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LineState(StrEnum):
    """Whether a line can carry requests; registers count them in this order."""

    UNWIRED = "unwired"  # no port is set
    UP = "up"
    DOWN = "down"
    SLAVE = "slave"  # the port is turned round: another master asks there (§8.2.2)


class SlaveState(StrEnum):
    """What the master thinks of a slave; registers count them in this order."""

    UNKNOWN = "unknown"  # not asked yet
    ONLINE = "online"
    SILENT = "silent"  # backed off, tried again at growing intervals
    STRANGER = "stranger"  # it identifies as another model than the topology says
    UNCONFIRMED = "unconfirmed"  # its map is ours and the user has not confirmed it
    MAINTENANCE = "maintenance"  # the user works on it: not polled, never the cause of an alarm


@dataclass(frozen=True, slots=True)
class Counters:
    """Frames of one slave or one line since start.

    `asked` is the sum of the six that follow it, and of the one under way.
    """

    asked: int = 0
    answered: int = 0
    exceptions: int = 0
    timeouts: int = 0  # nothing was heard
    crc_errors: int = 0  # an answer of the right length came broken
    garbled: int = 0  # something else was heard: noise, half an answer, a foreign one
    lost: int = 0  # the line went down before the answer
    stale_bytes: int = 0  # heard while nobody was asked, or after a deadline


@dataclass(frozen=True, slots=True)
class SlaveIdentity:
    """Who answered last; empty or 0 = it does not say."""

    model: str  # key in the catalogue
    name: str  # what it calls itself
    serial: str  # 11 digits as printed
    net_id: int
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class SlaveStatus:
    """One slave as the poller knows it; turnarounds in seconds."""

    address: int
    bus: str
    state: SlaveState
    since: datetime
    reason: str
    last_answer: datetime | None
    counters: Counters
    turnaround_p50: float | None
    turnaround_p99: float | None
    retry_in: float | None  # seconds until a silent slave is tried again
    identity: SlaveIdentity | None = None  # None = it has not been identified yet


@dataclass(frozen=True, slots=True)
class LineStatus:
    """One line as its engine knows it; times in seconds, utilisation 0..1."""

    name: str
    port: str
    state: LineState
    since: datetime
    reason: str
    baudrate: int  # 0 = not a serial line
    counters: Counters
    utilisation: float
    cycle_planned: float | None  # computed from the plan and the wire model
    cycle_p50: float | None  # measured
    cycle_p95: float | None
