"""Which faults are on where, and what was injected."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from digigate.simulator.faults.kinds import Fault, Kind

KEPT = 5000  # injections


@dataclass(frozen=True, slots=True)
class Injection:
    """One fault that struck."""

    moment: datetime
    of: "Faults"
    kind: Kind


class Book:
    """All that was injected in one plant."""

    def __init__(self, now: Callable[[], datetime], chance: Random) -> None:
        self._now = now
        self.chance = chance
        self.last: deque[Injection] = deque(maxlen=KEPT)

    def enter(self, of: "Faults", kind: Kind) -> None:
        """Note one more."""
        self.last.append(Injection(self._now(), of, kind))


class Faults:
    """Those of one slave or one line."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._active: dict[Kind, Fault] = {}
        self.injected: Counter[Kind] = Counter()

    @property
    def chance(self) -> Random:
        """Where their luck comes from."""
        return self._book.chance

    @property
    def active(self) -> tuple[Fault, ...]:
        """Those that are on."""
        return tuple(self._active.values())

    def find(self, kind: Kind) -> Fault | None:
        """The fault of this kind, if it is on."""
        return self._active.get(kind)

    def set(self, fault: Fault) -> None:
        """Switch one on, in place of its like."""
        self._active[fault.kind] = fault

    def clear(self, kind: Kind | None = None) -> None:
        """Switch one off, or all."""
        if kind is None:
            self._active.clear()
        else:
            self._active.pop(kind, None)

    def strikes(self, kind: Kind) -> Fault | None:
        """The fault of this kind if it is on and this is its turn; it is noted then."""
        fault = self._active.get(kind) if self._active else None
        if fault is None or (fault.share < 1 and self.chance.random() >= fault.share):
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.clear(kind)
        self.note(kind)
        return fault

    def note(self, kind: Kind) -> None:
        """Enter one into the book."""
        self.injected[kind] += 1
        self._book.enter(self, kind)
