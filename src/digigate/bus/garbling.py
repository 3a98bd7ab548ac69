"""Whether one slave's answers come garbled so often that somebody else may have its address."""

from collections import deque

RECENT = 12
"""Requests that are remembered."""
SUSPECT_FROM = 4
"""So many garbled ones among them raise the suspicion; at most one ends it."""


class Garbling:
    """The last requests to one slave: which of them were answered by noise."""

    __slots__ = ("_recent", "suspected")

    def __init__(self) -> None:
        self.suspected = False
        self._recent: deque[bool] = deque(maxlen=RECENT)

    def note(self, *, garbled: bool) -> None:
        """One more request has ended."""
        self._recent.append(garbled)
        count = sum(self._recent)
        self.suspected = count >= SUSPECT_FROM or (self.suspected and count > 1)

    def forget(self) -> None:
        """Begin anew."""
        self._recent.clear()
        self.suspected = False
