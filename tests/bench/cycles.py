"""How long the cycles of a bus last, seen from outside: how often one slave is asked the same."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from digigate.errors import DigigateError
from digigate.services.control import follow
from running import Gateway


class Cycles:
    """Moments, in s, at which a slave got the request that each cycle has."""

    def __init__(self) -> None:
        self._asked: list[tuple[float, str]] = []

    def note(self, at: float, data: str) -> None:
        """A request was sent."""
        self._asked.append((at, data))

    def count(self) -> int:
        """How many there were so far."""
        return len(self._moments())

    def lengths(self, since: int = 0) -> list[float]:
        """From each to the next, but for the first so many."""
        return [after - before for before, after in pairwise(self._moments()[since:])]

    def _moments(self) -> list[float]:
        asked = tuple(self._asked)
        often = Counter(data for _, data in asked).most_common(1)
        return [at for at, data in asked if data == often[0][0]]


@contextmanager
def watching(gateway: Gateway, bus: str, unit: int) -> Iterator[Cycles]:
    """The cycles of a bus while the block runs; the thread ends with the gateway."""
    cycles = Cycles()

    def watch() -> None:
        wanted = {"bus": bus, "unit": unit, "errors_only": False}
        try:
            for event in follow(gateway.state / "control.sock", "trace.watch", wanted):
                if event.get("kind") == "request":
                    cycles.note(event["at"], event["data"])
        except DigigateError:
            return

    threading.Thread(target=watch, daemon=True).start()
    yield cycles
