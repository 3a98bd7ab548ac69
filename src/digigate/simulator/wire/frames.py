"""RTU requests out of a stream of bytes, whatever its chunks and whatever noise lies between."""

from pymodbus.framer import FramerRTU

FRAME_MAX = 256
SHORTEST = 4  # address, function, CRC
FIXED = {1: 8, 2: 8, 3: 8, 4: 8, 5: 8, 6: 8, 7: 4, 8: 8, 11: 4, 12: 4, 17: 4, 22: 10, 24: 6, 43: 7}
COUNTED = {15: 6, 16: 6, 20: 2, 21: 2, 23: 10}  # where the byte count lies


def sealed(body: bytes) -> bytes:
    """A frame: the body and its CRC, low byte first on the wire."""
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


def is_whole(frame: bytes) -> bool:
    """Whether the frame's last two bytes are the CRC of the rest."""
    return len(frame) >= SHORTEST and sealed(frame[:-2]) == frame


def expected_length(start: bytes) -> int | None:
    """The length of the request that starts so; None while, or where, it cannot be known."""
    if len(start) < 2:
        return None
    function = start[1]
    if function in FIXED:
        return FIXED[function]
    place = COUNTED.get(function)
    if place is None or len(start) <= place:
        return None
    return place + 1 + start[place] + 2


class Receiver:
    """Collects bytes and gives out whole requests: address, function and data without CRC.

    A frame ends by its known length. Bytes that are no frame wait for the silence after them;
    then the frame at their end, if there is one, is taken and the rest dropped.
    """

    def __init__(self) -> None:
        self._heard = bytearray()
        self.dropped = 0

    @property
    def pending(self) -> bool:
        """Whether bytes wait for more, or for a silence."""
        return bool(self._heard)

    def feed(self, data: bytes) -> list[bytes]:
        """Take what arrived; return the requests that are complete now."""
        self._heard += data
        found = []
        while frame := self._at_the_front():
            found.append(frame[:-2])
            del self._heard[: len(frame)]
        if len(self._heard) > 2 * FRAME_MAX:
            self._drop(len(self._heard) - FRAME_MAX)
        return found

    def silence(self) -> list[bytes]:
        """The line fell silent: return the request at the end of what is left, if any.

        Noise and a request may have a right CRC together; the one of a known length is meant.
        """
        heard = bytes(self._heard)
        starts = range(max(0, len(heard) - FRAME_MAX), len(heard) - SHORTEST + 1)
        whole = [start for start in starts if is_whole(heard[start:])]
        if not whole:
            self._drop(len(heard))
            return []
        known = (s for s in whole if expected_length(heard[s:]) == len(heard) - s)
        start = next(known, whole[0])
        self._drop(start)
        self._heard.clear()
        return [heard[start:-2]]

    def _at_the_front(self) -> bytes | None:
        length = expected_length(bytes(self._heard[:16]))
        if length is None or len(self._heard) < length:
            return None
        frame = bytes(self._heard[:length])
        return frame if is_whole(frame) else None

    def _drop(self, count: int) -> None:
        self.dropped += count
        del self._heard[:count]
