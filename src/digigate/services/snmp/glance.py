"""What need not be found out each time: it counts for a while, or until its source changes."""

from collections.abc import Callable
from typing import Generic, TypeVar

from digigate.clock import Monotonic

S = TypeVar("S")
D = TypeVar("D")


class Glance(Generic[S]):
    """Looks anew once what it has seen is older than `good_for` seconds."""

    def __init__(self, look: Callable[[], S], good_for: float, now: Monotonic) -> None:
        self._look = look
        self._good_for = good_for
        self._now = now
        self._until = now()
        self._seen: S | None = None

    def __call__(self) -> S:
        """What is seen; the same object for a while."""
        now = self._now()
        if self._seen is None or now >= self._until:
            self._seen, self._until = self._look(), now + self._good_for
        return self._seen


class Derived(Generic[S, D]):
    """What follows from an object, made anew where that is another one."""

    def __init__(self, source: Callable[[], S], make: Callable[[S], D]) -> None:
        self._source = source
        self._make = make
        self._made: tuple[S, D] | None = None

    def __call__(self) -> D:
        """What follows from the object as it is now."""
        source = self._source()
        if self._made is None or self._made[0] is not source:
            self._made = source, self._make(source)
        return self._made[1]
