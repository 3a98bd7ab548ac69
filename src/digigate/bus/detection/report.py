"""What a search tells: plain data that any page or program can write as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from digigate.settings.sections import DetectionMode, Resolution
from digigate.settings.topology import BusName


class Phase(StrEnum):
    """Where a search stands: the steps of the manual's figure (§10), and how it can end."""

    IDLE = "idle"  # none was ordered since the gateway started
    STARTED = "started"
    SEARCHING = "searching"  # all COM LEDs blink in step
    CONFLICTS = "conflicts"  # known; steady COM LEDs wait for their buttons
    SOLVING = "solving"  # slaves take new addresses one by one
    READING = "reading"  # ours: what new devices say of their loads
    SPEEDS = "speeds"  # ours, where it was asked for: who answers at another speed
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def figure(self) -> int | None:
        """The number of the step in the manual's figure; None for what it does not show."""
        return _FIGURE.get(self)

    @property
    def running(self) -> bool:
        """Whether the lines are being searched."""
        return self in _RUNNING


_FIGURE = {
    Phase.STARTED: 1,
    Phase.SEARCHING: 2,
    Phase.CONFLICTS: 3,
    Phase.SOLVING: 4,
    Phase.READING: 5,
    Phase.SPEEDS: 5,
    Phase.DONE: 6,
}
_RUNNING = frozenset(_FIGURE) - {Phase.DONE}


class Trouble(StrEnum):
    """Why an address cannot stay as it is."""

    SHARED = "shared"  # several slaves of the line have it
    TAKEN = "taken"  # a slave of the other bus or of a remote gateway has it
    GATEWAY = "gateway"  # it is the gateway's own


class Cause(StrEnum):
    """Why a slave that answered is kept out of the topology."""

    MODE = "mode"  # FAST does not look for its family
    WRONG_BUS = "wrong-bus"
    STRANGER = "stranger"  # no SOCOMEC device, or no model that we know
    CAPACITY = "capacity"
    CONFLICT = "conflict"


class HintKind(StrEnum):
    """What a technician should look at."""

    SILENT_DEVICE = "silent-device"
    SILENT_LINE = "silent-line"
    NOISE = "noise"
    SPEED = "speed"
    USE_COMPLETE = "use-complete"
    CHECK_SLAVE = "check-slave"
    DROPPED = "dropped"
    UNFINISHED = "unfinished"


class Standing(StrEnum):
    """How a device of the topology came out of a search."""

    NEW = "new"
    KNOWN = "known"
    MOVED = "moved"  # known, at another address or on the other bus
    REPLACED = "replaced"  # another device of the same model sits at the address
    SILENT = "silent"  # did not answer and was kept
    CONTESTED = "contested"  # its address is in conflict
    UNSEARCHED = "unsearched"  # its bus was not searched, or it hangs behind a remote gateway


@dataclass(frozen=True, slots=True)
class Sighting:
    """A slave that answered; `name` is its own word for itself, `model` a key of the catalogue."""

    bus: BusName
    address: int
    name: str
    model: str = ""  # empty = none that we know
    serial: str = ""
    net_id: int = 0

    @property
    def words(self) -> str:
        """Who it is, for people."""
        serial = f" serial {self.serial}" if self.serial else ""
        return f"{self.name}{serial}" + (f" NET ID {self.net_id:08X}" if self.net_id else "")


@dataclass(frozen=True, slots=True)
class Conflict:
    """An address that slaves must not keep; `slaves` is empty where they cannot be told apart."""

    bus: BusName
    address: int
    trouble: Trouble
    slaves: tuple[Sighting, ...]
    advice: str
    pressable: bool = False  # its slaves wait for their front buttons

    @property
    def subject(self) -> str:
        """Whom the condition `address.conflict` names."""
        return f"{self.bus}:{self.address}"

    @property
    def words(self) -> str:
        """The conflict in one line."""
        named = "; ".join(slave.words for slave in self.slaves)
        who = f"{len(self.slaves)} slaves" if len(self.slaves) > 1 else "a slave"
        if not self.slaves:
            who = "several slaves"
        return (
            f"{who} at {self.address} on {self.bus}{f' ({named})' if named else ''}: {self.advice}"
        )


@dataclass(frozen=True, slots=True)
class Move:
    """A slave took another address; `slave` is as it was found."""

    slave: Sighting
    to: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A slave that answered and is not in the topology."""

    slave: Sighting
    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Hint:
    """Advice in words, with what it is about for whoever wants other words."""

    kind: HintKind
    text: str
    bus: BusName | None = None
    address: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One device of the topology as the search left it."""

    slave: Sighting
    label: str
    standing: Standing
    loads: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a search came to; `devices` is the topology that is in force now."""

    seconds: float
    devices: tuple[Entry, ...] = ()
    moves: tuple[Move, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    hints: tuple[Hint, ...] = ()


@dataclass(frozen=True, slots=True)
class BusProgress:
    """How far one bus is; `reason` says why it is not (or no longer) searched."""

    bus: BusName
    share: float
    seconds_left: float | None
    found: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """The search as it stands; `seconds_left` is None where people decide how long it takes."""

    phase: Phase = Phase.IDLE
    mode: DetectionMode = DetectionMode.FAST
    resolve: Resolution = Resolution.BUTTONS
    reason: str = ""
    share: float = 0.0
    seconds_left: float | None = None
    buses: tuple[BusProgress, ...] = ()
    found: tuple[Sighting, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    moves: tuple[Move, ...] = ()
    report: Report | None = None

    def jsonable(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {**_plain(asdict(self)), "figure": self.phase.figure, "running": self.phase.running}


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.value if isinstance(value, StrEnum) else value
