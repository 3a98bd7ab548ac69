"""What passes on the lines, for one listener: decoded, filtered, honest about what it missed."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from digigate.bus.trace import Frame, FrameKind
from digigate.bus.workshop.decode import Fault, Interpreter, Meaning
from digigate.watchers import Watchers

QUEUE = 2000
"""Frames that wait for a listener at most: half a minute of two busy lines."""


@dataclass(frozen=True, slots=True)
class Traced:
    """One frame with its meaning."""

    frame: Frame
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Lost:
    """So many frames passed and are not shown, because the listener was too slow."""

    count: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which frames a listener wants: all but what a field says."""

    bus: str | None = None
    unit: int | None = None
    errors_only: bool = False

    def admits(self, traced: Traced) -> bool:
        """Whether it is wanted; what nobody was asked for goes by its first octet."""
        frame = traced.frame
        if self.bus is not None and frame.line != self.bus:
            return False
        if self.errors_only and traced.meaning.fault is Fault.NONE:
            return False
        stray = frame.kind is FrameKind.STRAY and frame.data[:1] == bytes((self.unit or 0,))
        return self.unit is None or frame.unit == self.unit or stray


class Listener:
    """Takes frames as they pass; costs a line no more than an append."""

    def __init__(self, interpreter: Interpreter, wanted: Wanted, limit: int = QUEUE) -> None:
        self._interpreter = interpreter
        self._wanted = wanted
        self._limit = limit
        self._waiting: deque[Frame] = deque()
        self._lost = 0
        self._heard = asyncio.Event()

    def hear(self, frame: Frame) -> None:
        """A frame passed; it is dropped, and counted, where too many wait."""
        if len(self._waiting) < self._limit:
            self._waiting.append(frame)
        else:
            self._lost += 1
        self._heard.set()

    async def events(self, frames: Watchers[[Frame]]) -> AsyncGenerator[Traced | Lost, None]:
        """What passes from now on, until closed."""
        with frames.watch(self.hear):
            while True:
                await self._heard.wait()
                self._heard.clear()
                for event in self.taken():
                    yield event

    def taken(self) -> Iterator[Traced | Lost]:
        """What waits, and how many frames after it were lost."""
        while self._waiting:
            frame = self._waiting.popleft()
            traced = Traced(frame, self._interpreter.meaning(frame))
            if self._wanted.admits(traced):
                yield traced
        if self._lost:
            lost, self._lost = self._lost, 0
            self._interpreter.forget()
            yield Lost(lost)
