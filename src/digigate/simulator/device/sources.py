"""Who gives the value of each point of a device: name plate, clock, figures, book-keeping."""

import math
import re
from collections.abc import Callable, Sequence
from functools import partial

from digigate.catalogue import Composite, Model, Point, Statistic, Value
from digigate.catalogue.models import Form
from digigate.simulator.device.clock import local_time
from digigate.simulator.device.image import Source
from digigate.simulator.device.ledger import CURVES, INDICES, Ledger
from digigate.simulator.physics.circuit import LEADING
from digigate.simulator.physics.harmonics import rank

HARMONIC = re.compile(r"h_([iuv](?:\d+|n))_(\d+)")  # `h_i1_3`: rank 3 of I1
DATES = {"timestamp", "last_avg_time"}


Giver = Callable[[Point], Source | None]
"""Who may give the value of a point that is no figure; None = somebody else does."""


class Sources:
    """Finds the source of each point of one device."""

    def __init__(
        self, model: Model, givers: Sequence[Giver], ledger: Callable[[int], Ledger | None]
    ) -> None:
        self._givers = givers
        self._ledger = ledger
        self._dated = {c.time.name: c for c in model.composites if c.time is not None}
        self._wholes = {part.name: whole for whole in model.composites for part in whole.parts}

    def of(self, point: Point) -> Source | None:
        """Who gives this point's value; None = nobody, the register stays 0."""
        if point.quantity is None:
            for giver in self._givers:
                if source := giver(point):
                    return source
        return self._of_load(point, point.leaf)

    def _of_load(self, point: Point, leaf: str) -> Source | None:
        ledger = self._ledger(point.load)
        if leaf == "load_status":
            return constant(int(ledger is not None))
        if ledger is None:
            return constant(None)
        if point.name in self._dated:
            return _date(ledger, self._dated[point.name])
        if point.quantity or point.name in self._wholes:
            return self._figure(ledger, point)
        return _bookkeeping(ledger, point, leaf)

    def _figure(self, ledger: Ledger, point: Point) -> Source:
        of = self._wholes.get(point.name, point)
        quantity, statistic = of.quantity or "", of.statistic
        figure = partial(ledger.figure, quantity, statistic)
        if isinstance(of, Composite) and of.form is not Form.SUM:
            factor = quantity.replace("factor_type.", "factor.")
            kind = factor.replace("factor.", "factor_type.")
            return _directed(
                partial(ledger.figure, factor, statistic), partial(ledger.figure, kind, statistic)
            )
        if isinstance(of, Composite) and len(of.parts) > 1:
            return _shared(figure, of, of.parts.index(point))
        return _floored(figure, point.scale) if quantity in INDICES else figure


def constant(value: Value | None) -> Source:
    """The same at any time."""
    return lambda _: value


def _date(ledger: Ledger, of: Composite) -> Source:
    """When a figure was: the moment of an extreme, the end of a period, the last reset."""

    def extreme(t: float) -> Value | None:
        found = ledger.extreme(of.quantity, of.statistic, t)
        return local_time(found[1]) if found else None

    if of.quantity in INDICES:
        return lambda t: local_time(ledger.partial_since(of.quantity, t))
    if of.quantity in CURVES:
        return lambda t: local_time(ledger.curve_end(t))
    if of.statistic in (Statistic.INSTANT, Statistic.AVERAGE):
        return lambda t: local_time(ledger.period_end(t))
    return extreme


def _bookkeeping(ledger: Ledger, point: Point, leaf: str) -> Source | None:
    averages = "average" in point.block or leaf == "last_avg_time"
    if leaf in DATES:
        return lambda t: local_time(ledger.period_end(t) if averages else t)
    if leaf == "integration_time":
        return (lambda _: ledger.average_period) if averages else constant(1)
    if found := HARMONIC.fullmatch(leaf):
        return partial(_harmonic, ledger, f"thd.{found[1]}", int(found[2]))
    return None


def _harmonic(ledger: Ledger, quantity: str, number: int, t: float) -> Value | None:
    distortion = ledger.at(t).get(quantity)
    return None if distortion is None else rank(distortion, number)


def _floored(source: Source, scale: float) -> Source:
    """A meter index that counts in steps of its scale."""

    def floored(t: float) -> Value | None:
        value = source(t)
        return None if not isinstance(value, int | float) else math.floor(value / scale) * scale

    return floored


def _shared(source: Source, whole: Composite, index: int) -> Source:
    """What one part of a sum holds: whole kWh, or the residual."""

    def share(t: float) -> Value | None:
        value = source(t)
        return whole.split(value)[index] if isinstance(value, int | float) else None

    return share


def _directed(factor: Source, kind: Source) -> Source:
    """A power factor whose sign says leading (facts §2, older meters)."""

    def directed(t: float) -> Value | None:
        value = factor(t)
        if not isinstance(value, int | float):
            return None
        return -abs(value) if kind(t) == LEADING else abs(value)

    return directed
