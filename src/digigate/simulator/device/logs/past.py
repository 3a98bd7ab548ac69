"""What the logs of one device know of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digigate.catalogue import Model
from digigate.simulator.device.deeds import Words
from digigate.simulator.device.ledger import CURVES, Ledger
from digigate.simulator.device.periods import Periods

POWERS = tuple(CURVES)
"""In the order of the codes: P+, P-, Q+, Q-, S."""
FULL_SCALE = 60000  # what a point of a load curve holds at the load's nominal power


@dataclass(frozen=True)
class Past:
    """Its model, time, periods, figures and settings."""

    model: Model
    now: Callable[[], float]
    periods: Periods
    ledger: Callable[[int], Ledger | None]
    settings: Callable[[], Words]
    """What clients wrote."""

    def power(self, load: int, code: int, ordinal: int) -> float | None:
        """The mean power of one period of the load curve; None where there is no such load."""
        ledger, period = self.ledger(load), self.periods.curve
        if ledger is None or not 0 <= code < len(POWERS):
            return None
        values = ledger.source.mean_powers((ordinal - 1) * period, ordinal * period)
        return CURVES[POWERS[code]](values) if "power.active.total" in values else None

    def mean(self, load: int, quantity: str, ordinal: int) -> float | None:
        """The mean of a quantity over one period of the averages."""
        ledger, period = self.ledger(load), self.periods.average
        if ledger is None:
            return None
        values: Mapping[str, float] = ledger.source.mean((ordinal - 1) * period, ordinal * period)
        return values.get(quantity)

    def rate(self, load: int) -> tuple[int, int]:
        """Numerator and denominator by which a point of a load curve becomes W."""
        ledger = self.ledger(load)
        nominal = ledger.at(self.now()).get("power.apparent.nominal", 0.0) if ledger else 0.0
        return (1, 10) if nominal < FULL_SCALE / 10 else (int(nominal // FULL_SCALE) + 1, 1)
