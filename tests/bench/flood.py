"""A flood at ten times each limit from one address, while another one works (§11.3.5)."""

import tempfile
from pathlib import Path
from typing import Any

from bench.figures import CannotRun, Figure, Found
from bench.options import Effort
from bench.programs import Programs, answer, python, start
from running import Gateway, eventually, free_demo

BENCH = "flood at 10x the limit from 127.0.0.2, work from 127.0.0.3"
PLANT = Path(__file__).resolve().parents[2] / "config" / "full-plant.yaml"
REQUESTS, KBITS = 200, 200  # so low that one program can send ten times as much
SECONDS = 40  # an exclusion and its end
QUIET = 20
SETTLED = 60.0
P99, EXCLUSION, TOLERANCE, CYCLE = 50.0, 30.0, 1.0, 1.1
LIMITS = {
    "requests/s": {"firewall.requests": REQUESTS, "firewall.kbits": 1_000_000},
    "kbit/s": {"firewall.requests": 100_000, "firewall.kbits": KBITS},
}
OCTETS = {"modbus": 12, "https": 49}


def measure(_: Programs, effort: Effort) -> Found:
    """Each kind of flood against each limit; a quick run floods Modbus by requests alone.

    Raises:
        CannotRun: the gateway did not come up, or nobody was excluded.
    """
    floods = [(kind, limit) for limit in LIMITS for kind in OCTETS]
    with (
        tempfile.TemporaryDirectory(prefix="digigate-bench-") as folder,
        free_demo(Path(folder) / "state", plant=PLANT) as gateway,
    ):
        eventually(lambda: _cycle(gateway), SETTLED, "two cycles of the bus")
        _work(gateway, QUIET)
        before = _cycle(gateway)
        figures = [
            figure
            for kind, limit in floods[: 1 if effort.rounds == 1 else None]
            for figure in _flooded(gateway, kind, limit, before)
        ]
    return Found(tuple(figures), {})


def _flooded(gateway: Gateway, kind: str, limit: str, before: float) -> list[Figure]:
    for path, value in LIMITS[limit].items():
        gateway.order("settings.set", path=path, value=value)
    rate = 10 * (REQUESTS if limit == "requests/s" else KBITS * 125 / OCTETS[kind])
    port = gateway.ports()["modbus_tcp" if kind == "modbus" else "https"]
    flooder = python("flooder", kind, "127.0.0.1", port, "127.0.0.2", rate, SECONDS)
    with start(flooder) as flood:
        found = _work(gateway, SECONDS)
        shut_out = flood.finish()["shut_out"]
    if not shut_out:
        raise CannotRun(f"a flood of {kind} by {limit} was not shut out")
    subject = f"{kind}, {limit}"
    off = max(abs(seconds - EXCLUSION) for seconds in shut_out)
    return [
        *(
            Figure(BENCH, subject, f"{name} p99 of the other", _p99(each), "ms", P99)
            for name, each in found.items()
        ),
        Figure(BENCH, subject, "lost by the other", sum(e["lost"] for e in found.values()), "", 0),
        Figure(BENCH, subject, "exclusion off 30 s by", off, "s", TOLERANCE),
        Figure(BENCH, subject, "bus cycle p95 / before", _cycle(gateway) / before, "x", CYCLE),
    ]


def _work(gateway: Gateway, seconds: float) -> dict[str, Any]:
    ports = gateway.ports()
    worker = python("worker", ports["modbus_tcp"], ports["https"], "127.0.0.3", seconds)
    return answer(worker, seconds + 20)


def _p99(found: dict[str, Any]) -> float:
    latencies = sorted(found["latencies"])
    return float(latencies[int(0.99 * (len(latencies) - 1))])


def _cycle(gateway: Gateway) -> float:
    """The Digiware bus's cycle that 95 of 100 keep, in s; 0 until it is known."""
    buses = {bus["name"]: bus for bus in gateway.get("/api/v1/buses")["buses"]}
    return float(buses["digiware"]["cycle_p95"] or 0)
