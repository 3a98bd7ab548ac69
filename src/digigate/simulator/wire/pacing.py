"""When each piece of an answer arrives, as on a real wire: pure arithmetic."""

from dataclasses import dataclass

FIFO = 8  # bytes that a UART hands over at a time


@dataclass(frozen=True, slots=True)
class Wire:
    """The speed of a line; `char_time` 0 = an ideal wire without delay."""

    char_time: float
    chunk: int = FIFO

    def duration(self, count: int) -> float:
        """Seconds that `count` characters take."""
        return count * self.char_time


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that arrive together at a moment of the loop's time."""

    due: float
    data: bytes


def heard(wire: Wire, began: float, now: float, count: int) -> float:
    """When the last character of a request is over.

    A pty hands a request over at once; the wire is charged from its first byte on.
    """
    return max(now, began + wire.duration(count))


def delivery(wire: Wire, start: float, answer: bytes) -> tuple[Piece, ...]:
    """The pieces of an answer whose first character starts at `start`.

    Each is due when its last character has been on the wire: an absolute schedule, so lateness
    of one piece does not move the next.
    """
    if not wire.char_time:
        return (Piece(start, answer),)
    ends = (min(at + wire.chunk, len(answer)) for at in range(0, len(answer), wire.chunk))
    return tuple(
        Piece(start + wire.duration(end), answer[(end - 1) // wire.chunk * wire.chunk : end])
        for end in ends
    )
