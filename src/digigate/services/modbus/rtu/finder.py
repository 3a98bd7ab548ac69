"""RTU requests among the octets of a line or stream, found at their last octet.

A request's length follows from its function and, where it carries data, from its byte count. It
counts when its CRC holds and it is for a unit that is served; whatever else is heard (other slaves'
traffic, noise, functions of unknown length) is passed over, so nothing can make the finder deaf.
What is found does not depend on how the octets are cut into pieces.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digigate.bus.frames import LONGEST, crc16

_FIXED = {
    4: frozenset({7, 11, 12, 17}),
    7: frozenset({43}),
    8: frozenset({*range(1, 7), 8}),
    10: frozenset({22}),
}
"""Whole lengths of requests without a byte count, with their functions."""
_COUNTED = {15: 6, 16: 6, 23: 10}
"""Functions with a byte count, and where it stands; behind it come so many octets and the CRC."""
_KEPT = 2 * LONGEST


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `end` counts all octets heard up to its last one."""

    unit: int
    pdu: bytes
    end: int


class RequestFinder:
    """Fed with what is heard; `serves(unit)` tells for whom requests are looked for."""

    def __init__(self, serves: Callable[[int], bool]) -> None:
        self._serves = serves
        self._held = bytearray()
        self._base = 0  # octets heard before those held
        self._ends: dict[int, list[int]] = {}  # end -> starts of requests with a byte count
        self.heard = 0
        """All octets so far."""

    def feed(self, data: bytes) -> list[Request]:
        """Take what was heard next; the requests that ended in it."""
        found = [request for octet in data if (request := self._take(octet))]
        if len(self._held) > _KEPT:
            self._drop(self.heard - LONGEST)
        return found

    def _take(self, octet: int) -> Request | None:
        self._held.append(octet)
        self.heard += 1
        self._announce()
        for start in self._starts():
            frame = self._held[start - self._base :]
            if self._serves(frame[0]) and crc16(frame) == 0:
                self._drop(self.heard)
                return Request(frame[0], bytes(frame[1:-2]), self.heard)
        return None

    def _announce(self) -> None:
        """Note where a request ends whose byte count has just come."""
        held = self._held
        for place in (6, 10):
            at = len(held) - 1 - place
            if at >= 0 and _COUNTED.get(held[at + 1]) == place:
                end = self._base + at + place + 1 + held[-1] + 2
                self._ends.setdefault(end, []).append(self._base + at)

    def _starts(self) -> Iterator[int]:
        """Where a request that ends here may have begun, the longest first."""
        yield from self._ends.pop(self.heard, ())
        held = self._held
        for length in (10, 8, 7, 4):
            at = len(held) - length
            if at >= 0 and held[at + 1] in _FIXED[length]:
                yield self._base + at

    def _drop(self, upto: int) -> None:
        """Forget what came before this octet."""
        del self._held[: upto - self._base]
        self._base = upto
        self._ends = {
            end: kept
            for end, starts in self._ends.items()
            if (kept := [start for start in starts if start >= upto])
        }
