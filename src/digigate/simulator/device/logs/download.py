"""The mechanism that all downloads share: a command fills header and data, which are then read."""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Protocol

from digigate.catalogue import Block, Model
from digigate.catalogue.registers import EPOCH
from digigate.simulator.device.answers import ILLEGAL_ADDRESS, Illegal
from digigate.simulator.device.clock import local_time
from digigate.simulator.device.deeds import Words
from digigate.simulator.device.logs.cache import NUMBERS, Cache


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a log lies in the registers, and how much of it one answer holds."""

    name: str  # its blocks are `name-command`, `name-header`, `name-data`
    items: int  # at most, of one answer
    item_words: int


class Answering(Protocol):
    """What knows how to answer the commands of one log."""

    def answer(self, told: Mapping[str, int]) -> bytes:
        """Header and data after a command, given by the names of its registers."""
        ...


class Download:
    """One log of one device: header and data stand as they were when the command came."""

    def __init__(self, model: Model, layout: Layout, log: Answering) -> None:
        command, header, data = (
            _block(model, f"{layout.name}-{part}") for part in ("command", "header", "data")
        )
        self._log = log
        self._start = header.start
        declared = data.start + data.count - header.start
        self._words = max(declared, header.count + layout.items * layout.item_words)
        self._fields = {
            point.address: point.leaf for point in model.points if point.block == command.name
        }
        self._told = dict.fromkeys(self._fields.values(), 0)
        self._reply = b""
        self.registers = frozenset(self._fields)

    def covers(self, start: int) -> bool:
        """Whether a read that starts there reads this log."""
        return self._start <= start < self._start + self._words

    def read(self, start: int, count: int) -> bytes:
        """Words of header and data.

        Raises:
            Illegal: 02, beyond the last item that there can be.
        """
        if start + count > self._start + self._words:
            raise Illegal(ILLEGAL_ADDRESS)
        first = 2 * (start - self._start)
        return self._reply[first : first + 2 * count].ljust(2 * count, b"\0")

    def prepare(self, words: Words) -> Callable[[], None]:
        """Answer a command."""
        told = {self._fields[address]: word for address, word in words.items()}

        def act() -> None:
            self._told.update(told)
            self._reply = self._log.answer(self._told)

        return act


@dataclass(frozen=True, slots=True)
class Page:
    """One answer's worth of periods, newest first, and where to go on."""

    ordinals: tuple[int, ...]
    following: int


def page(cache: Cache, number: int, items: int, period: int, t: float) -> Page:
    """The periods from the record of this number on, back in time."""
    first = cache.find(number, period, t) if period else None
    if first is None:
        return Page((), NUMBERS)
    kept: Iterator[int] = cache.back_from(first, period, t)
    ordinals = tuple(islice(kept, items))
    older = next(kept, None)
    return Page(ordinals, NUMBERS if older is None else older % NUMBERS)


def dated(t: float) -> bytes:
    """A moment of the device's time as its registers hold it."""
    moment: datetime = local_time(t)
    return struct.pack(">I", int((moment - EPOCH).total_seconds()))


def words(*values: int) -> bytes:
    """One word each."""
    return struct.pack(f">{len(values)}H", *values)


def has(model: Model, layout: Layout) -> bool:
    """Whether the model has this log."""
    return any(block.name == f"{layout.name}-header" for block in model.blocks)


def _block(model: Model, name: str) -> Block:
    return next(block for block in model.blocks if block.name == name)
