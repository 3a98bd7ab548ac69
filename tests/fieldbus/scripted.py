"""The far end of a line, in the test's own loop. It knows the truth; frames are built by pymodbus'
CRC, so that a fault of our codec cannot hide itself.
"""

import asyncio
import contextlib
import os
import tty
from collections.abc import Callable, Sequence
from pathlib import Path

from pymodbus.framer import FramerRTU

Pieces = Sequence[tuple[float, bytes]]
"""What goes on the wire: (seconds after the request or the piece before, bytes)."""
Faults = Callable[[bytes, bytes], Pieces]
"""(request frame, right answer) -> what is really sent."""


def register(unit: int, address: int) -> int:
    """The truth: what a slave holds at an address."""
    return (unit * 4099 + address * 31 + 7) & 0xFFFF


def sealed(body: bytes) -> bytes:
    """A frame with its CRC."""
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


def right_answer(request: bytes) -> bytes:
    """What an honest slave answers to FC03, 06 and 16; exception 01 to the rest."""
    unit, function = request[0], request[1]
    start, count = (int.from_bytes(request[i : i + 2], "big") for i in (2, 4))
    if function == 3:
        words = b"".join(register(unit, start + i).to_bytes(2, "big") for i in range(count))
        return sealed(bytes((unit, 3, 2 * count)) + words)
    if function in (6, 16):
        return sealed(request[:6])
    return sealed(bytes((unit, function | 0x80, 1)))


def honest(_: bytes, answer: bytes) -> Pieces:
    """No fault at all."""
    return ((0.001, answer),)


class ScriptedSlaves:
    """Answers on a pty for the given units, as `faults` says; `path` is what the master opens."""

    def __init__(self, units: Sequence[int], faults: Faults = honest) -> None:
        self.units = units
        self.faults = faults
        self.answer = right_answer
        self.requests: list[bytes] = []
        self._heard = bytearray()
        self._loop = asyncio.get_running_loop()
        self._pending: set[asyncio.Task[None]] = set()
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self._slave = slave
        os.set_blocking(self._master, False)
        self._loop.add_reader(self._master, self._read)

    def send(self, data: bytes) -> None:
        """Put bytes on the wire unasked."""
        with contextlib.suppress(OSError):
            os.write(self._master, data)

    def hang_up(self) -> None:
        """Pull the cable: the master's device is dead from now on."""
        if self._master < 0:
            return
        self._loop.remove_reader(self._master)
        for task in self._pending:
            task.cancel()
        os.close(self._master)
        os.close(self._slave)
        self._master = -1

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            self._heard += os.read(self._master, 4096)
        while (frame := self._next_frame()) is not None:
            self.requests.append(frame)
            if frame[0] in self.units:
                task = self._loop.create_task(self._play(self.faults(frame, self.answer(frame))))
                self._pending.add(task)
                task.add_done_callback(self._pending.discard)

    def _next_frame(self) -> bytes | None:
        if len(self._heard) < 8:
            return None
        size = 9 + self._heard[6] if self._heard[1] == 16 else 8
        if len(self._heard) < size:
            return None
        frame = bytes(self._heard[:size])
        del self._heard[:size]
        return frame

    async def _play(self, pieces: Pieces) -> None:
        for pause, data in pieces:
            await asyncio.sleep(pause)
            self.send(data)


def link_to(path: Path, device: str) -> None:
    """Give a device a stable name, as /dev/serial/by-id does."""
    path.unlink(missing_ok=True)
    path.symlink_to(device)


async def eventually(holds: Callable[[], bool], within: float = 20.0) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: it does not, even after `within` seconds.
    """
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 -- what is waited for has no event to tell
            await asyncio.sleep(0.005)
