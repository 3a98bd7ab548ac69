"""One open byte channel: a device path through pyserial-asyncio, or `socket://host:port`.

A device is opened in a thread, because a driver may take its time, and exclusively, because two
masters on one line ruin each other. A hung-up device reads as ready for ever, so that the first
empty read or error ends the channel at once.
"""

import asyncio
import errno
import logging
import os
import socket
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import serial
from serial_asyncio import SerialTransport

from digigate.errors import LineDown
from digigate.settings.sections import Line, Parity

log = logging.getLogger(__name__)

Heard = Callable[[bytes, float], None]

CONNECT_WITHIN = 5.0
"""Seconds for a TCP connection to stand."""
KEEPALIVE_AFTER, KEEPALIVE_EVERY, KEEPALIVE_TRIES = 4, 2, 3
"""Seconds, seconds, count: a far end that vanished is missed after ten seconds at most."""
_CHUNK = 4096
_PARITIES = {
    Parity.NONE: serial.PARITY_NONE,
    Parity.EVEN: serial.PARITY_EVEN,
    Parity.ODD: serial.PARITY_ODD,
}
_WORDS = {
    errno.ENOENT: "does not exist: check the cable or the port setting",
    errno.EACCES: "may not be opened: add the gateway's user to the group that owns the device",
    errno.EPERM: "may not be opened: add the gateway's user to the group that owns the device",
    errno.EAGAIN: "is in use by another program",
    errno.EBUSY: "is in use by another program",
    errno.ENXIO: "has no device behind it: check the cable",
    errno.ENODEV: "has no device behind it: check the cable",
    errno.ENOTTY: "is not a serial device: correct the port setting",
}


class Port(asyncio.Protocol):
    """An open channel; `heard(data, when)` gets each chunk with the monotonic time of receipt.

    `lost` is done, with a plain-words reason, as soon as the channel has ended.
    """

    def __init__(self, name: str, heard: Heard) -> None:
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._name = name
        self._heard = heard
        self._closed = asyncio.Event()
        self._transport: asyncio.Transport | None = None
        self.write: Callable[[bytes], None] = _drop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio: writes can go."""
        self._transport = cast("asyncio.Transport", transport)
        self.write = self._transport.write

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._heard(data, time.monotonic())

    def eof_received(self) -> bool:
        """Called by asyncio: the far end of a socket said goodbye."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self.write = _drop
        self._closed.set()
        if not self.lost.done():
            self.lost.set_result(_why_lost(self._name, exc))

    def fail(self, failure: BaseException) -> None:
        """End the channel: who awaits `lost` raises this."""
        if not self.lost.done():
            self.lost.set_exception(failure)

    def give_up(self, why: str) -> None:
        """End the channel on purpose: who awaits `lost` is told why."""
        if not self.lost.done():
            self.lost.set_result(why)

    async def close(self) -> None:
        """Drop what is not sent yet and wait until the device is free for others."""
        if self._transport is not None:
            self._transport.abort()
            await self._closed.wait()


def _drop(data: bytes) -> None:
    """What is written to an ended channel is lost; the line hears of the end by itself."""


def _why_lost(name: str, exc: Exception | None) -> str:
    words = f": {exc.strerror}" if isinstance(exc, OSError) and exc.strerror else ""
    return f"{name} was lost{words}; check the cable"


