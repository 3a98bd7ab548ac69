"""A field that misbehaves: a dead slave among 32, clients beside polling, a thousand faults."""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, pairwise
from pathlib import Path
from statistics import fmean

from bench.figures import CannotRun, Figure, Found
from bench.options import Effort
from bench.programs import Programs
from digigate.bus import Frame, FrameKind, LineState, SlaveState
from fieldbus.simulated import SimulatedBus, simulated

MODEL = "countis-e44"
SLAVES_MAX = 32
GROWTH_MAX = 10.0  # per cent
BEYOND_MAX = 20.0  # ms
LAG_MAX = 20.0  # ms
BACK_WITHIN = 3.0  # seconds
SHARE = 0.3  # of the answers go wrong
ROTATE_EVERY = 3.0  # seconds for which a slave has the same fault
OF_ANSWERS = ("silent", "late", "crc", "truncated", "wrong-unit", "duplicate", "babble")
ENDS = frozenset({FrameKind.ANSWER, FrameKind.EXCEPTION, FrameKind.GARBLED, FrameKind.TIMEOUT})


def measure(_: Programs, effort: Effort) -> Found:
    """All three, each on a plant of its own.

    Raises:
        CannotRun: a plant did not come up or its slaves did not answer.
    """
    figures: list[Figure] = []
    for part in (_quiet_field, _spoilt_field):
        with tempfile.TemporaryDirectory(prefix="digigate-bench-") as folder:
            try:
                figures += asyncio.run(part(Path(folder), effort))
            except (TimeoutError, OSError) as error:
                raise CannotRun(f"field: {error!r}") from error
    return Found(tuple(figures), {})


def _slaves(count: int) -> list[dict[str, object]]:
    return [{"address": a, "model": MODEL, "loads": [{"number": 1}]} for a in range(3, 3 + count)]


async def _until(holds: Callable[[], bool], within: float = 120.0) -> float:
    """Seconds until it holds."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 -- a look is what the user would take
            await asyncio.sleep(0.01)
    return time.monotonic() - began


async def _quiet_field(folder: Path, effort: Effort) -> list[Figure]:
    """32 slaves at 38400 Bd: a client beside polling, then one slave less."""
    wire = {"baudrate": 38400, "turnaround": 0.006, "jitter": 0.003}
    async with simulated(folder, _slaves(SLAVES_MAX), wire, retry_max=60, baudrate=38400) as bus:
        await _until(lambda: bus.known() and bus.online())
        beside = await _beside_polling(bus, effort)
        whole = await _cycle(bus, effort)
        await bus.order("slave.off", address=20)
        await _until(lambda: bus.bus.slaves()[20].state is SlaveState.SILENT)
        growth = 100 * (await _cycle(bus, effort) / whole - 1)
    bench = f"field, {SLAVES_MAX} slaves at 38400 Bd"
    return [
        Figure(bench, "one dead slave", "cycle with all", whole, "s"),
        Figure(bench, "one dead slave", "cycle of the others grows by", growth, "%", GROWTH_MAX),
        Figure(bench, "client", "read, p50", _at(0.5, beside[0]), "ms"),
        Figure(bench, "client", "read, p95", _at(0.95, beside[0]), "ms"),
        Figure(
            bench, "client", "beyond running + own, p95", _at(0.95, beside[1]), "ms", BEYOND_MAX
        ),
    ]


async def _cycle(bus: SimulatedBus, effort: Effort) -> float:
    """Mean seconds between two reads of one living slave."""
    moments: list[float] = []
    with bus.bus.frames.watch(lambda f: moments.append(f.time) if _instant(f) else None):
        await asyncio.sleep(effort.plant_seconds)
    return fmean(b - a for a, b in pairwise(moments))


def _instant(frame: Frame) -> bool:
    """One of the reads that each cycle has: COUNTIS E44, registers from 50512."""
    return (
        frame.unit == 3 and frame.kind is FrameKind.REQUEST and frame.data[1:4] == b"\x03\xc5\x50"
    )


async def _beside_polling(bus: SimulatedBus, effort: Effort) -> tuple[list[float], list[float]]:
    """A client's reads in ms, and what they took beyond the running transaction and their own."""
    dice, whole, beyond = random.Random(1), [], []
    ended: list[Frame] = []
    running = False

    def note(frame: Frame) -> None:
        nonlocal running
        running = frame.kind is FrameKind.REQUEST or (running and frame.kind not in ENDS)
        if frame.kind in ENDS:
            ended.append(frame)

    with bus.bus.frames.watch(note):
        for _ in range(10 * effort.rounds * 10):
            await asyncio.sleep(dice.uniform(0.01, 0.06))
            ended.clear()
            asked, waits = time.monotonic(), running
            unit = dice.randrange(3, 3 + SLAVES_MAX)
            await bus.bus.request(unit, bytes.fromhex("03c350000a"), client="bench")
            took = time.monotonic() - asked
            own = next(f for f in reversed(ended) if f.unit == unit).took or 0.0
            rest = ended[0].time - asked if waits else 0.0
            whole.append(1e3 * took)
            beyond.append(1e3 * (took - rest - own))
    return whole, beyond


