"""What a line remembers of one slave: counters, turnaround, the last answer."""

from dataclasses import dataclass, field

from digigate.bus.statistics import Tally
from digigate.bus.timing import Turnaround


@dataclass(slots=True)
class SlaveRecord:
    """`heard` is the monotonic time of the last right answer, None before the first."""

    tally: Tally = field(default_factory=Tally)
    turnaround: Turnaround = field(default_factory=Turnaround)
    heard: float | None = None
