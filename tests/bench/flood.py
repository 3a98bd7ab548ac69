"""A flood at ten times each limit from one address, while another one works (§11.3.5)."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cycles import Cycles, watching
from bench.figures import CannotRun, Figure, Found
from bench.flooder import ASK, GET, READ, START
from bench.options import Effort
from bench.processes import cpu_seconds
from bench.programs import Programs, python, start
from running import Gateway, eventually, free_demo

BENCH = "flood at 10x the limit from 127.0.0.2, work from 127.0.0.3"
FLOODER, WORKER = "127.0.0.2", "127.0.0.3"
REQUESTS, KBITS = 200, 200  # so low that one program can send ten times as much
LIMITS = {
    "requests/s": {"firewall.requests": REQUESTS, "firewall.kbits": 1_000_000},
    "kbit/s": {"firewall.requests": 100_000, "firewall.kbits": KBITS},
}
KINDS = {
    "modbus": ("modbus_tcp", len(READ)),
    "https": ("https", len(GET)),
    "snmp": ("snmp", len(ASK)),
}
"""The service that is flooded, and the octets of one request to it."""
BUS, SLAVE = "digiware", 4
SETTLED = 60.0
QUIET, SHORT, WHOLE = 30, 10, 33  # seconds; the last one sees an exclusion and its end
FIRST_CYCLES = 15  # in which every slave is identified, and what it has is read once
P99, EXCLUSION, TOLERANCE = 50.0, 30.0, 1.0
LONGER, MORE = 1.1, 1.0  # longer: by 10 % than nine of ten usual cycles; at most 1 % more are


@dataclass(frozen=True, slots=True)
class Case:
    """One flood."""

    kind: str
    limit: str
    seconds: int

    @property
    def rate(self) -> float:
        """Requests per second that are ten times the limit."""
        _, octets = KINDS[self.kind]
        return 10 * (REQUESTS if self.limit == "requests/s" else KBITS * 125 / octets)


CASES = tuple(
    Case(kind, limit, SHORT if number else WHOLE)
    for limit in LIMITS
    for number, kind in enumerate(KINDS)
)


def measure(_: Programs, effort: Effort) -> Found:
    """Each kind of flood against each limit; a quick run floods Modbus by requests alone.

    Raises:
        CannotRun: the gateway did not come up, or nobody was excluded.
    """
    with (
        tempfile.TemporaryDirectory(prefix="digigate-bench-") as folder,
        free_demo(Path(folder) / "state") as gateway,
        watching(gateway, BUS, SLAVE) as cycles,
    ):
        eventually(lambda: cycles.count() > FIRST_CYCLES, SETTLED, "some cycles of the bus")
        quiet, usual = _work(gateway, cycles, QUIET)
        flooded: list[float] = []
        chosen = CASES[: 1 if effort.rounds == 1 else None]
        figures = [figure for case in chosen for figure in _flooded(gateway, case, cycles, flooded)]
    return Found((*_at_rest(quiet), *figures, *_longer(usual, flooded)), {"flood": {
        "cycles_quiet": usual, "cycles_flooded": flooded,
    }})  # fmt: skip


def _at_rest(quiet: dict[str, Any]) -> list[Figure]:
    return [
        Figure(BENCH, "no flood", f"{name} p99 of the other", _p99(each), "ms")
        for name, each in quiet["kinds"].items()
    ] + [Figure(BENCH, "no flood", "CPU of the gateway", quiet["cpu"], "%")]


def _flooded(gateway: Gateway, case: Case, cycles: Cycles, flooded: list[float]) -> list[Figure]:
    for path, value in LIMITS[case.limit].items():
        gateway.order("settings.set", path=path, value=value)
    service, _ = KINDS[case.kind]
    place = ("127.0.0.1", gateway.ports()[service], FLOODER)
    flooder = python("flooder", case.kind, *place, case.rate, 10 * REQUESTS, case.seconds)
    with start(flooder) as flood:
        found, lengths = _work(gateway, cycles, case.seconds)
        told = flood.finish()
    flooded += lengths
    gateway.order("firewall.release", client=FLOODER)
    subject = f"{case.kind}, {case.limit}"
    lost = sum(each["lost"] for each in found["kinds"].values())
    return [
        *(
            Figure(BENCH, subject, f"{name} p99 of the other", _p99(each), "ms", P99)
            for name, each in found["kinds"].items()
        ),
        Figure(BENCH, subject, "CPU of the gateway", found["cpu"], "%"),
        Figure(BENCH, subject, "lost by the other", lost, "", 0),
        Figure(BENCH, subject, "sent until excluded", told["sent"], "requests"),
        *_exclusion(case, subject, told),
    ]


def _exclusion(case: Case, subject: str, told: dict[str, Any]) -> list[Figure]:
    if not told["cut"]:
        raise CannotRun(f"a flood of {subject} was not shut out")
    knocks = told["knocks"] / case.seconds
    figures = [Figure(BENCH, subject, "knocked while excluded", knocks, "/s")]
    if case.seconds == WHOLE:
        if not told["shut_out"]:
            raise CannotRun(f"a flood of {subject} was not let in again")
        off = max(abs(seconds - EXCLUSION) for seconds in told["shut_out"])
        figures.append(Figure(BENCH, subject, "exclusion off 30 s by", off, "s", TOLERANCE))
    return figures


def _longer(usual: list[float], flooded: list[float]) -> list[Figure]:
    """A plant and a machine have their own bad moments: what counts is that there are no more."""
    most = LONGER * sorted(usual)[int(0.9 * len(usual))]
    before, during = (100 * sum(length > most for length in each) / len(each)
                      for each in (usual, flooded))  # fmt: skip
    subject = f"cycles of the bus over {most:.2f} s"
    return [
        Figure(BENCH, subject, f"share of {len(usual)} before the floods", before, "%"),
        Figure(BENCH, subject, f"share of {len(flooded)} meanwhile", during, "%", before + MORE),
    ]


def _work(gateway: Gateway, cycles: Cycles, seconds: float) -> tuple[dict[str, Any], list[float]]:
    """What the other one saw, what the gateway's CPU did, and the cycles of the bus meanwhile."""
    ports, pid = gateway.ports(), gateway.process.pid
    with start(python("worker", ports["modbus_tcp"], ports["https"], WORKER, seconds)) as worker:
        time.sleep(START)
        since, before = cycles.count(), cpu_seconds(pid)
        time.sleep(seconds)
        used, lengths = cpu_seconds(pid) - before, cycles.lengths(since)
        return {"kinds": worker.finish(), "cpu": 100 * used / seconds}, lengths


def _p99(found: dict[str, Any]) -> float:
    latencies = sorted(found["latencies"])
    return float(latencies[int(0.99 * (len(latencies) - 1))])
