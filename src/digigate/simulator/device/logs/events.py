"""The log of system events (624): what happened to the device itself."""

import struct
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from digigate.simulator.device.logs.cache import NUMBERS
from digigate.simulator.device.logs.download import Layout, dated, words

EVENTS = Layout("events-log", items=3, item_words=8)
KEPT = 200


class EventKind(IntEnum):
    """What can happen; the codes are ours, no table prints them."""

    SUPPLY_BACK = 1
    CLOCK_SET = 2
    SETTINGS_SAVED = 3
    RESET = 4
    CACHE_LOST = 5


@dataclass(frozen=True, slots=True)
class Event:
    """One of them; values that have no meaning are 0."""

    kind: EventKind
    at: float
    first: int = 0
    second: int = 0


class EventLog:
    """The last events of one device."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._before = 0  # events that were forgotten

    def note(self, kind: EventKind, first: int = 0, second: int = 0) -> None:
        """Something happened."""
        self._before += len(self._events) == KEPT
        self._events.append(Event(kind, self._now(), first, second))

    def lose(self) -> None:
        """Forget all."""
        self._before += len(self._events)
        self._events.clear()

    def answer(self, told: Mapping[str, int]) -> bytes:
        """Three events from the record that was asked for on, back in time."""
        wanted, newest = told["start_record"], self._before + len(self._events) - 1
        at = newest if wanted == NUMBERS else wanted
        there = self._before <= at <= newest
        first = max(self._before, at - EVENTS.items + 1)
        chosen = range(at, first - 1, -1) if there else range(0)
        following = first - 1 if there and first > self._before else NUMBERS
        head = words(following, len(chosen), EVENTS.item_words)
        return head + b"".join(_item(self._events[n - self._before]) for n in chosen)


def _item(event: Event) -> bytes:
    values = struct.pack(">ii", event.first, event.second)
    return words(event.kind) + dated(event.at) + words(0) + values
