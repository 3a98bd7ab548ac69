"""What is heard after a request, and where in it the right answer stands."""

from enum import Enum, auto

from digigate.bus.frames import LONGEST, REFUSAL_LENGTH, Expected, ends_with, find, measure

NOISE_KEPT = 2 * LONGEST
_NEVER = 1 << 16


class Sight(Enum):
    """What the bytes heard so far look like."""

    NOTHING = auto()  # not enough of them yet
    ANSWER = auto()  # `Reception.span` says where it stands
    DOUBT = auto()  # long enough for an answer, but none: hidden in noise, broken, or not ours


class Reception:
    """The bytes of one exchange; looking at them is put off until an answer can be whole."""

    __slots__ = ("_echo", "_echo_size", "_expected", "_need", "buffer", "first", "last", "span")

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.first = self.last = 0.0
        self.span = (0, 0)
        self._expected: Expected | None = None
        self._echo = b""  # what must come back before the answer
        self._echo_size = 0
        self._need = 0  # bytes before which looking is useless

    def begin(self, expected: Expected, echo: bytes) -> None:
        """A request goes out; `echo` is what the adapter will repeat of it."""
        self.buffer.clear()
        self._expected = expected
        self._echo = echo
        self._echo_size = len(echo)
        self._need = len(echo) + REFUSAL_LENGTH

    def hear(self, data: bytes, now: float) -> Sight:
        """Bytes came in at `now`."""
        buffer = self.buffer
        if not buffer:
            self.first = now
        buffer += data
        self.last = now
        return Sight.NOTHING if len(buffer) < self._need else self._look()

    def _look(self) -> Sight:
        expected, buffer = self._expected, self.buffer
        if expected is None or (self._echo and not self._strip_echo()):
            return Sight.NOTHING
        length = measure(expected, buffer)
        if length and len(buffer) < length:
            self._need = length
            return Sight.NOTHING
        found = ends_with(expected, buffer)
        if found is not None:
            self.span = found
            return Sight.ANSWER
        self._need = 0
        long_enough = len(buffer) >= (expected.length or REFUSAL_LENGTH - 1)
        return Sight.DOUBT if long_enough else Sight.NOTHING

    def settle(self) -> bool:
        """Nothing more is coming: whether the answer stands anywhere in what was heard."""
        if self._expected is None or self._echo:
            return False
        found = find(self._expected, self.buffer, silent=True)
        if found is not None:
            self.span = found
        return found is not None

    def whole_but_broken(self) -> bool:
        """Whether this is the very answer, of the right length, with a wrong CRC."""
        return (
            self._expected is not None
            and not self._echo
            and self.buffer.startswith(self._expected.prefix)
            and len(self.buffer) == self._expected.length
        )

    def take(self) -> tuple[bytes, bytes]:
        """The answer found, and the noise around it; what was heard is forgotten."""
        start, end = self.span
        found = bytes(self.buffer[start:end])
        noise = bytes(self.buffer[:start] + self.buffer[end:])
        self.buffer.clear()
        return found, noise

    def trim(self) -> bytes:
        """Cut off noise that is too old to hold an answer; returns it."""
        if len(self.buffer) <= NOISE_KEPT:
            return b""
        cut = bytes(self.buffer[:-LONGEST])
        del self.buffer[:-LONGEST]
        return cut

    def echoed(self) -> bool:
        """Whether the echo of the request was heard and taken off."""
        return self._echo_size > 0 and not self._echo

    def _strip_echo(self) -> bool:
        """Take our own frame off; what differs from it is a collision and never an answer."""
        size = self._echo_size
        if self.buffer[:size] != self._echo:
            self._need = _NEVER
            return False
        del self.buffer[:size]
        self._echo, self._need = b"", REFUSAL_LENGTH
        self.first = self.last
        return len(self.buffer) >= REFUSAL_LENGTH
