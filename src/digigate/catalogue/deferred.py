"""Things that cost nothing until somebody looks at them."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class Deferred(Sequence[T]):
    """A sequence that is made when first looked at; what its making raises, the look raises."""

    def __init__(self, make: Callable[[], Sequence[T]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Sequence[T]:
        return self._make()

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._made[index]

    def __len__(self) -> int:
        return len(self._made)

    def __iter__(self) -> Iterator[T]:
        return iter(self._made)


class Once(Generic[T]):
    """Makes a thing when first called; once, though two threads may call."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        """The thing; raises what its making raises."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]
