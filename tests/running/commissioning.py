"""A gateway without topology beside a simulated plant, as a technician finds both."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from running.gateway import ROOT, Gateway, start_run
from running.simulator import ctl, simulator
from running.waiting import eventually

SEARCH_WITHIN = 120.0
FREE = {
    "modbus_tcp": {"host": "127.0.0.1", "port": 0},
    "web": {"https_port": 0, "http_port": None},
    "snmp": {"port": 0},
}


class Commissioning:
    """The gateway, its plant, and what a technician does with them."""

    def __init__(self, gateway: Gateway, control: Path) -> None:
        self.gateway = gateway
        self._control = control

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`digigate WORDS --state …` to its end."""
        return subprocess.run(self._command(*words), **_HEARD, check=False, timeout=SEARCH_WITHIN)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """`digigate WORDS --state …`, left running."""
        return subprocess.Popen(self._command(*words), **_HEARD)

    def ctl(self, *words: str) -> Any:
        """`digigate-sim ctl … WORDS`."""
        return ctl(self._control, *words)

    def leds(self) -> dict[str, Any]:
        """Each slave's COM LED, by the slave's name."""
        return {name: front["com"] for name, front in self.ctl("leds").items()}

    def steady(self) -> set[str]:
        """The slaves whose COM LED asks for a press."""
        return {name for name, com in self.leds().items() if com["light"] == "steady"}

    def lamp(self, name: str) -> str:
        """How a lamp of the gateway looks."""
        return str(self.gateway.order("panel")["lamps"][name]["light"])

    def status(self) -> Any:
        """The search as it stands."""
        return self.gateway.order("detect.status")

    def until(self, *phases: str) -> Any:
        """The search's status once it is in one of these phases."""
        return eventually(
            lambda: (now := self.status())["phase"] in phases and now, SEARCH_WITHIN, str(phases)
        )

    def search(self, **wishes: object) -> Any:
        """A whole search by order; its report."""
        self.gateway.order("detect.start", **wishes)
        return self.until("done", "failed", "stopped")["report"]

    def devices(self) -> dict[int, str]:
        """The topology in force: model by address."""
        listed = self.gateway.get("/api/v1/devices")["devices"]
        return {device["address"]: device["model"]["key"] for device in listed}

    def _command(self, *words: str) -> list[str]:
        state = ("--state", str(self.gateway.state))
        return [sys.executable, "-m", "digigate.cli", *words, *state]


_HEARD: Any = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}


@contextmanager
def commissioning(
    folder: Path,
    plant: dict[str, Any],
    *,
    settings: dict[str, Any] | None = None,
    paced: bool = False,
    addressing: str = "private",
) -> Iterator[Commissioning]:
    """A plant with these parts and a gateway on its lines that has no topology yet.

    Unpaced, the plant runs faster than real time and its lines keep no silences.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plant_file, settings_file = folder / "plant.yaml", folder / "settings.yaml"
    plant_file.write_text(yaml.safe_dump({"version": 1, **plant}))
    control = folder / "plant.sock"
    arguments = ("--pty", str(folder), "--control", str(control))
    speed = () if paced else ("--speed", "2")
    lines = {
        bus: {
            "port": str(folder / f"{bus}.tty"),
            "baudrate": given.get("baudrate", 38400),
            "paced": paced,
            "addressing": addressing,
        }
        for bus, given in plant["buses"].items()
    }
    settings_file.write_text(yaml.safe_dump({**FREE, "buses": lines, **(settings or {})}))
    with (
        simulator(str(plant_file), *arguments, *speed),
        start_run(folder / "state", settings_file) as gateway,
    ):
        yield Commissioning(gateway, control)