async def _spoilt_field(folder: Path, effort: Effort) -> list[Figure]:
    """Every kind of fault in turn on each of the slaves, then the adapter pulled and put back."""
    wanted, slaves = effort.late_reads, _slaves(14)
    wire = {"baudrate": 115200, "turnaround": 0.002}
    line = {"baudrate": 115200, "turnaround_max": 0.1}
    async with simulated(folder, slaves, wire, **line) as bus:
        await _until(lambda: bus.known() and bus.online())
        bus.latest_lag = 0.0
        injected = await _spoil(bus, wanted)
        await bus.order("fault.clear")
        again = await _until(bus.online)
        back = [await _pulled(bus) for _ in range(1 + effort.rounds // 2)]
        lost = sum(asked - ended not in (0, 1) for asked, ended in bus.books())
    bench = f"field, {injected} faults of every kind"
    return [
        Figure(bench, "store", "blocks read", bus.puts),
        Figure(bench, "store", "wrong values", len(bus.wrong), "", 0),
        Figure(bench, "counters", "requests without an end", lost, "", 0),
        Figure(bench, "slaves", "all online again after", again, "s"),
        Figure(bench, "adapter", "polled again after it is back", max(back), "s", BACK_WITHIN),
        Figure(bench, "loop", "longest stall", 1e3 * bus.latest_lag, "ms", LAG_MAX),
    ]


async def _spoil(bus: SimulatedBus, wanted: int) -> int:
    """Faults move from slave to slave until there were as many as wanted."""
    kinds, injected = cycle(OF_ANSWERS), 0
    units = sorted(bus.bus.slaves())
    await bus.order("fault.set", on="rs485", kind="noise", share=0.02)
    while injected < wanted:
        for unit in units:
            kind = next(kinds)
            more = {"seconds": 0.2} if kind == "babble" else {"share": SHARE}
            await bus.order("fault.set", on=str(unit), kind=kind, **more)
        next(kinds)
        await asyncio.sleep(ROTATE_EVERY)
        for unit in units:
            await bus.order("fault.clear", on=str(unit))
        injected = await _injected(bus)
    return injected


async def _injected(bus: SimulatedBus) -> int:
    told = await bus.order("fault.list")
    return sum(count for victim in told.values() for count in victim["injected"].values())


async def _pulled(bus: SimulatedBus) -> float:
    """Seconds from the adapter's return to the first block."""
    await bus.order("unplug", bus="rs485")
    await _until(lambda: bus.bus.lines()[1].state is LineState.DOWN)
    await asyncio.sleep(3)
    puts = bus.puts
    await bus.order("plug", bus="rs485")
    return await _until(lambda: bus.puts > puts)


def _at(share: float, samples: list[float]) -> float:
    return sorted(samples)[int(share * (len(samples) - 1))]
