"""`clock.json`: what was set on the gateway's clock, kept over a restart."""

import math
from dataclasses import dataclass
from datetime import timedelta

from digigate.state.directory import StateDirectory

CLOCK = "clock.json"


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """Distance from the host's clock, and the zone (IANA name; empty = as the settings say)."""

    offset: timedelta = timedelta(0)
    zone: str = ""


class ClockFile:
    """Reads and writes the record; who owns a clock calls `write` after each change and at exit."""

    def __init__(self, state: StateDirectory) -> None:
        self._state = state

    def read(self) -> ClockRecord:
        """What was kept; no offset and no zone where nothing was or it makes no sense."""
        kept = self._state.read_json(CLOCK)
        if kept is None:
            return ClockRecord()
        try:
            return _record(kept)
        except (TypeError, KeyError, ValueError, OverflowError) as error:
            self._state.set_aside(CLOCK, repr(error))
            return ClockRecord()

    def write(self, record: ClockRecord) -> None:
        """Keep this record.

        Raises:
            OSError: the disk is full or gone.
        """
        value = {"offset": record.offset.total_seconds(), "zone": record.zone}
        self._state.write_json(CLOCK, value)


def _record(kept: dict[str, object]) -> ClockRecord:
    offset, zone = kept["offset"], kept["zone"]
    if not isinstance(offset, int | float) or not math.isfinite(offset):
        raise TypeError("the offset is not a number of seconds")
    if not isinstance(zone, str):
        raise TypeError("the zone is not a text")
    return ClockRecord(timedelta(seconds=offset), zone)
