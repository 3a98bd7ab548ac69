"""Load curves: one power of one load, twelve at a time, or the older meters' tape of P+."""

from collections.abc import Mapping

from digigate.simulator.device.logs.cache import Cache
from digigate.simulator.device.logs.download import Layout, dated, page, words
from digigate.simulator.device.logs.past import Past

CURVE = Layout("load-curves", items=24, item_words=4)
RAW = Layout("load-curves-raw", items=2, item_words=27)
TAPE = Layout("load-curve", items=29, item_words=4)
REWIND, FORWARD = 1, 0xFFFE
SERIES = 12  # of the raw curves
NOTHING = 0xFFFFFFFF


class LoadCurves:
    """The curve of one power of one load (34912)."""

    def __init__(self, past: Past, cache: Cache) -> None:
        self._past = past
        self._cache = cache

    def answer(self, told: Mapping[str, int]) -> bytes:
        """Points of the load and power that were asked for."""
        load, code, period = told["load_number"], told["power_type"], self._past.periods.curve
        now = self._past.now()
        found = page(self._cache, told["start_record"], CURVE.items, period, now)
        points = [(n, self._past.power(load + 1, code, n)) for n in found.ordinals]
        if any(power is None for _, power in points):
            points = []
        rate = self._past.rate(load + 1)
        head = words(found.following, len(points), CURVE.item_words, load, code, period, *rate)
        data = (
            dated(n * period) + words(self._cache.flag(n, period), counted(power, rate))
            for n, power in points
        )
        return head + b"".join(data)


class RawCurves:
    """Up to twelve curves side by side (35072), as the settings from 34836 on choose them."""

    def __init__(self, past: Past, cache: Cache) -> None:
        self._past = past
        self._cache = cache
        self._items = tuple(
            (past.model.registers(f"lc_item{k}_load"), past.model.registers(f"lc_item{k}_power"))
            for k in range(1, SERIES + 1)
        )

    def answer(self, told: Mapping[str, int]) -> bytes:
        """Points of all curves that are chosen."""
        period = self._past.periods.curve
        found = page(self._cache, told["start_record"], RAW.items, period, self._past.now())
        chosen = self.chosen()
        head = words(found.following, len(found.ordinals), RAW.item_words, period)
        return head + b"".join(self._item(n, period, chosen) for n in found.ordinals)

    def chosen(self) -> list[tuple[int, int]]:
        """Load (1..) and power code of each curve; 256 and 5 = none."""
        kept = self._past.settings()
        found = []
        for number, (loads, powers) in enumerate(self._items, 1):
            there = self._past.ledger(number) is not None
            load = kept.get(loads[0].address, number - 1 if there else 255) if loads else 255
            power = kept.get(powers[0].address, 0 if there else 5) if powers else 5
            found.append((load + 1, power))
        return found

    def _item(self, ordinal: int, period: int, chosen: list[tuple[int, int]]) -> bytes:
        data = b""
        for load, code in chosen:
            power = self._past.power(load, code, ordinal)
            data += (NOTHING if power is None else round(power)).to_bytes(4, "big")
        return dated(ordinal * period) + words(self._cache.flag(ordinal, period)) + data


class Tape:
    """P+ of the one load of COUNTIS E34.. and DIRIS A14 (61440): rewind, then page by page.

    Ours: a rewind goes to the oldest point, and each page goes forward in time.
    """

    def __init__(self, past: Past, cache: Cache) -> None:
        self._past = past
        self._cache = cache
        self._read = 0  # ordinal of the last point that was given out
        minutes = any(p.unit == "min" for p in past.model.registers("integration_period"))
        self._unit = 60 if minutes else 1

    def answer(self, told: Mapping[str, int]) -> bytes:
        """Nothing after a rewind, the next points after a request for them."""
        period, now = self._past.periods.curve, self._past.now()
        if told["action"] == REWIND:
            self._read = 0
        latest = int(now // period) if period else 0
        kept = list(self._cache.back_from(latest, period, now))[::-1] if period else []
        after = [n for n in kept if n > self._read] if told["action"] == FORWARD else []
        given = after[: TAPE.items]
        self._read = given[-1] if given else self._read
        return self._page(given, period)

    def _page(self, ordinals: list[int], period: int) -> bytes:
        rate = self._past.rate(1)
        head = words(len(ordinals), TAPE.item_words, period // self._unit, 0, *rate)
        return head + b"".join(
            dated(n * period)
            + words(self._cache.flag(n, period), counted(self._past.power(1, 0, n), rate))
            for n in ordinals
        )


def counted(power: float | None, rate: tuple[int, int]) -> int:
    """A power as the points of a curve count it."""
    return min(0xFFFF, round((power or 0.0) * rate[1] / rate[0]))
