"""A timer of microseconds on the event loop: asyncio's own rounds each wait up to a millisecond."""

import asyncio
import ctypes
import os
import sys
from collections.abc import Callable

_NONBLOCK_CLOEXEC = os.O_NONBLOCK | os.O_CLOEXEC
_ABSOLUTE = 1
_MONOTONIC = 1
_SOONEST = 1e-9  # zero would disarm


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


def _libc_create() -> int:
    fd = int(_libc().timerfd_create(_MONOTONIC, _NONBLOCK_CLOEXEC))
    if fd < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create failed")
    return fd


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _libc_setter() -> Callable[[int, float], None]:
    settime = _libc().timerfd_settime
    settings = _Itimerspec()
    reference, value = ctypes.byref(settings), settings.value

    def set_to(fd: int, at: float) -> None:
        value.seconds = int(at)
        value.nanoseconds = int((at - int(at)) * 1e9)
        if settime(fd, _ABSOLUTE, reference, None) < 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime failed")

    return set_to


if sys.version_info >= (3, 13):

    def _create() -> int:
        return os.timerfd_create(_MONOTONIC, flags=os.TFD_NONBLOCK | os.TFD_CLOEXEC)

    def _setter() -> Callable[[int, float], None]:
        def set_to(fd: int, at: float) -> None:
            os.timerfd_settime(fd, flags=os.TFD_TIMER_ABSTIME, initial=at)

        return set_to

else:
    _create, _setter = _libc_create, _libc_setter


class Timer:
    """Calls back on the loop at one moment of `time.monotonic`, re-armable; close it in the end."""

    __slots__ = ("_callback", "_fd", "_loop", "_set")

    def __init__(self, callback: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._callback = callback
        self._set = _setter()
        self._fd = _create()
        self._loop.add_reader(self._fd, self._expired)

    def arm(self, at: float) -> None:
        """Call back once at `at`, at once where that has passed; replaces the former moment."""
        self._set(self._fd, max(at, _SOONEST))

    def disarm(self) -> None:
        """Do not call back."""
        self._set(self._fd, 0.0)

    def close(self) -> None:
        """Give the descriptor back; nothing is called any more."""
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    def _expired(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:  # re-armed meanwhile
            return
        self._callback()
