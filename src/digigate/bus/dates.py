"""The clock registers of a model: where they are, what to write, what they say (facts §5)."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from digigate.bus.conversation import Conversation
from digigate.catalogue import Model, Point, decode
from digigate.errors import SlaveException

FIELDS = ("day", "month", "year", "hour", "minute", "second")
FINEST = "millisecond"
EXTENDED = "extended_"
"""What COUNTIS E47 puts before the names of its finer clock."""
CENTURY = 2000


@dataclass(frozen=True, slots=True)
class ClockRegisters:
    """One word each for day to second, and for milliseconds where the model has them."""

    start: int
    fine: bool
    locked: bool

    @property
    def count(self) -> int:
        """How many words are written at once."""
        return len(FIELDS) + self.fine

    def words(self, time: datetime) -> bytes:
        """What the registers hold at this local time."""
        fields = [getattr(time, field) for field in FIELDS]
        if self.fine:
            fields.append(time.microsecond // 1000)
        return b"".join(field.to_bytes(2, "big") for field in fields)

    def time(self, data: bytes) -> datetime | None:
        """The local time that the words say; a year of two digits is one of this century."""
        fields = [int.from_bytes(data[2 * k : 2 * k + 2], "big") for k in range(self.count)]
        day, month, year, hour, minute, second = fields[:6]
        milliseconds = fields[6] if self.fine else 0
        year += CENTURY if year < 100 else 0
        try:
            return datetime(year, month, day, hour, minute, second, 1000 * milliseconds)  # noqa: DTZ001
        except ValueError:
            return None


@lru_cache(maxsize=128)
def clock_registers(model: Model) -> ClockRegisters | None:
    """Where the model's clock is set, the finest first; None where it has none."""
    forms = [found for day in _called(model, "day") if (found := _form(model, day))]
    return max(forms, key=lambda form: form.fine, default=None)


def _called(model: Model, field: str) -> tuple[Point, ...]:
    return (*model.registers(field), *model.registers(EXTENDED + field))


def _form(model: Model, day: Point) -> ClockRegisters | None:
    names = [day.leaf.replace("day", field) for field in (*FIELDS, FINEST)]
    there = {(p.leaf, p.address): p for name in names for p in model.registers(name)}
    points = [there.get((name, day.address + k)) for k, name in enumerate(names)]
    *coarse, finest = points
    if not all(point is not None and point.writable for point in coarse):
        return None
    return ClockRegisters(day.address, finest is not None, day.locked)


async def read_time(talk: Conversation, registers: ClockRegisters) -> datetime | None:
    """The device's own local time by its clock registers, or by the timestamp of a measurement.

    None where neither can be read; raises SlaveTimeout and LineDown.
    """
    try:
        time = registers.time(await talk.read(registers.start, registers.count))
    except SlaveException:
        time = None
    return time or await _stamped(talk)


async def _stamped(talk: Conversation) -> datetime | None:
    stamp = next(iter(talk.model.registers("timestamp")), None)
    if stamp is None:
        return None
    try:
        value = decode(await talk.read(stamp.address, stamp.words), stamp.type)
    except SlaveException:
        return None
    return value if isinstance(value, datetime) else None