class _DeviceTransport(SerialTransport):  # type: ignore[misc]  # pyserial-asyncio has no types
    """Reads and writes the descriptor itself: each trip through pyserial costs 0.1 ms of silence,
    and its reader does not end an unplugged device while bytes wait to be written.
    """

    def _read_ready(self) -> None:
        try:
            data = os.read(self._serial.fd, _CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._abort(error)
            return
        if data:
            self._protocol.data_received(data)
        else:
            self._abort(OSError(errno.EIO, "the device hung up"))

    def write(self, data: bytes) -> None:
        """Hand the frame to the driver at once; what does not fit waits for the loop."""
        if self._closing:
            return
        written = 0
        if not self._write_buffer:
            try:
                written = os.write(self._serial.fd, data)
            except (BlockingIOError, InterruptedError):
                pass
            except OSError as error:
                self._abort(error)
                return
        if written < len(data):
            super().write(data[written:])

    def _abort(self, exc: Exception | None) -> None:
        if self._closing:
            return
        super()._abort(exc)

    def _call_connection_lost(self, exc: Exception | None) -> None:
        """Close the device in a thread: a driver may wait for output that nobody will take."""
        self._write_buffer.clear()
        closing = asyncio.get_running_loop().run_in_executor(None, _close, self._serial)
        closing.add_done_callback(lambda _: self._protocol.connection_lost(exc))


def _close(device: serial.Serial) -> None:
    with suppress(termios.error, serial.SerialException, OSError):
        device.reset_output_buffer()
    device.close()


async def open_port(settings: Line, heard: Heard) -> Port:
    """Open the channel that the settings name.

    Raises:
        LineDown: it cannot be opened; the text says why and what to check.
    """
    if settings.port.startswith("socket://"):
        return await connect(settings.port, *_host_and_number(settings.port), heard)
    return await _open_device(settings, heard)


def _host_and_number(url: str) -> tuple[str, int]:
    try:
        place = urlsplit(url)
        host, number = place.hostname, place.port
    except ValueError as error:
        raise LineDown(f"{url} is no address: {error}") from error
    if host is None or number is None:
        raise LineDown(f"{url} is no address: write socket://host:port")
    return host, number


async def connect(name: str, host: str, number: int, heard: Heard) -> Port:
    """Open a TCP connection; a far end that is gone without a word is found out.

    Raises:
        LineDown: it cannot be reached; the text says why.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            transport, port = await loop.create_connection(lambda: Port(name, heard), host, number)
    except TimeoutError as error:
        raise LineDown(f"{name} does not answer") from error
    except OSError as error:
        raise LineDown(f"{name} cannot be reached: {_system_words(error)}") from error
    _keep_alive(transport.get_extra_info("socket"))
    return port


def _keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_AFTER)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_EVERY)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_TRIES)
    gone_after = 1000 * (KEEPALIVE_AFTER + KEEPALIVE_TRIES * KEEPALIVE_EVERY)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, gone_after)


def _system_words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)


async def _open_device(settings: Line, heard: Heard) -> Port:
    opening = asyncio.create_task(asyncio.to_thread(_open_serial, settings))
    try:
        device = await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_unwanted)
        raise
    port = Port(settings.port, heard)
    _DeviceTransport(asyncio.get_running_loop(), port, device)
    await asyncio.sleep(0)  # the transport announces itself by call_soon
    return port


def _close_unwanted(opening: asyncio.Task[serial.Serial]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _open_serial(settings: Line) -> serial.Serial:
    path = settings.port
    pseudo = Path(path).resolve().is_relative_to("/dev/pts")
    try:
        device = serial.Serial(
            path,
            settings.baudrate,
            parity=serial.PARITY_NONE if pseudo else _PARITIES[settings.parity],
            stopbits=settings.stop_bits,
            exclusive=True,
            timeout=0,
        )
    except (OSError, termios.error, ValueError) as error:
        raise LineDown(f"{path} {_why_not_opened(error)}") from error
    if settings.low_latency:
        _ask_low_latency(device)
    return device


def _why_not_opened(error: Exception) -> str:
    number = next((part for part in (_errno(error), _errno(error.__context__)) if part), None)
    if number in _WORDS:
        return _WORDS[number]
    return f"cannot be opened: {os.strerror(number) if number else error}"


def _errno(error: BaseException | None) -> int | None:
    """The system's number inside an OSError, a SerialException or a termios.error."""
    if error is None:
        return None
    number = getattr(error, "errno", None)
    if number is None and error.args and isinstance(error.args[0], int):
        number = error.args[0]
    return number


def _ask_low_latency(device: serial.Serial) -> None:
    try:
        device.set_low_latency_mode(True)
    except (ValueError, NotImplementedError, OSError) as error:
        log.debug("no low latency mode", extra={"port": device.name, "reason": str(error)})
