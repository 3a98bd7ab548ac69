"""Modbus TCP under a closed loop of 32 connections: CPU per request beside a libmodbus server."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from bench.figures import CannotRun, Figure, Found
from bench.options import Effort
from bench.programs import Programs, Running, answer, python, start

BENCH = "Modbus TCP, FC03 x 125, 32 connections"
UNIT, ADDRESS, WORDS = 4, 1000, 125
CONNECTIONS = 32
RATIO = 1.3
OURS, UNGATED, PEER = "digigate", "digigate without the gate", "libmodbus"
GATE_SHARE = 5.0
WARM_UP = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Compared:
    """A middle value of many, and how far off it may be (19 times of 20)."""

    value: float
    uncertain: float


def measure(programs: Programs, effort: Effort) -> Found:
    """Costs of servers that take turns of 20 ms, new processes each round; speed of each alone.

    Raises:
        CannotRun: a program failed, or an answer was wrong or missing.
    """
    rounds = [_round(programs, effort.tcp_seconds, number) for number in range(effort.rounds)]
    costs = {name: [c for each in rounds for c in each["cost_ns"][name]] for name in _commands()}
    alone = {
        name: min((each["alone"][name] for each in rounds), key=_latency) for name in _commands()
    }
    ratio = compared(costs[OURS], costs[PEER])
    saved = compared(costs[UNGATED], costs[OURS])
    figures = [f for name in alone for f in _judged(name, costs[name], alone[name])]
    figures += [
        Figure(BENCH, f"{OURS} / {PEER}", "CPU per request", ratio.value, "x", RATIO),
        Figure(BENCH, "", "uncertain by", ratio.uncertain, "x"),
        Figure(BENCH, "the gate", "share of the CPU", 100 * (1 - saved.value), "%", GATE_SHARE),
        Figure(BENCH, "", "uncertain by", 100 * saved.uncertain, "%"),
    ]
    return Found(tuple(figures), {"modbus tcp": rounds})


def compared(costs: Sequence[float], others: Sequence[float]) -> Compared:
    """How many times as much as the others these cost, each turn beside its neighbour."""
    ratios = [mine / other for mine, other in zip(costs, others, strict=False)]
    low, middle, high = quantiles(ratios, n=4)
    return Compared(middle, 1.57 * (high - low) / len(ratios) ** 0.5)


def _commands() -> dict[str, list[str]]:
    gateway = python("tcp_gateway", UNIT, ADDRESS, WORDS)
    return {OURS: gateway, UNGATED: [*gateway, "ungated"], PEER: []}


def _round(programs: Programs, seconds: float, number: int) -> dict[str, Any]:
    """Who follows whom changes with each round: a like program leaves a warmer cache behind."""
    commands = list(_commands().items())
    with ExitStack() as stack:
        servers: dict[str, tuple[Running, str]] = {}
        for name, command in reversed(commands) if number % 2 else commands:
            server = stack.enter_context(start(command or programs.command("tcp_server", UNIT)))
            servers[name] = (server, server.place())
        ports = [f"{port}:{server.pid}" for server, port in servers.values()]
        _load(programs, ports, WARM_UP)
        turns = _load(programs, ports, len(ports) * seconds)["cost_ns"]
        alone = {name: _load(programs, [port], seconds) for name, (_, port) in servers.items()}
    return {"cost_ns": dict(zip(servers, turns, strict=True)), "alone": alone}


def _load(programs: Programs, ports: Sequence[str], seconds: float) -> dict[str, Any]:
    given = ("--connections", CONNECTIONS, "--sources", CONNECTIONS, "--seconds", seconds)
    places = [option for port in ports for option in ("--port", port)]
    target = f"{UNIT}:{ADDRESS}:{WORDS}"
    found = answer(programs.command("load", *places, *given, "--verify", target), seconds + 10)
    if found["wrong"] or found["exceptions"] or found["lost"] or found["dropped"]:
        raise CannotRun(f"a server at {', '.join(ports)} failed its clients: {found}")
    return found


def _judged(name: str, costs: Sequence[float], alone: dict[str, Any]) -> list[Figure]:
    return [
        Figure(
            BENCH, name, "CPU per request, cheapest tenth", quantiles(costs, n=10)[0] / 1e3, "us"
        ),
        Figure(BENCH, name, "CPU per request, median", median(costs) / 1e3, "us"),
        Figure(BENCH, name, "requests per second", alone["answered"] / alone["seconds"]),
        Figure(BENCH, name, "latency p50", _latency(alone) / 1e3, "ms"),
        Figure(BENCH, name, "latency p99", alone["latency_us"]["p99"] / 1e3, "ms"),
    ]


def _latency(alone: dict[str, Any]) -> float:
    """By which the best round is known: the machine is shared, and noise only adds."""
    return float(alone["latency_us"]["p50"])
