"""Auto-detection of a full plant at real pace: 32 slaves out of their boxes, all at address 5."""

import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from bench.figures import CannotRun, Figure, Found
from bench.options import Effort
from bench.programs import Programs
from running.commissioning import Commissioning, commissioning

BENCH = "detection, 32 slaves on both buses at 38400 Bd"
PLANT = Path(__file__).resolve().parents[2] / "config" / "full-plant.yaml"
FACTORY = 5
SECONDS = {"fast": 60.0, "complete": 120.0}
CONFLICTS_WITHIN = 60.0


def measure(_: Programs, effort: Effort) -> Found:
    """FAST with every conflict solved by the gateway, then COMPLETE over what came of it.

    Raises:
        CannotRun: plant or gateway did not come up, or a search failed.
    """
    plant: dict[str, Any] = yaml.safe_load(PLANT.read_text())
    for slave in plant["slaves"]:
        slave["address"] = FACTORY
    modes = ("fast",) if effort.rounds == 1 else tuple(SECONDS)
    with tempfile.TemporaryDirectory(prefix="digigate-bench-") as folder:
        try:
            with commissioning(Path(folder), plant, paced=True) as site:
                figures = [figure for mode in modes for figure in _searched(site, mode)]
        except (AssertionError, KeyError, TypeError) as error:
            raise CannotRun(f"detection: {error}") from error
    return Found(tuple(figures), {})


def _searched(site: Commissioning, mode: str) -> tuple[Figure, ...]:
    began = time.monotonic()
    site.gateway.order("detect.start", mode=mode, resolve="automatic")
    site.until("conflicts", "solving", "reading", "done")
    known = time.monotonic() - began
    report = site.until("done")["report"]
    missing = 32 - len({entry["slave"]["address"] for entry in report["devices"]})
    return (
        Figure(BENCH, mode.upper(), "conflicts known after", known, "s", CONFLICTS_WITHIN)
        if mode == "fast"
        else Figure(BENCH, mode.upper(), "slaves in conflict", len(report["conflicts"]), "", 0),
        Figure(BENCH, mode.upper(), "whole search", report["seconds"], "s", SECONDS[mode]),
        Figure(BENCH, mode.upper(), "slaves missed", missing, "", 0),
    )
