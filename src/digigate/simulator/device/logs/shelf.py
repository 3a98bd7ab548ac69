"""All logs of one device: which its model has, what fills them, what empties them."""

from collections.abc import Callable, Iterator

from digigate.catalogue import Point, Value
from digigate.simulator.device.logs import curves, events, trends
from digigate.simulator.device.logs.cache import Cache
from digigate.simulator.device.logs.download import Answering, Download, Layout, has
from digigate.simulator.device.logs.events import EventKind, EventLog
from digigate.simulator.device.logs.past import Past


class Shelf:
    """Load curves, trends and events."""

    def __init__(self, past: Past, since: float) -> None:
        self._past = past
        self._curves = Cache(since)
        self._trends = Cache(since)
        self._events = EventLog(past.now)
        self._choice = trends.Choice(past)
        self._raw = curves.RawCurves(past, self._curves)
        self.downloads = tuple(self._made())

    def note(self, kind: EventKind, first: int = 0) -> None:
        """Something happened to the device."""
        self._events.note(kind, first)

    def slept(self, start: float) -> None:
        """There was no supply from then until now."""
        for cache in (self._curves, self._trends):
            cache.slept(start, self._past.now())
        self.note(EventKind.SUPPLY_BACK)

    def lose(self) -> None:
        """Lose all that was kept."""
        self.lose_curves()
        self.lose_trends()
        self.lose_events()
        self.note(EventKind.CACHE_LOST)

    def lose_curves(self) -> None:
        """Begin the load curves anew."""
        self._curves.lose(self._past.now())

    def lose_trends(self) -> None:
        """Begin the trends anew."""
        self._trends.lose(self._past.now())

    def lose_events(self) -> None:
        """Forget the events."""
        self._events.lose()

    def source(self, point: Point) -> Callable[[float], Value] | None:
        """What the settings of the logs read until somebody writes them."""
        name, _, number = point.leaf.rpartition("_")
        if name in ("serviceid_item", "occurrence_item"):
            field = 0 if name == "serviceid_item" else 1
            return lambda _: self._choice.register(int(number))[field]
        if point.leaf.startswith("lc_item"):
            item = int(point.leaf.removeprefix("lc_item").partition("_")[0]) - 1
            if point.leaf.endswith("_load"):
                return lambda _: self._raw.chosen()[item][0] - 1
            return lambda _: self._raw.chosen()[item][1]
        return None

    def _made(self) -> Iterator[Download]:
        past = self._past
        logs: tuple[tuple[Layout, Answering], ...] = (
            (curves.CURVE, curves.LoadCurves(past, self._curves)),
            (curves.RAW, self._raw),
            (curves.TAPE, curves.Tape(past, self._curves)),
            (trends.TREND, trends.Trends(past, self._trends, self._choice)),
            (trends.RAW, trends.RawTrends(past, self._trends, self._choice)),
            (events.EVENTS, self._events),
        )
        for layout, log in logs:
            if has(past.model, layout):
                yield Download(past.model, layout, log)
