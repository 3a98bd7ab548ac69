"""A capture file: one line of text for each frame, to read, to grep and to replay.

`seconds line kind unit took octets | meaning`, where `took` is `-` for frames that end no request.
What stands behind the bar is for people. Lines that begin with # say when it began, how the lines
were set and which model sat at each unit; other # lines are remarks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from digigate.bus.trace import Frame, FrameKind
from digigate.errors import SettingsError

TITLE = "# digigate capture, format 1"


@dataclass(frozen=True, slots=True)
class LineFacts:
    """How one line was set."""

    name: str
    baudrate: int
    parity: str
    stop_bits: int
    echo: bool

    @property
    def char(self) -> float:
        """Seconds that one octet takes."""
        return (9 + (self.parity != "none") + self.stop_bits) / self.baudrate


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """Who sat at one unit of a line."""

    unit: int
    model: str
    line: str
    name: str


@dataclass(frozen=True, slots=True)
class Capture:
    """All that a capture file says; times of frames count from its begin."""

    began: str
    lines: dict[str, LineFacts] = field(default_factory=dict)
    units: dict[tuple[str, int], UnitFacts] = field(default_factory=dict)
    frames: tuple[Frame, ...] = ()


def head_lines(capture: Capture) -> Iterator[str]:
    """The first lines of the file."""
    yield TITLE
    yield f"# began {capture.began}"
    for line in capture.lines.values():
        echo = "yes" if line.echo else "no"
        yield f"# line {line.name} {line.baudrate} {line.parity} {line.stop_bits} echo={echo}"
    for unit in capture.units.values():
        yield f"# unit {unit.unit} {unit.model} {unit.line} {unit.name}".rstrip()
    yield "#  seconds line     kind      unit     took octets | meaning"


def frame_line(frame: Frame, meaning: str) -> str:
    """One frame as it stands in the file."""
    took = "-" if frame.took is None else f"{frame.took:.6f}"
    octets = frame.data.hex(" ") or "-"
    words = " ".join(meaning.split())
    return (
        f"{frame.time:11.6f} {frame.line:8} {frame.kind:9} {frame.unit:4} {took:>8} "
        f"{octets} | {words}"
    )


def lost_line(count: int) -> str:
    """The remark for frames that the listener missed."""
    return f"# {count} frames not shown"


def read_capture(lines: Iterable[str]) -> Capture:
    """What a file says.

    Raises:
        SettingsError: it is no capture, or a line is wrong; the text names the line.
    """
    numbered = enumerate(map(str.rstrip, lines), 1)
    _, title = next(numbered, (1, ""))
    if title != TITLE:
        raise SettingsError(f"line 1: a capture begins with {TITLE!r}: make one with sniff --write")
    reader = _Reader()
    for number, line in numbered:
        try:
            reader.take(line)
        except (ValueError, IndexError) as error:
            raise SettingsError(f"line {number}: {line[:60]!r} is no frame: {error}") from error
    return Capture(reader.began, reader.lines, reader.units, tuple(reader.frames))


class _Reader:
    def __init__(self) -> None:
        self.began = ""
        self.lines: dict[str, LineFacts] = {}
        self.units: dict[tuple[str, int], UnitFacts] = {}
        self.frames: list[Frame] = []

    def take(self, line: str) -> None:
        if line.startswith("#"):
            self._remark(line[1:].split(maxsplit=5))
        elif line:
            self.frames.append(_frame(line))

    def _remark(self, words: list[str]) -> None:
        if words[:1] == ["began"]:
            self.began = words[1]
        elif words[:1] == ["line"] and len(words) == 6:
            name, baudrate, parity, stop_bits, echo = words[1:]
            echoes = echo == "echo=yes"
            self.lines[name] = LineFacts(name, int(baudrate), parity, int(stop_bits), echoes)
        elif words[:1] == ["unit"]:
            unit, model, line = words[1:4]
            name = " ".join(words[4:])
            self.units[line, int(unit)] = UnitFacts(int(unit), model, line, name)


def _frame(line: str) -> Frame:
    seconds, name, kind, unit, took, octets = line.partition("|")[0].split(maxsplit=5)
    return Frame(
        name,
        float(seconds),
        FrameKind(kind),
        int(unit),
        b"" if octets.strip() == "-" else bytes.fromhex(octets),
        None if took == "-" else float(took),
    )
