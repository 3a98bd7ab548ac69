"""What people and protocols are given: a value with its time, age and quality."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digigate.catalogue import Value


class Quality(StrEnum):
    """Worst last: a composite takes the worst of its parts."""

    LIVE = "live"
    UNAVAILABLE = "unavailable"  # the device says "not available"
    STALE = "stale"  # the slave is silent or the block too old; the value is the last known
    UNREAD = "unread"  # never read yet


@dataclass(frozen=True, slots=True)
class Reading:
    """`value` in `unit`, received at `time` (UTC), `age` seconds ago."""

    value: Value | None
    unit: str
    time: datetime | None
    age: float | None
    quality: Quality
    meter_time: datetime | None = None


_RANK = {quality: rank for rank, quality in enumerate(Quality)}


def worst(qualities: Iterable[Quality]) -> Quality:
    """The worst of some qualities; LIVE for none."""
    return max(qualities, key=_RANK.__getitem__, default=Quality.LIVE)
