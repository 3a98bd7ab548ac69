"""The bench's C programs: compiled for this run, started, and asked what they saw."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import CannotRun

SOURCES = Path(__file__).parent
PLAIN = ("line", "load")
WITH_LIBMODBUS = ("rtu_master", "tcp_server")
FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror")
STOP_WITHIN = 5.0


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the compiled programs lie."""

    folder: Path

    @classmethod
    def build(cls, folder: Path) -> "Programs":
        """Compile all of them into `folder`.

        Raises:
            CannotRun: there is no C compiler or no libmodbus.
        """
        if shutil.which("cc") is None:
            raise CannotRun("no C compiler: apt-get install gcc libc6-dev")
        if not Path("/usr/include/modbus/modbus.h").exists():
            raise CannotRun("no libmodbus to compare with: apt-get install libmodbus-dev")
        for name in (*PLAIN, *WITH_LIBMODBUS):
            libraries = ["-I/usr/include/modbus", "-lmodbus"] if name in WITH_LIBMODBUS else []
            target = ["-o", str(folder / name), str(SOURCES / f"{name}.c")]
            subprocess.run(["cc", *FLAGS, *target, *libraries], check=True)
        return cls(folder)

    def command(self, name: str, *arguments: object) -> list[str]:
        """The command line of a compiled program."""
        return [str(self.folder / name), *map(str, arguments)]


def python(module: str, *arguments: object) -> list[str]:
    """The command line of a module of this package in a process of its own."""
    return [sys.executable, "-m", f"bench.{module}", *map(str, arguments)]


def answer(command: list[str], timeout: float) -> dict[str, Any]:
    """Run a program to its end; its last line is the JSON that it found.

    Raises:
        CannotRun: it failed or took longer than `timeout` seconds.
    """
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, timeout=timeout, env=_env()
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise CannotRun(f"{_name(command)}: {error}") from error
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


class Running:
    """A program at work, to be asked what it found."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_env()
        )
        self._name = _name(command)
        self.pid = self._process.pid

    def place(self) -> str:
        """Its first line, which says where it can be reached.

        Raises:
            CannotRun: it has ended instead.
        """
        assert self._process.stdout is not None
        place = self._process.stdout.readline().strip()
        if not place:
            raise CannotRun(f"{self._name} ended while starting")
        return place

    def finish(self) -> dict[str, Any]:
        """Close its standard input, wait for its end and take the JSON that it found.

        Raises:
            CannotRun: it did not end in time or found nothing.
        """
        try:
            output, _ = self._process.communicate(timeout=STOP_WITHIN)
            found: dict[str, Any] = json.loads(output.splitlines()[-1])
        except (subprocess.TimeoutExpired, IndexError, ValueError) as error:
            raise CannotRun(f"{self._name} did not say what it found") from error
        return found

    def close(self) -> None:
        """End it, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


@contextmanager
def start(command: list[str]) -> Iterator[Running]:
    """The program while the block runs."""
    program = Running(command)
    try:
        yield program
    finally:
        program.close()


def _name(command: list[str]) -> str:
    return command[2] if command[1:2] == ["-m"] else Path(command[0]).name


def _env() -> dict[str, str]:
    """Child processes find this package where we found it."""
    return {**os.environ, "PYTHONPATH": str(SOURCES.parent)}
