"""One slave's registers as they came from the wire, and the values decoded from them on demand."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from digigate.catalogue import Composite, Model, Pace, Point, Value, decode
from digigate.clock import Clock
from digigate.store.readings import Quality, Reading, worst

PERIODS_FRESH = 3  # a block older than three periods is no longer served (architecture, §12)


@dataclass(slots=True)
class Span:
    """One polled stretch of registers inside one declared block of the device.

    `period` is the expected number of real seconds between two reads; `received` the clock's
    monotonic time of the last one and `time` its date in UTC, None before the first.
    """

    start: int
    count: int
    pace: Pace
    block: str
    period: float
    received: float | None = None
    time: datetime | None = None
    until: float = -math.inf  # monotonic time until which it is fresh
    valid: bool = False
    data: bytes = b""
    stamp: Point | None = None  # where this block carries the meter's own date
    meter_time: datetime | None = None  # that date, as it came

    @property
    def end(self) -> int:
        """The first address after the span."""
        return self.start + self.count

    def expect_every(self, period: float) -> None:
        """Be read each `period` real seconds from now on; what is here is fresh by that measure."""
        self.period = period
        if self.received is not None:
            self.until = self.received + PERIODS_FRESH * period

    def is_stale(self, now: float) -> bool:
        """Whether it was never read or too long ago; `now` is the clock's monotonic time."""
        return now > self.until


class SlaveImage:
    """The image of one slave; the poller alone puts, everybody reads.

    A `silent` slave keeps its last values, marked stale, and serves no raw registers.
    """

    __slots__ = ("_clock", "_monotonic", "_put", "_spans", "_starts", "model", "silent", "unit")

    def __init__(
        self,
        unit: int,
        model: Model,
        spans: Iterable[Span],
        clock: Clock,
        put: Callable[["SlaveImage", Span], None],
    ) -> None:
        self.unit = unit
        self.model = model
        self.silent = False
        self._clock = clock
        self._monotonic = clock.monotonic
        self._put = put
        self._spans = sorted(spans, key=lambda span: span.start)
        self._starts = [span.start for span in self._spans]
        stamps = _stamps(model)
        for span in self._spans:
            span.data = bytes(2 * span.count)
            span.stamp = stamps.get(span.block)

    @property
    def spans(self) -> tuple[Span, ...]:
        """All spans by rising address."""
        return tuple(self._spans)

    def put(self, start: int, data: bytes) -> None:
        """Store a poll answer for the whole span that begins at `start`.

        Raises:
            ValueError: no span begins there, or the answer has another length.
        """
        span = self._span_at(start)
        if span is None or span.start != start or len(data) != 2 * span.count:
            raise ValueError(f"no span of {len(data) // 2} registers begins at {start}")
        span.data = bytes(data)
        span.received = self._monotonic()
        span.expect_every(span.period)
        span.time = self._clock.now()
        span.meter_time = self._meter_time(span)
        span.valid = True
        self._put(self, span)

    def invalidate(self) -> None:
        """A client has written: nothing is served raw until it has been read again."""
        for span in self._spans:
            span.valid = False

    def raw(self, start: int, count: int) -> bytes | None:
        """`count` registers from `start` as the slave sent them.

        None where a part is not polled, silent, written since, or older than three periods.
        """
        index = bisect_right(self._starts, start) - 1
        if index < 0 or self.silent:
            return None
        span = self._spans[index]
        at = start - span.start
        if at >= span.count or not span.valid or self._monotonic() > span.until:
            return None
        beyond = at + count - span.count
        if beyond <= 0:
            return span.data[2 * at : 2 * (at + count)]
        rest = self._continued(span, beyond)
        return None if rest is None else span.data[2 * at :] + rest

    def read(self, point: Point | Composite) -> Reading:
        """The value of a point or composite with its age and quality."""
        if isinstance(point, Composite):
            return self._read_composite(point)
        span = self._span_at(point.address)
        if span is None or point.address + point.words > span.end or span.received is None:
            return Reading(None, point.unit, None, None, Quality.UNREAD)
        value = self._dated(self._decode(point, span))
        age = max(0.0, (self._clock.now() - span.time).total_seconds()) if span.time else None
        quality = self._quality(span, value)
        return Reading(value, point.unit, span.time, age, quality, span.meter_time)

    def _span_at(self, address: int) -> Span | None:
        index = bisect_right(self._starts, address) - 1
        if index < 0:
            return None
        span = self._spans[index]
        return span if address < span.end else None

    def _fresh(self, span: Span) -> bool:
        return span.valid and not self.silent and not span.is_stale(self._monotonic())

    def _continued(self, before: Span, count: int) -> bytes | None:
        """The next `count` registers of the same block; None across a block border."""
        span = self._span_at(before.end)
        if span is None or span.block != before.block or not self._fresh(span):
            return None
        if count <= span.count:
            return span.data[: 2 * count]
        rest = self._continued(span, count - span.count)
        return None if rest is None else span.data + rest

    def _decode(self, point: Point, span: Span) -> Value | None:
        offset = 2 * (point.address - span.start)
        words = memoryview(span.data)[offset : offset + 2 * point.words]
        return decode(words, point.type, point.scale)

    def _dated(self, value: Value | None) -> Value | None:
        """Devices speak local time (facts: gaps.md); a date leaves here in UTC."""
        if isinstance(value, datetime):
            return value.replace(tzinfo=self._clock.zone).astimezone(UTC)
        return value

    def _quality(self, span: Span, value: Value | None) -> Quality:
        if not self._fresh(span):
            return Quality.STALE
        return Quality.UNAVAILABLE if value is None else Quality.LIVE

    def _meter_time(self, span: Span) -> datetime | None:
        if span.stamp is None:
            return None
        value = self._dated(self._decode(span.stamp, span))
        return value if isinstance(value, datetime) else None

    def _read_composite(self, composite: Composite) -> Reading:
        parts = [self.read(part) for part in composite.parts]
        quality = worst(part.quality for part in parts)
        times = [part.time for part in parts if part.time is not None]
        ages = [part.age for part in parts if part.age is not None]
        value = composite.combine([part.value for part in parts])
        if value is None and quality is Quality.LIVE:
            quality = Quality.UNAVAILABLE
        meter_time = self.read(composite.time).value if composite.time else None
        return Reading(
            value,
            composite.unit,
            min(times, default=None),
            max(ages, default=None),
            quality,
            meter_time if isinstance(meter_time, datetime) else parts[0].meter_time,
        )


def _stamps(model: Model) -> dict[str, Point]:
    """The points by which blocks carry the meter's own date, by block."""
    return {p.block: p for p in model.points if p.quantity is None and "timestamp" in p.name}
