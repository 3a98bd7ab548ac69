"""The board of what is wrong now: named flags with a subject, a reason and a since."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from digigate.clock import Clock


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is wrong: `name` is the kind (`slave.timeout`), `subject` whom it concerns."""

    name: str
    subject: str
    since: datetime
    reason: str


Watcher = Callable[[Condition, bool], None]


class Conditions:
    """Keeps one flag per (name, subject); watchers hear each raise and each end once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._active: dict[tuple[str, str], Condition] = {}
        self._watchers: list[Watcher] = []

    def set(self, name: str, subject: str, reason: str) -> None:
        """Raise the flag, or only change its reason where it is up already."""
        key = (name, subject)
        former = self._active.get(key)
        if former is not None and former.reason == reason:
            return
        since = former.since if former else self._clock.now()
        condition = self._active[key] = Condition(name, subject, since, reason)
        if former is None:
            self._tell(condition, active=True)

    def clear(self, name: str, subject: str) -> None:
        """Lower the flag; nothing happens where it is not up."""
        condition = self._active.pop((name, subject), None)
        if condition is not None:
            self._tell(condition, active=False)

    def active(self, name: str | None = None) -> tuple[Condition, ...]:
        """All flags that are up, oldest first; only those of one kind if `name` is given."""
        return tuple(c for c in self._active.values() if name is None or c.name == name)

    @contextmanager
    def watch(self, watcher: Watcher) -> Iterator[None]:
        """Call `watcher(condition, active)` on each change while the block runs."""
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    def _tell(self, condition: Condition, *, active: bool) -> None:
        for watcher in tuple(self._watchers):
            watcher(condition, active)
