"""Masters of one RTU line, judged from outside by line.c: ours, and libmodbus."""

from collections.abc import Sequence
from typing import Any

from bench.figures import Figure, Found
from bench.options import Effort
from bench.programs import Programs, answer, python, start

SLAVES = 32
WORDS = 120
OURS = "digigate"
BAUDS = (38400, 115200)
TIMEOUT_MS = 1000
LATE_TIMEOUT_MS = 60  # less than any late answer takes
LATE = ("--late-every", 10, "--late-from", 130, "--late-to", 300)
LONGEST = 120  # seconds of one round

DEAD_P50_US = 400.0
DEAD_P90_US = 500.0


Command = list[str]


def measure(programs: Programs, effort: Effort) -> Found:
    """Dead time, broken silences, cost and share of the wire; then 1,000 reads with late answers.

    Raises:
        CannotRun: a program failed.
    """
    races = {baud: _race(programs, baud, effort) for baud in BAUDS}
    late = {
        name: _round(programs, master, max(BAUDS), reads, LATE, LATE_TIMEOUT_MS)
        for name, master in _masters(programs).items()
        for reads in (effort.late_reads if name == OURS else effort.late_reads // 3,)
    }
    figures = [
        figure
        for baud, race in races.items()
        for name, rounds in race.items()
        for figure in _judged(f"bus {baud} Bd", name, rounds)
    ]
    figures += [figure for name, found in late.items() for figure in _mistakes(name, found)]
    return Found(tuple(figures), {"bus": races, "bus, late answers": late})


def _masters(programs: Programs) -> dict[str, tuple[Command, tuple[int, ...]]]:
    """Each master's program and what it is given behind the common arguments."""
    peer = programs.command("rtu_master")
    return {
        OURS: (python("bus_master"), ()),
        "libmodbus": (peer, (0,)),
        "libmodbus + sleep": (peer, (1750,)),
    }


def _race(programs: Programs, baud: int, effort: Effort) -> dict[str, list[dict[str, Any]]]:
    """What each master did in rounds by turns."""
    reads = effort.bus_reads * baud // max(BAUDS)
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in _masters(programs)}
    for _ in range(effort.rounds):
        for name, master in _masters(programs).items():
            rounds[name].append(_round(programs, master, baud, reads))
    return rounds


def _round(
    programs: Programs,
    master: tuple[Command, tuple[int, ...]],
    baud: int,
    reads: int,
    line: Sequence[object] = (),
    timeout_ms: int = TIMEOUT_MS,
) -> dict[str, Any]:
    """One master on a fresh line: what it says of itself and what the line says of it."""
    command, more = master
    given = ("--baud", baud, "--slaves", SLAVES, "--seconds", LONGEST, *line)
    with start(programs.command("line", *given)) as slaves:
        asked = (slaves.place(), baud, SLAVES, WORDS, reads, timeout_ms, *more)
        own = answer([*command, *map(str, asked)], LONGEST)
        return own | {"line": slaves.finish()}


def _judged(bench: str, name: str, rounds: list[dict[str, Any]]) -> list[Figure]:
    """The round with the least p90 counts (the machine is shared); faults count in all of them."""
    ours = name == OURS
    best = min(rounds, key=lambda found: float(found["line"]["dead_us"]["p90"]))
    dead, line = best["line"]["dead_us"], best["line"]
    faults = sum(int(found["line"]["violations"]) for found in rounds)
    wrong = sum(int(found["wrong"]) + int(found["failed"]) for found in rounds)
    return [
        Figure(bench, name, "dead time p50", dead["p50"], "us", DEAD_P50_US if ours else None),
        Figure(bench, name, "dead time p90", dead["p90"], "us", DEAD_P90_US if ours else None),
        Figure(bench, name, "dead time p99", dead["p99"], "us"),
        Figure(bench, name, "silences too short", faults, "", 0 if ours else None),
        Figure(bench, name, "wrong or failed reads", wrong, "", 0 if ours else None),
        Figure(bench, name, "of the wire's limit", wire_share(line), "%"),
        Figure(bench, name, "CPU per read", best["cpu_ms"] / best["reads"], "ms"),
    ]


def _mistakes(name: str, found: dict[str, Any]) -> list[Figure]:
    bench, limit = f"bus, late answers, {found['reads']} reads", 0 if name == OURS else None
    return [
        Figure(bench, name, "late answers sent", found["line"]["late"]),
        Figure(bench, name, "right", found["right"]),
        Figure(bench, name, "wrong values", found["wrong"], "", limit),
        Figure(bench, name, "silences too short", found["line"]["violations"], "", limit),
    ]


def wire_share(line: dict[str, Any]) -> float:
    """Per cent of the time that the wire was rightly busy; above 100 silences were cut short."""
    return 100 * float(line["wire_s"]) / float(line["elapsed_s"])
