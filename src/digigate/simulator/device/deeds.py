"""What writes to certain registers make a device do."""

from collections.abc import Callable, Mapping
from typing import Protocol

Words = Mapping[int, int]
"""Register -> the word that a client writes there."""


class Deed(Protocol):
    """Owner of some registers: what is written there is not merely kept."""

    @property
    def registers(self) -> frozenset[int]:
        """Those that it owns."""
        ...

    def prepare(self, words: Words) -> Callable[[], None]:
        """What to do about words written to its registers, of which there is one at least.

        Raises:
            Illegal: 03, they make no sense; nothing of the whole write is done then.
        """
        ...
