"""What passes on a line, frame by frame, for whoever watches."""

from dataclasses import dataclass
from enum import StrEnum


class FrameKind(StrEnum):
    """What a frame, or a piece of noise, turned out to be."""

    REQUEST = "request"
    BROADCAST = "broadcast"
    ANSWER = "answer"
    EXCEPTION = "exception"
    GARBLED = "garbled"  # heard instead of a right answer
    TIMEOUT = "timeout"  # nothing was heard
    STRAY = "stray"  # heard while nobody was asked, or beside an answer
    ECHO = "echo"  # our own request, repeated by the adapter


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame in the form of RTU, CRC included, whatever carried it.

    `time` is `time.monotonic` at its first byte out or its last byte in. `took` is the time since
    the request that it ends; None for frames that end none. `unit` is whom the master asked, 0 for
    a broadcast and for what nobody was asked for.
    """

    line: str
    time: float
    kind: FrameKind
    unit: int
    data: bytes
    took: float | None = None
