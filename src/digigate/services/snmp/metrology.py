"""The tables of measurements: cells that read the spans of the loads that answer.

What a load does not measure is 0 (Annexe I-5); what is measured, but not polled or stale, is no
instance; of a device itself, which is load 0, there is nothing but what it measures.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from itertools import product
from typing import Final

from digigate.catalogue import Point
from digigate.services.snmp.ber import Oid, unpack
from digigate.services.snmp.encoding import Encoder, encoder, zero
from digigate.services.snmp.measures import Measure, Sheet
from digigate.services.snmp.roll import Place, Roll, Standing
from digigate.store import SlaveImage, Span


class Unlaid(Enum):
    """A cell at which nobody has looked yet."""

    UNLAID = 0


UNLAID: Final = Unlaid.UNLAID
Cell = tuple[int, int, Encoder] | bytes | None
"""Which span, from which octet, and how it is told; or what it always is."""
Cells = list[Cell | Unlaid]
Lay = Callable[[Place, int], Cell]
"""The cell of a place in a column, the same for all places of one shape."""


class Readings:
    """A table with the index (address, load) over everything that answers.

    Cells are laid when they are first looked at, so that no single request pays for all of them.
    """

    def __init__(self, columns: Sequence[Oid], lay: Lay, roll: Roll) -> None:
        self.columns = columns
        self._lay = lay
        self._roll = roll
        self._now = roll.now
        self._standing = Standing()
        self._layouts: Mapping[object, Cells] = {}
        self._kept: list[tuple[SlaveImage, tuple[Span, ...], Cells]] = []
        self._used: Sequence[tuple[SlaveImage, Span]] | None = None

    def rows(self) -> Sequence[Oid]:
        """Address and load of everything that answers."""
        standing = self._roll.look()
        if standing is not self._standing:
            self._take(standing)
        return standing.rows

    def value(self, column: int, row: int) -> bytes | None:
        """The element of one cell, decoded just now."""
        image, spans, cells = self._kept[row]
        cell = cells[column]
        if cell is UNLAID:
            cell = cells[column] = self._lay(self._standing.places[row], column)
        if not isinstance(cell, tuple):
            return cell
        number, at, encode = cell
        span = spans[number]
        if image.silent or not span.valid or self._now() > span.until:
            return None
        return encode(span.data, at)

    def idle(self) -> bool:
        """Whether no cell has a value: looks at all of them once, and then at their spans alone."""
        if self._used is None:
            places = product(range(len(self._kept)), range(len(self.columns)))
            if any(self.value(column, row) is not None for row, column in places):
                return False
            self._used = self._spans()
        now = self._now()
        return all(image.silent or not span.valid or now > span.until for image, span in self._used)

    def _spans(self) -> Sequence[tuple[SlaveImage, Span]]:
        """Every span that cells look at, once."""
        used = {
            (image.unit, cell[0]): (image, spans[cell[0]])
            for image, spans, cells in self._kept
            for cell in cells
            if isinstance(cell, tuple)
        }
        return tuple(used.values())

    def _take(self, standing: Standing) -> None:
        layouts: dict[object, Cells] = {}
        self._kept, self._used = [], None
        for place in standing.places:
            known = layouts.get(place.shape) or self._layouts.get(place.shape)
            cells = layouts[place.shape] = known or [UNLAID] * len(self.columns)
            self._kept.append((place.image, place.spans, cells))
        self._standing, self._layouts = standing, layouts


class Measurements(Readings):
    """One sheet of measurements."""

    def __init__(self, sheet: Sheet, roll: Roll) -> None:
        super().__init__(
            sheet.columns, lambda place, column: _laid(sheet.measures[column], place), roll
        )
        self._measures = sheet.measures

    def beside(self, column: int, suffix: bytes) -> bytes | None:
        """0 for the address of a device without the load (the note of Annexe I-5)."""
        arcs = unpack(b"\x2b" + suffix)[2:] if suffix else ()
        if len(arcs) == 1 and self._roll.configured(arcs[0]):
            return zero(self._measures[column])
        return None


def cell(spans: Sequence[Span], point: Point, encode: Encoder) -> Cell:
    """Where a point's words are; None where no span holds them, because they are not polled."""
    number = bisect_right(spans, point.address, key=lambda span: span.start) - 1
    if number < 0 or point.address + point.words > spans[number].end:
        return None
    return number, 2 * (point.address - spans[number].start), encode


def _laid(measure: Measure, place: Place) -> Cell:
    figure = place.model.measurement(place.load, measure.quantity.key, measure.statistic)
    found = encoder(measure, figure) if figure else None
    if found is not None:
        return cell(place.spans, *found)
    return zero(measure) if place.load else None
