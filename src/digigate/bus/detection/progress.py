"""What a search tells while it runs: one snapshot, told anew at each change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from digigate.bus.detection.plates import Slave
from digigate.bus.detection.report import (
    BusProgress,
    Conflict,
    Move,
    Phase,
    Report,
    Status,
)
from digigate.bus.detection.scan import Findings
from digigate.catalogue.addressing import ComLed
from digigate.settings.sections import DetectionMode, Resolution
from digigate.settings.topology import BusName

WHOLE = 1.0


@dataclass(frozen=True, slots=True)
class GatewayCom:
    """What the search wants the gateway's COM LED to show; blinking counts from `since`."""

    led: ComLed = ComLed.TRAFFIC
    since: float = 0.0  # monotonic seconds


class Board:
    """Keeps the snapshot of the search that runs or ran last; each change calls `changed`."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.status = Status()
        self.com = GatewayCom()
        self._changed = changed

    @property
    def moves(self) -> tuple[Move, ...]:
        """Who has moved so far."""
        return self.status.moves

    def begin(self, mode: DetectionMode, resolve: Resolution, idle: Mapping[BusName, str]) -> None:
        """A new search; `idle` says why a bus is not searched."""
        buses = tuple(
            BusProgress(bus, WHOLE if bus in idle else 0.0, None, 0, idle.get(bus, ""))
            for bus in BusName
        )
        self._put(Status(Phase.STARTED, mode, resolve, buses=buses))

    def blink(self, since: float) -> None:
        """All COM LEDs blink from this moment on."""
        self.com = GatewayCom(ComLed.BLINKING, since)

    def turn(self, phase: Phase) -> None:
        """The next step."""
        self._put(replace(self.status, phase=phase))

    def progress(self, findings: Findings, share: float, seconds_left: float) -> None:
        """One bus got so far."""
        mine = BusProgress(findings.bus, share, seconds_left, len(findings.slaves), findings.reason)
        buses = tuple(mine if b.bus is findings.bus else b for b in self.status.buses)
        others = tuple(s for s in self.status.found if s.bus is not findings.bus)
        found = (*others, *(slave.sighting for slave in findings.slaves))
        self._put(
            replace(
                self.status,
                share=min(each.share for each in buses),
                seconds_left=max((each.seconds_left or 0.0) for each in buses),
                buses=buses,
                found=tuple(sorted(found, key=lambda s: (s.bus, s.address))),
            )
        )

    def conflicts(self, conflicts: Iterable[Conflict]) -> None:
        """These stand now."""
        self._put(replace(self.status, conflicts=tuple(conflicts)))

    def wait(self, waiting: int) -> None:
        """So many slaves wait for a new address; the gateway's COM LED is steady meanwhile."""
        self.com = replace(self.com, led=ComLed.STEADY if waiting else ComLed.BLINKING)
        phase = Phase.CONFLICTS if waiting else self.status.phase
        self._put(replace(self.status, phase=phase, seconds_left=None))

    def move(self, slave: Slave, waiting: int) -> None:
        """One has taken another address."""
        was = replace(slave.sighting, address=slave.moved or slave.address)
        moves = (*self.status.moves, Move(was, slave.address))
        if not waiting:
            self.com = replace(self.com, led=ComLed.BLINKING)
        self._put(replace(self.status, phase=Phase.SOLVING, moves=moves))

    def end(self, phase: Phase, reason: str = "", report: Report | None = None) -> None:
        """It is over; the COM LED shows traffic again."""
        self.com = GatewayCom()
        share = WHOLE if phase is Phase.DONE else self.status.share
        self._put(
            replace(
                self.status,
                phase=phase,
                reason=reason,
                share=share,
                seconds_left=None,
                report=report,
            )
        )

    def _put(self, status: Status) -> None:
        self.status = status
        self._changed()
