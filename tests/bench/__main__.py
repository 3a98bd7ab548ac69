"""Run every bench, print the table, write the JSON; figures over their limit are no failure."""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import bus_line, detection, field, flood, full_plant, modbus_tcp, snmp
from bench.figures import CannotRun, Found, as_json, table
from bench.options import FULL, QUICK, Effort
from bench.programs import Programs

Bench = Callable[[Programs, Effort], Found]
BENCHES: dict[str, Bench] = {
    "bus": bus_line.measure,
    "tcp": modbus_tcp.measure,
    "plant": full_plant.measure,
    "detection": detection.measure,
    "field": field.measure,
    "flood": flood.measure,
    "snmp": snmp.measure,
}


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 unless a bench could not run."""
    options = _options(arguments)
    effort = QUICK if options.quick else FULL
    found: list[Found] = []
    missing: list[str] = []
    began, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="digigate-bench-") as folder:
        try:
            programs = Programs.build(Path(folder))
            for name in options.benches or BENCHES:
                print(f"{name} ...", file=sys.stderr, flush=True)
                _run(name, programs, effort, found, missing)
        except CannotRun as error:
            missing.append(str(error))
    machine = {
        "python": platform.python_version(),
        "kernel": platform.release(),
        "cpus": os.cpu_count(),
        "load_before": load,
        "seconds": round(time.monotonic() - began, 1),
        "quick": options.quick,
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(as_json(machine, found, missing))
    print(table([figure for each in found for figure in each.figures]))
    print(f"\n{machine['seconds']} s; load before {load:.2f}; all of it in {options.json}")
    for reason in missing:
        print(f"could not run: {reason}", file=sys.stderr)
    return 1 if missing else 0


def _run(
    name: str, programs: Programs, effort: Effort, found: list[Found], missing: list[str]
) -> None:
    try:
        found.append(BENCHES[name](programs, effort))
    except CannotRun as error:
        missing.append(f"{name}: {error}")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("benches", nargs="*", choices=[*BENCHES, []], help="which; all if none")
    parser.add_argument("--quick", action="store_true", help="shorter rounds, rougher figures")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), metavar="FILE")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
