"""Command, header, data: reads that only mean something after a write, kept whole for one client.

A log is fetched by writing which record is wanted and then reading header and data. Another
client's write in between would exchange the record under the reader's eyes, so whoever writes the
command owns that sequence of that slave until he has been quiet about it.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from digigate.bus.reach import Span, ranges
from digigate.catalogue import Block

QUIET = 2.0
"""Seconds without a request after which an owner is done: more than any client pauses between two
blocks of a download, and short enough for the next one to wait.
"""
_COMMAND = "-command"
_PARTS = (_COMMAND, "-header", "-data")


@dataclass(frozen=True, slots=True)
class Touched:
    """Sequences that a request concerns, and those of which it writes the command."""

    stems: frozenset[str]
    commanded: frozenset[str]


NOTHING = Touched(frozenset(), frozenset())


class Layout:
    """Where the sequences of one model lie in its registers."""

    __slots__ = ("_commands", "_parts")

    def __init__(self, blocks: Iterable[Block]) -> None:
        parts = [(stem, part, block) for block in blocks for stem, part in _named(block.name)]
        commanded = {stem for stem, part, _ in parts if part == _COMMAND}
        self._parts = [(stem, _span(b)) for stem, _, b in parts if stem in commanded]
        self._commands = [(stem, _span(b)) for stem, part, b in parts if part == _COMMAND]

    def touched(self, pdu: bytes) -> Touched:
        """What a request PDU does to them."""
        if not self._parts:
            return NOTHING
        reads, writes = ranges(pdu)
        return Touched(
            frozenset(stem for stem, span in self._parts if _overlap(span, (*reads, *writes))),
            frozenset(stem for stem, span in self._commands if _overlap(span, writes)),
        )


def _named(name: str) -> Iterable[tuple[str, str]]:
    return ((name.removesuffix(part), part) for part in _PARTS if name.endswith(part))


def _span(block: Block) -> Span:
    return block.start, block.start + block.count


def _overlap(span: Span, ranges: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in ranges)


@dataclass(slots=True)
class _Owner:
    client: Hashable
    under_way: int = 0
    until: float = 0.0


class Sequences:
    """Who owns which sequence of which slave."""

    def __init__(self, quiet: float = QUIET, now: Callable[[], float] = time.monotonic) -> None:
        self._quiet = quiet
        self._now = now
        self._owners: dict[tuple[int, str], _Owner] = {}

    @asynccontextmanager
    async def turn(
        self, unit: int, touched: Touched, client: Hashable
    ) -> AsyncGenerator[None, None]:
        """Hold one request of a client; waits while another owns a sequence that it touches."""
        while (pause := self.pause(unit, touched, client)) > 0:  # noqa: ASYNC110 -- it ends by time
            await asyncio.sleep(pause)
        keys = [(unit, stem) for stem in touched.stems]
        for key in keys:
            if key[1] in touched.commanded:
                self._owners.setdefault(key, _Owner(client))
        owned = [owner for key in keys if (owner := self._owners.get(key)) is not None]
        for owner in owned:
            owner.under_way += 1
        try:
            yield
        finally:
            for owner in owned:
                owner.under_way -= 1
                owner.until = self._now() + self._quiet

    def pause(self, unit: int, touched: Touched, client: Hashable) -> float:
        """Seconds after which it is worth asking again; 0 = the client may go on now."""
        now, longest = self._now(), 0.0
        for key in [(unit, stem) for stem in touched.stems]:
            owner = self._owners.get(key)
            if owner is None or owner.client == client:
                continue
            remaining = self._quiet if owner.under_way else owner.until - now
            if remaining <= 0:
                del self._owners[key]
            longest = max(longest, remaining)
        return longest
