"""The board of what is wrong now: named flags with a subject, a reason and a since."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from digigate.clock import Clock
from digigate.watchers import Watchers


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
        self._watchers = Watchers[Condition, bool]()

    def set(self, name: str, subject: str, reason: str) -> None:
        """Raise the flag, or only change its reason where it is up already."""
        key = (name, subject)
        former = self._active.get(key)
        if former is not None and former.reason == reason:
            return
        since = former.since if former else self._clock.now()
        condition = self._active[key] = Condition(name, subject, since, reason)
        if former is None:
            self._watchers.tell(condition, True)  # noqa: FBT003 -- as Watcher has it

    def clear(self, name: str, subject: str) -> None:
        """Lower the flag; nothing happens where it is not up."""
        condition = self._active.pop((name, subject), None)
        if condition is not None:
            self._watchers.tell(condition, False)  # noqa: FBT003

    def judge(self, name: str, subject: str, reason: str) -> None:
        """Raise the flag for this reason; lower it where there is none (an empty text)."""
        if reason:
            self.set(name, subject, reason)
        else:
            self.clear(name, subject)

    def judge_all(self, name: str, reasons: Mapping[str, str]) -> None:
        """Let the flags of one kind be up for these subjects and for no others."""
        for condition in self.active(name):
            if condition.subject not in reasons:
                self.clear(name, condition.subject)
        for subject, reason in reasons.items():
            self.set(name, subject, reason)

    def active(self, name: str | None = None) -> tuple[Condition, ...]:
        """All flags that are up, oldest first; only those of one kind if `name` is given."""
        return tuple(c for c in self._active.values() if name is None or c.name == name)

    def watch(self, watcher: Watcher) -> AbstractContextManager[None]:
        """Call `watcher(condition, active)` on each change while the block runs."""
        return self._watchers.watch(watcher)
