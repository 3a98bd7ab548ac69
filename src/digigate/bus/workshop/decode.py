"""Frames in words: who asked whom for what, what came back, and what is wrong with it.

`Interpreter` sees the frames of all lines in their order, because an answer of Modbus RTU does not
say what was asked, and a stray may be the late answer to a request that timed out.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from digigate.bus.frames import (
    READ_BITS,
    READ_REGISTERS,
    READ_WRITE,
    REFUSAL,
    WRITE_MANY,
    WRITE_ONE,
    build,
    crc16,
    expect,
    find,
)
from digigate.bus.trace import Frame, FrameKind
from digigate.bus.vocabulary import exception_words, function_words
from digigate.bus.workshop.figures import Figure, figures
from digigate.catalogue import Model

ModelOf = Callable[[str, int], Model | None]
"""The model that sits at a unit of a line; None where nobody knows."""

REMEMBERED = 8
"""Requests without an answer that are kept for each line, to know a late answer again."""
ECHOED = "the adapter repeats what it sends: set `echo` for this bus"


class Fault(StrEnum):
    """What is wrong with a frame."""

    NONE = ""
    EXCEPTION = "exception"  # the slave refuses
    TIMEOUT = "timeout"  # silence: supply, wiring, address, speed
    GARBLED = "garbled"  # noise, two slaves on one address, a wrong speed
    LATE = "late"  # the answer to a request that had been given up
    STRAY = "stray"  # bytes that nobody asked for
    ECHO = "echo"  # the adapter repeats what we send, and the settings do not know


@dataclass(frozen=True, slots=True)
class Meaning:
    """One frame in words; `figures` are the values that it carries."""

    text: str
    fault: Fault = Fault.NONE
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    time: float
    unit: int
    pdu: bytes


class Interpreter:
    """Tells the meaning of each frame; show it every frame of a line, wanted or not."""

    def __init__(self, model_of: ModelOf) -> None:
        self._model_of = model_of
        self._asked: dict[tuple[str, int], list[_Asked]] = {}
        self._missed: dict[str, deque[_Asked]] = {}
        self._by_kind = {
            FrameKind.REQUEST: self._request,
            FrameKind.BROADCAST: self._request,
            FrameKind.ANSWER: self._answer,
            FrameKind.EXCEPTION: self._exception,
            FrameKind.GARBLED: self._garbled,
            FrameKind.TIMEOUT: self._timeout,
            FrameKind.STRAY: self._stray,
            FrameKind.ECHO: self._echo,
        }

    def meaning(self, frame: Frame) -> Meaning:
        """The frame in words."""
        return self._by_kind[frame.kind](frame)

    def forget(self) -> None:
        """Frames were lost: what comes next may answer what was not seen."""
        self._asked.clear()

    def _request(self, frame: Frame) -> Meaning:
        pdu = frame.data[1:-2]
        if frame.kind is FrameKind.REQUEST:
            asked = _Asked(frame.time, frame.unit, pdu)
            self._asked.setdefault((frame.line, frame.unit), []).append(asked)
        return Meaning(request_words(pdu), figures=self._written(frame, pdu))

    def _answer(self, frame: Frame) -> Meaning:
        asked = self._ended(frame)
        pdu = frame.data[1:-2]
        if asked is None:
            return Meaning(f"answer to {function_words(pdu[0] & ~REFUSAL)}")
        return self._answered(frame, asked, pdu)

    def _answered(self, frame: Frame, asked: _Asked, pdu: bytes) -> Meaning:
        model = self._model_of(frame.line, frame.unit)
        if pdu[0] in READ_REGISTERS:
            start = _word(asked.pdu, 1)
            found = tuple(figures(model, start, pdu[2:])) if model else ()
            return Meaning(f"{_range(start, len(pdu[2:]) // 2)} read", figures=found)
        if pdu[0] in READ_BITS:
            return Meaning(f"{_bits(pdu[2:], _word(asked.pdu, 3))} from {_word(asked.pdu, 1)}")
        return Meaning(f"{request_words(asked.pdu)}: done")

    def _exception(self, frame: Frame) -> Meaning:
        asked = self._ended(frame)
        words = exception_words(frame.data[2]) if len(frame.data) > 2 else "an exception"
        what = f" {request_words(asked.pdu)}" if asked else ""
        return Meaning(f"refuses{what}: {words}", Fault.EXCEPTION)

    def _garbled(self, frame: Frame) -> Meaning:
        asked = self._give_up(frame)
        if asked and frame.data.startswith(build(asked.unit, asked.pdu)):
            return Meaning(ECHOED, Fault.ECHO)
        return Meaning(f"no right answer: {_noise(frame.data)}", Fault.GARBLED)

    def _timeout(self, frame: Frame) -> Meaning:
        asked = self._give_up(frame)
        what = f" to {request_words(asked.pdu)}" if asked else ""
        return Meaning(f"no answer{what}", Fault.TIMEOUT)

    def _stray(self, frame: Frame) -> Meaning:
        late = self._owed(frame)
        if late is None:
            return Meaning(f"nobody asked for this: {_noise(frame.data)}", Fault.STRAY)
        delay = 1000 * (frame.time - late.time)
        return Meaning(
            f"late answer of slave {late.unit} to {request_words(late.pdu)}, "
            f"{delay:.0f} ms after the request",
            Fault.LATE,
        )

    def _echo(self, _: Frame) -> Meaning:
        return Meaning("the adapter repeated the request")

    def _ended(self, frame: Frame) -> _Asked | None:
        """The request that a frame ends: of several under way, the one that it looks like."""
        waiting = self._asked.get((frame.line, frame.unit), [])
        like = (asked for asked in waiting if _answers(frame.data, asked))
        ended = next(like, waiting[0] if waiting else None)
        if ended is not None:
            waiting.remove(ended)
        return ended

    def _give_up(self, frame: Frame) -> _Asked | None:
        asked = self._ended(frame)
        if asked is not None:
            self._missed.setdefault(frame.line, deque(maxlen=REMEMBERED)).append(asked)
        return asked

    def _owed(self, frame: Frame) -> _Asked | None:
        """The request that these bytes answer after all."""
        missed = self._missed.get(frame.line, deque())
        for asked in reversed(missed):
            if find(expect(asked.unit, asked.pdu), frame.data, silent=True) is not None:
                missed.remove(asked)
                return asked
        return None

    def _written(self, frame: Frame, pdu: bytes) -> tuple[Figure, ...]:
        """What a write request carries."""
        model = self._model_of(frame.line, frame.unit)
        if model is None:
            return ()
        if pdu[0] == 6:
            return tuple(figures(model, _word(pdu, 1), pdu[3:5]))
        return tuple(figures(model, _word(pdu, 1), pdu[6:])) if pdu[0] == 16 else ()


def _answers(data: bytes, asked: _Asked) -> bool:
    return data.startswith(expect(asked.unit, asked.pdu).prefix)


def request_words(pdu: bytes) -> str:
    """What a request asks for: `read registers 18432..18523 (92)`."""
    name = function_words(pdu[0]) if pdu else "nothing"
    if len(pdu) < 5:
        return name
    first, second = _word(pdu, 1), _word(pdu, 3)
    if pdu[0] in READ_REGISTERS | READ_BITS | WRITE_MANY | {READ_WRITE}:
        return f"{name} {_range(first, second)}"
    if pdu[0] == 6:
        return f"{name} {first} := {second}"
    if pdu[0] == 5:
        return f"{name} {first} := {'on' if second else 'off'}"
    return name


def _range(start: int, count: int) -> str:
    return f"{start}" if count == 1 else f"{start}..{start + count - 1} ({count})"


def _bits(data: bytes, count: int) -> str:
    return "".join(str(data[i // 8] >> i % 8 & 1) for i in range(min(count, 8 * len(data))))


def _noise(data: bytes) -> str:
    size = f"{len(data)} octet{'s' * (len(data) != 1)}"
    if len(data) < 4 or crc16(data) != 0:
        return f"{size}, the CRC is wrong"
    if len(data) == 8 and data[1] in READ_REGISTERS | READ_BITS | WRITE_ONE:
        return f"{size}, another master asks unit {data[0]} to {request_words(data[1:-2])}?"
    return f"{size}, a whole frame of unit {data[0]}"


def _word(pdu: bytes, at: int) -> int:
    return int.from_bytes(pdu[at : at + 2], "big")
