"""Modbus TCP under a closed loop of 32 connections: CPU per request beside a libmodbus server."""

from typing import Any

from bench.figures import CannotRun, Figure, Found
from bench.options import Effort
from bench.processes import cpu_seconds
from bench.programs import Programs, Running, answer, python, start

BENCH = "Modbus TCP, FC03 x 125, 32 connections"
UNIT, ADDRESS, WORDS = 4, 1000, 125
CONNECTIONS = 32
RATIO = 1.3
UNGATED = "digigate without the gate"
GATE_SHARE = 5.0


def measure(programs: Programs, effort: Effort) -> Found:
    """The least CPU per request of several alternated rounds.

    Raises:
        CannotRun: a program failed, or an answer was wrong or missing.
    """
    gateway = python("tcp_gateway", UNIT, ADDRESS, WORDS)
    with (
        start(gateway) as ours,
        start([*gateway, "ungated"]) as open_,
        start(programs.command("tcp_server", UNIT)) as theirs,
    ):
        servers = {
            "digigate": (ours, ours.place()),
            UNGATED: (open_, open_.place()),
            "libmodbus": (theirs, theirs.place()),
        }
        rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
        for _ in range(effort.rounds + 1):  # the first one warms up
            for name, (server, port) in servers.items():
                rounds[name].append(_round(programs, server, port, effort.tcp_seconds))
    best = {name: _least(found[1:]) for name, found in rounds.items()}
    figures = [figure for name, found in best.items() for figure in _judged(name, found)]
    ratio = best["digigate"]["cpu_us"] / best["libmodbus"]["cpu_us"]
    figures.append(Figure(BENCH, "digigate / libmodbus", "CPU per request", ratio, "x", RATIO))
    share = 1 - best[UNGATED]["cpu_us"] / best["digigate"]["cpu_us"]
    figures.append(Figure(BENCH, "the gate", "share of the CPU", 100 * share, "%", GATE_SHARE))
    return Found(tuple(figures), {"modbus tcp": rounds})


def _round(programs: Programs, server: Running, port: str, seconds: float) -> dict[str, Any]:
    given = ("--connections", CONNECTIONS, "--sources", CONNECTIONS, "--seconds", seconds)
    target = f"{UNIT}:{ADDRESS}:{WORDS}"
    load = programs.command("load", "--port", port, *given, "--verify", target)
    before = cpu_seconds(server.pid)
    found = answer(load, seconds + 10)
    if found["wrong"] or found["exceptions"] or found["lost"] or found["dropped"]:
        raise CannotRun(f"the server at port {port} failed its clients: {found}")
    found["cpu_us"] = 1e6 * (cpu_seconds(server.pid) - before) / found["answered"]
    return found


def _judged(name: str, found: dict[str, Any]) -> list[Figure]:
    return [
        Figure(BENCH, name, "CPU per request", found["cpu_us"], "us"),
        Figure(BENCH, name, "requests per second", found["answered"] / found["seconds"]),
        Figure(BENCH, name, "latency p50", found["latency_us"]["p50"] / 1e3, "ms"),
        Figure(BENCH, name, "latency p99", found["latency_us"]["p99"] / 1e3, "ms"),
    ]


def _least(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The cheapest round: the machine is shared, and noise only adds."""
    return min(rounds, key=lambda found: float(found["cpu_us"]))
