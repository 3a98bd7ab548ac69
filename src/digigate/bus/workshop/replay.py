"""A capture once more: what the engine makes of it, and how the slaves behaved.

The same matching as on a live line decides what was the answer, so that a fault that was captured
once can be looked at as often as one likes, and after a change of the engine too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from digigate.bus.frames import REFUSAL, expect
from digigate.bus.reception import Reception
from digigate.bus.trace import Frame, FrameKind
from digigate.bus.workshop.capture import Capture
from digigate.bus.workshop.decode import Interpreter, Meaning
from digigate.catalogue import Catalogue

_ENDS = {FrameKind.ANSWER, FrameKind.EXCEPTION, FrameKind.GARBLED, FrameKind.TIMEOUT}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One frame with its meaning, and what the engine says of it now.

    `now` is None where the frame ends no request.
    """

    frame: Frame
    meaning: Meaning
    now: FrameKind | None = None

    @property
    def differs(self) -> bool:
        """Whether the engine decides otherwise than when the capture was made."""
        return self.now is not None and self.now is not self.frame.kind


def replay(capture: Capture, catalogue: Catalogue) -> Iterator[Verdict]:
    """Each frame in its order; the same capture gives the same verdicts."""
    models = {place: catalogue.models.get(facts.model) for place, facts in capture.units.items()}
    interpreter = Interpreter(lambda line, unit: models.get((line, unit)))
    engines: dict[str, _Engine] = {}
    for frame in capture.frames:
        engine = engines.setdefault(frame.line, _Engine())
        now = engine.judge(frame)
        yield Verdict(frame, interpreter.meaning(frame), now)


class _Engine:
    """What one line hears after each request."""

    def __init__(self) -> None:
        self._reception = Reception()
        self._asking = False

    def judge(self, frame: Frame) -> FrameKind | None:
        """What the engine makes of a frame that ends a request."""
        if frame.kind is FrameKind.REQUEST:
            self._reception.begin(expect(frame.unit, frame.data[1:-2]), b"")
            self._asking = True
            return None
        if frame.kind not in _ENDS or not self._asking:
            return None
        self._asking = False
        if not frame.data:
            return FrameKind.TIMEOUT
        self._reception.hear(frame.data, frame.time)
        if not self._reception.settle():
            return FrameKind.GARBLED
        answer, _ = self._reception.take()
        return FrameKind.EXCEPTION if answer[1] & REFUSAL else FrameKind.ANSWER


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets that a slave sends, so many seconds after the request."""

    after: float
    data: bytes


def behaviour(capture: Capture, line: str) -> dict[bytes, list[list[Piece]]]:
    """How the slaves of one line reacted to each request, each time that it came."""
    reactions: dict[bytes, list[list[Piece]]] = {}
    began, pieces = 0.0, list[Piece]()
    for frame in capture.frames:
        if frame.line != line:
            continue
        if frame.kind is FrameKind.REQUEST:
            began, pieces = frame.time, []
            reactions.setdefault(frame.data, []).append(pieces)
        elif frame.data and frame.kind is not FrameKind.ECHO:
            pieces.append(Piece(max(0.0, frame.time - began), frame.data))
    return reactions
