"""A line offered as a pseudo terminal, which stays while masters come and go."""

import asyncio
import os
import termios
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from digigate.errors import SettingsError
from digigate.simulator.plant import BAUDRATES
from digigate.simulator.wire.outlet import Wiring

CHUNK = 4096
OSPEED = 5  # index in the list of tcgetattr
NO_SLAVES = 300  # Bd: stands for all speeds that no slave has
SPEEDS: dict[int, int] = {getattr(termios, f"B{rate}"): rate for rate in BAUDRATES}


class Terminal:
    """Our end of a pty."""

    def __init__(self, baudrate: int) -> None:
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self._set_speed(getattr(termios, f"B{baudrate}"))
        self.path = Path(os.ttyname(self._theirs))

    def send(self, data: bytes) -> None:
        """Hand bytes to the master; lost where nobody reads and the kernel's buffer is full."""
        with suppress(BlockingIOError):
            os.write(self._ours, data)

    @property
    def baudrate(self) -> int:
        """The speed that the master has set, or that nobody has changed."""
        return SPEEDS.get(termios.tcgetattr(self._theirs)[OSPEED], NO_SLAVES)

    def receive(self) -> bytes:
        """What the master wrote."""
        try:
            return os.read(self._ours, CHUNK)
        except BlockingIOError:
            return b""

    def fileno(self) -> int:
        """For the loop."""
        return self._ours

    def close(self) -> None:
        """Hang up."""
        os.close(self._ours)
        os.close(self._theirs)

    def _set_speed(self, speed: int) -> None:
        mode = termios.tcgetattr(self._theirs)
        mode[4] = mode[OSPEED] = speed
        termios.tcsetattr(self._theirs, termios.TCSANOW, mode)


@asynccontextmanager
async def offered(link: Path | None, baudrate: int, wiring: Wiring) -> AsyncIterator[str]:
    """Serve a terminal while the block runs; yields the path that a master opens.

    Raises:
        SettingsError: the link cannot be made.
    """
    terminal = Terminal(baudrate)
    line = wiring(terminal)
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if data := terminal.receive():
            line.heard(data)

    loop.add_reader(terminal.fileno(), readable)
    try:
        with _linked(terminal.path, link) as path:
            yield str(path)
    finally:
        loop.remove_reader(terminal.fileno())
        line.close()
        terminal.close()


@contextmanager
def _linked(target: Path, link: Path | None) -> Iterator[Path]:
    if link is None:
        yield target
        return
    if link.exists() and not link.is_symlink():
        raise SettingsError(f"{link}: exists and is no link; write another path")
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    except OSError as error:
        raise SettingsError(f"{link}: {error.strerror}") from error
    try:
        yield link
    finally:
        if link.is_symlink() and link.readlink() == target:
            link.unlink()
