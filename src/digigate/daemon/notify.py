"""Tell systemd how we are (sd_notify(3)); silent where no systemd asked."""

import os
import socket
from collections.abc import Iterable

from digigate.firmware.launching import GUARDED
from digigate.firmware.trial import UNWELL


def notify(state: str) -> None:
    """Send `READY=1`, `RELOADING=1`, `STOPPING=1`, `WATCHDOG=1` or `STATUS=…` to NOTIFY_SOCKET."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # abstract socket
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.connect(address)
        channel.sendall(state.encode())


def guarded(state: str, unwell: Iterable[str]) -> str:
    """The message, with the services that do not run where a guard wants to know them."""
    return f"{state}\n{UNWELL}={','.join(unwell)}" if GUARDED in os.environ else state


def watchdog_interval() -> float | None:
    """Seconds between two heartbeats: half of what systemd allows; None where it wants none."""
    microseconds = os.environ.get("WATCHDOG_USEC")
    owner = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds or owner != str(os.getpid()):
        return None
    return int(microseconds) / 2e6
