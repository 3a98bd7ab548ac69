"""Run a release on trial as a child: keep it if it proves itself, else take it back.

A service manager in small: it takes the child's notifications in and hands them on to the real
one, so that the child needs to know nothing of it. It stays as the child's parent afterwards,
because somebody waits for this very process.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from digigate.firmware.launching import (
    AGAIN,
    GUARDED,
    environment,
    now,
    plain,
    program,
)
from digigate.firmware.pointer import Pointer
from digigate.firmware.trial import UNWELL, Watch

STARTS_MAX = 3  # a trial that power cuts or people interrupt is begun anew so often
STOP_WITHIN = 15.0  # seconds that a release has for its end once it is taken back
UPSTREAM_EVERY = 5.0  # seconds between our own signs of life while a trial lasts

# Whatever ends the release also leaves its last words where its guard finds them.
CHILD = """
import runpy, sys
words = sys.argv.pop(1)
try:
    runpy.run_module("digigate.cli", run_name="__main__", alter_sys=True)
except Exception as error:
    with open(words, "w") as file:
        file.write(f"{type(error).__name__}: {error}")
    raise
"""


def main(slots: Path, arguments: Sequence[str]) -> NoReturn:
    """Run the trial that the pointer names; never returns."""
    pointer = Pointer.read(slots)
    if pointer is not None and pointer.trial is not None:
        trial = replace(pointer.trial, starts=pointer.trial.starts + 1)
        if trial.starts > STARTS_MAX:
            reason = f"it has not proven itself in {STARTS_MAX} starts"
            pointer.taken_back(reason, now()).write(slots)
        else:
            pointer = replace(pointer, trial=trial)
            pointer.write(slots)
            with tempfile.TemporaryDirectory(prefix="digigate-") as room:
                code = Guard(slots, pointer, Path(room)).run(arguments)
            if code != AGAIN:
                sys.exit(code)
    command = [sys.executable, "-P", *program(arguments)]
    os.execve(sys.executable, command, plain(os.environ))  # noqa: S606 -- our own interpreter


class Guard:
    """One child, from its start to its end."""

    def __init__(self, slots: Path, pointer: Pointer, room: Path) -> None:
        if pointer.trial is None:
            raise ValueError("nothing is on trial")
        self._slots = slots
        self._pointer = pointer
        self._trial = pointer.trial
        self._room = room
        self._watch: Watch | None = Watch(pointer.trial, time.monotonic())
        self._upstream = Upstream()
        self._stopped = False
        self._child: subprocess.Popen[bytes] | None = None

    def run(self, arguments: Sequence[str]) -> int:
        """Returns the exit code: the child's own, or `AGAIN` to launch anew."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.bind(str(self._room / "notify"))
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, self._forward)
            with self._start(arguments) as child:
                self._child = child
                self._attend(child, ear)
                return self._judge_end(child.wait())

    def _start(self, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        environ = environment(self._slots, self._trial.slot)
        environ.pop("WATCHDOG_PID", None)
        environ[GUARDED] = "1"
        environ["NOTIFY_SOCKET"] = str(self._room / "notify")
        beat = self._watch.beat if self._watch else UPSTREAM_EVERY
        environ["WATCHDOG_USEC"] = str(int(beat * 2e6))
        command = [sys.executable, "-P", "-c", CHILD, str(self._room / "words"), *arguments]
        return subprocess.Popen(command, env=environ)  # noqa: S603 -- our own interpreter

    def _attend(self, child: subprocess.Popen[bytes], ear: socket.socket) -> None:
        """Until the child ends, by itself or because it must."""
        descriptor = os.pidfd_open(child.pid)
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(descriptor, selectors.EVENT_READ)
                selector.register(ear, selectors.EVENT_READ)
                while self._goes_on(child):
                    keys = [key for key, _ in selector.select(self._patience())]
                    if any(key.fileobj is ear for key in keys):
                        self._hear(ear.recv(4096).decode(errors="replace"))
                    elif keys:
                        return
        finally:
            os.close(descriptor)

    def _goes_on(self, child: subprocess.Popen[bytes]) -> bool:
        """Keep the release, or end it, where it is time."""
        if self._watch is None:
            return True
        self._upstream.beat()
        at = time.monotonic()
        if self._watch.proven(at):
            self._pointer = self._pointer.proven()
            self._pointer.write(self._slots)
            self._watch = None
        elif fault := self._watch.fault(at):
            self._take_back(fault)
            _end(child)
            return False
        return True

    def _patience(self) -> float | None:
        if self._watch is None:
            return None
        return min(UPSTREAM_EVERY, self._watch.look_again(time.monotonic()))

    def _hear(self, message: str) -> None:
        if self._watch is not None:
            self._watch.hear(message, time.monotonic())
        self._upstream.tell(message)

    def _judge_end(self, code: int) -> int:
        if self._pointer.trial is None:  # it was kept, or has been taken back
            return _exit_code(code) if self._pointer.reverted is None else AGAIN
        if self._stopped:
            return _exit_code(code)
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        reason = self._watch.ended(how) if self._watch else how
        self._take_back(reason)
        return AGAIN

    def _take_back(self, reason: str) -> None:
        words = self._room / "words"
        if words.exists():
            reason = f"{reason} ({words.read_text(errors='replace')[:200]})"
        print(f"digigate: version {self._trial.version} is taken back: {reason}", file=sys.stderr)  # noqa: T201
        self._pointer = self._pointer.taken_back(reason, now())
        self._pointer.write(self._slots)

    def _forward(self, number: int, _: FrameType | None) -> None:
        self._stopped |= number != signal.SIGHUP
        if self._child is not None:
            self._child.send_signal(number)


class Upstream:
    """The service manager that waits for us, if there is one."""

    def __init__(self) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def tell(self, message: str) -> None:
        """Hand on what the child says, but for what is meant for us."""
        lines = [line for line in message.splitlines() if not line.startswith(UNWELL)]
        if self._address and lines:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
                channel.connect(self._address)
                channel.sendall("\n".join(lines).encode())

    def beat(self) -> None:
        """We are alive, whatever the release on trial does."""
        self.tell("WATCHDOG=1")


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()


def _exit_code(code: int) -> int:
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
