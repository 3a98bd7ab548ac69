"""A gateway process under test, seen through its sockets only."""

import json
import os
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from digigate.services.control import order
from running.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
DEMO_PLANT = ROOT / "config" / "demo-plant.yaml"
STOP_WITHIN = 15.0

PASSWORD = "Ab3$efghij"
"""That of every profile after `own_passwords`."""


class Gateway:
    """One `digigate` process and its state directory."""

    def __init__(self, arguments: list[str], state: Path, log: Path) -> None:
        self.state = state
        self.log = log
        with log.open("ab") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "digigate.cli", *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )

    def ports(self) -> dict[str, int]:
        """STATE/ports.json, once it is written.

        Raises:
            AssertionError: the process has ended instead.
        """
        assert self.process.poll() is None, self.log.read_text()
        ports: dict[str, int] = json.loads((self.state / "ports.json").read_text())
        return ports

    def order(self, command: str, **arguments: object) -> Any:
        """One command at the control socket."""
        return order(self.state / "control.sock", command, arguments)

    def own_passwords(self) -> None:
        """Change the factory's passwords, which are a system alarm by themselves (§13)."""
        for profile in ("advanced", "admin", "cyber"):
            self.order("accounts.password", profile=profile, password=PASSWORD)

    def plant(self, command: str, **arguments: object) -> Any:
        """One command at the simulator's control socket."""
        return order(self.state / "plant" / "plant.sock", command, arguments)

    def get(self, path: str) -> Any:
        """The JSON answer of a GET on the API.

        Raises:
            urllib.error.HTTPError: the answer is not 200.
        """
        with urllib.request.urlopen(self.url(path), context=_trusting(), timeout=20) as answer:
            return json.load(answer)

    def status_of(self, path: str) -> int:
        """The HTTP status of a GET."""
        try:
            with urllib.request.urlopen(self.url(path), context=_trusting(), timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def url(self, path: str) -> str:
        """The address of a page or resource."""
        return f"https://127.0.0.1:{self.ports()['https']}{path}"

    def mbpoll(self, unit: int, address: int, count: int, *flags: str) -> list[int]:
        """Holding registers as Debian's mbpoll prints them, or an empty list where it fails."""
        command = ["mbpoll", "-m", "tcp", "-p", str(self.ports()["modbus_tcp"]), "-a", str(unit)]
        command += ["-0", "-r", str(address), "-c", str(count), "-1", "-q", "-o", "5"]
        done = subprocess.run(
            [*command, *flags, "127.0.0.1"], capture_output=True, text=True, check=False, timeout=60
        )
        return [
            int(line.split("\t")[1].split()[0])
            for line in done.stdout.splitlines()
            if line.startswith("[")
        ]

    def mbpoll_write(self, unit: int, address: int, *values: int) -> str:
        """What mbpoll says to a write of holding registers."""
        command = ["mbpoll", "-m", "tcp", "-p", str(self.ports()["modbus_tcp"]), "-a", str(unit)]
        command += ["-0", "-r", str(address), "-o", "5", "127.0.0.1", *map(str, values)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout + done.stderr

    @contextmanager
    def rebooting(self) -> Iterator[None]:
        """The block reboots it; go on once it serves again."""
        before = self._starts()
        yield
        eventually(lambda: self._starts() > before, what="another start")

    def _starts(self) -> int:
        return self.log.read_text().count(") is up")

    def stop(self) -> int:
        """SIGTERM, then the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_WITHIN)

    def close(self) -> None:
        """End whatever still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextmanager
def free_demo(state: Path, *arguments: str, plant: Path = DEMO_PLANT) -> Iterator[Gateway]:
    """`digigate demo --ports free`, ready to be asked, while the block runs."""
    demo = ["demo", "--state", str(state), "--ports", "free", "--plant", str(plant)]
    with _running([*demo, *arguments], state) as gateway:
        yield gateway


@contextmanager
def start_run(state: Path, settings: Path, *arguments: str) -> Iterator[Gateway]:
    """`digigate run`, ready to be asked, while the block runs."""
    run = ["run", "--state", str(state), "--settings", str(settings)]
    with _running([*run, *arguments], state) as gateway:
        yield gateway


@contextmanager
def _running(arguments: list[str], state: Path) -> Iterator[Gateway]:
    state.parent.mkdir(parents=True, exist_ok=True)
    (state / "ports.json").unlink(missing_ok=True)
    gateway = Gateway(arguments, state, state.with_name(state.name + ".log"))
    try:
        eventually(gateway.ports, what="ports.json")
        yield gateway
    finally:
        gateway.close()


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
