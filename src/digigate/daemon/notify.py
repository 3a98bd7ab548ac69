"""Tell systemd how we are (sd_notify(3)); silent where no systemd asked."""

import os
import socket


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


def watchdog_interval() -> float | None:
    """Seconds between two heartbeats: half of what systemd allows; None where it wants none."""
    microseconds = os.environ.get("WATCHDOG_USEC")
    owner = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds or owner != str(os.getpid()):
        return None
    return int(microseconds) / 2e6
