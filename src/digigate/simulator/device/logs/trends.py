"""Trends: averages of up to twelve quantities, chosen by ServiceID and load (41872)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from digigate.catalogue import Catalogue, Point, Statistic
from digigate.simulator.device.logs.cache import Cache
from digigate.simulator.device.logs.download import Layout, dated, page, words
from digigate.simulator.device.logs.past import Past

TREND = Layout("trend-log", items=20, item_words=4)
RAW = Layout("trend-log-raw", items=2, item_words=26)
ITEMS = 12
DEFAULTS = ("current.i1", "voltage.v1n", "power.active.total")
"""What the first items are about, of load 1, until somebody chooses."""
NOTHING = 0x7FFFFFFF


@dataclass(frozen=True, slots=True)
class Chosen:
    """One trend: which quantity of which load, in steps of what."""

    quantity: str
    load: int
    scale: float


class Choice:
    """The items that the settings choose."""

    def __init__(self, past: Past) -> None:
        self._past = past

    def item(self, number: int) -> Chosen | None:
        """The trend of this number, 1..12."""
        service, load = self.register(number)
        quantity = services().get(service)
        if quantity is None:
            return None
        point = self._past.model.measurement(load, quantity, Statistic.AVERAGE)
        return Chosen(quantity, load, point.scale) if isinstance(point, Point) else None

    def register(self, number: int) -> tuple[int, int]:
        """ServiceID and occurrence as they are set."""
        ids = self._past.model.registers(f"serviceid_item_{number}")
        loads = self._past.model.registers(f"occurrence_item_{number}")
        if not ids or not loads:
            return 0, 0
        kept, at = self._past.settings(), ids[0].address
        natural = service_of(DEFAULTS[number - 1]) if number <= len(DEFAULTS) else 0
        service = kept.get(at, natural >> 16) << 16 | kept.get(at + 1, natural & 0xFFFF)
        return service, kept.get(loads[0].address, 1 if natural else 0)


class Trends:
    """One trend at a time (41978)."""

    def __init__(self, past: Past, cache: Cache, choice: Choice) -> None:
        self._past = past
        self._cache = cache
        self._choice = choice

    def answer(self, told: Mapping[str, int]) -> bytes:
        """Points of the item that was asked for, 1..12."""
        period = self._past.periods.average
        chosen = self._choice.item(told["item_number"])
        found = page(self._cache, told["start_record"], TREND.items, period, self._past.now())
        ordinals = found.ordinals if chosen else ()
        head = words(found.following, len(ordinals), TREND.item_words, period)
        return head + b"".join(dated(n * period) + _value(self._past, chosen, n) for n in ordinals)


class RawTrends:
    """All trends side by side (42064)."""

    def __init__(self, past: Past, cache: Cache, choice: Choice) -> None:
        self._past = past
        self._cache = cache
        self._choice = choice

    def answer(self, told: Mapping[str, int]) -> bytes:
        """Points of all items that are chosen."""
        period = self._past.periods.average
        found = page(self._cache, told["start_record"], RAW.items, period, self._past.now())
        chosen = [self._choice.item(number) for number in range(1, ITEMS + 1)]
        head = words(found.following, len(found.ordinals), RAW.item_words, period)
        return head + b"".join(
            dated(n * period) + b"".join(_value(self._past, each, n) for each in chosen)
            for n in found.ordinals
        )


def _value(past: Past, chosen: Chosen | None, ordinal: int) -> bytes:
    mean = past.mean(chosen.load, chosen.quantity, ordinal) if chosen else None
    if chosen is None or mean is None:
        return NOTHING.to_bytes(4, "big")
    return round(mean / chosen.scale).to_bytes(4, "big", signed=True)


@cache
def services() -> dict[int, str]:
    """ServiceID -> quantity: the numbers of the SNMP agent (facts §3)."""
    found = Catalogue.load().quantities.values()
    return {q.snmp_service: q.key for q in found if q.snmp_service is not None}


def service_of(quantity: str) -> int:
    """The ServiceID of a quantity; 0 = it has none."""
    return Catalogue.load().quantities[quantity].snmp_service or 0
