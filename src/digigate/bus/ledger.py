"""What happened on one line: counters, busy time and, while somebody watches, each frame."""

from digigate.bus.frames import REFUSAL
from digigate.bus.slave import SlaveRecord
from digigate.bus.statistics import BusyTime, Tally
from digigate.bus.trace import Frame, FrameKind
from digigate.watchers import Watchers


class Ledger:
    """Counts for the line and for each slave; each request that was asked ends in one entry."""

    __slots__ = ("_frames", "_name", "_slaves", "busy", "tally")

    def __init__(self, name: str, started: float, frames: Watchers[[Frame]]) -> None:
        self.tally = Tally()
        self.busy = BusyTime(started)
        self._name = name
        self._frames = frames
        self._slaves: dict[int, SlaveRecord] = {}

    def slave(self, unit: int) -> SlaveRecord:
        """Counters and turnaround of one slave, begun at first sight."""
        record = self._slaves.get(unit)
        if record is None:
            record = self._slaves[unit] = SlaveRecord()
        return record

    def asked(self, unit: int, frame: bytes, now: float) -> None:
        """A request went out."""
        self.tally.asked += 1
        self.slave(unit).tally.asked += 1
        self.tell(FrameKind.REQUEST, unit, frame, now)

    def answered(self, unit: int, frame: bytes, now: float, took: float) -> None:
        """It was answered, by an exception perhaps."""
        record = self.slave(unit)
        record.heard = now
        refused = bool(frame[1] & REFUSAL)
        for tally in (self.tally, record.tally):
            tally.answered += not refused
            tally.exceptions += refused
        self.busy.add(now, took)
        kind = FrameKind.EXCEPTION if refused else FrameKind.ANSWER
        self.tell(kind, unit, frame, now, took)

    def missed(self, unit: int, now: float, took: float) -> None:
        """Nothing was heard, or nothing but an answer to an earlier request."""
        for tally in (self.tally, self.slave(unit).tally):
            tally.timeouts += 1
        self.busy.add(now, took)
        self.tell(FrameKind.TIMEOUT, unit, b"", now, took)

    def garbled(self, unit: int, heard: bytes, now: float, took: float, *, whole: bool) -> None:
        """Something was heard, but no right answer; `whole`: one of the right length."""
        for tally in (self.tally, self.slave(unit).tally):
            tally.crc_errors += whole
            tally.garbled += not whole
            tally.stale_bytes += 0 if whole else len(heard)
        self.busy.add(now, took)
        self.tell(FrameKind.GARBLED, unit, heard, now, took)

    def lost(self, unit: int) -> None:
        """The line went down before the answer came."""
        for tally in (self.tally, self.slave(unit).tally):
            tally.lost += 1

    def stray(self, data: bytes, unit: int, now: float) -> None:
        """Bytes came that are no answer; `unit` is who was asked meanwhile, 0 = nobody."""
        self.tally.stale_bytes += len(data)
        if unit:
            self.slave(unit).tally.stale_bytes += len(data)
        self.tell(FrameKind.STRAY, unit, data, now)

    def tell(
        self, kind: FrameKind, unit: int, data: bytes, now: float, took: float | None = None
    ) -> None:
        """Let the watchers see a frame; costs nothing while there are none."""
        if self._frames:
            self._frames.tell(Frame(self._name, now, kind, unit, data, took))
