"""Who wants to hear of a change: entered for as long as a block runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Watchers(Generic[P]):
    """Callbacks that are all called, in the order in which they came."""

    __slots__ = ("_callbacks",)

    def __init__(self) -> None:
        self._callbacks: list[Callable[P, object]] = []

    @contextmanager
    def watch(self, callback: Callable[P, object]) -> Iterator[None]:
        """Call `callback` at each `tell` while the block runs."""
        self._callbacks.append(callback)
        try:
            yield
        finally:
            self._callbacks.remove(callback)

    def __bool__(self) -> bool:
        """Whether anybody listens."""
        return bool(self._callbacks)

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call everybody; who leaves or comes meanwhile does not disturb."""
        for callback in tuple(self._callbacks):
            callback(*args, **kwargs)
