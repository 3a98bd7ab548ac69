"""Everything that the simulator can do wrong: nothing wrong is stored, nothing is lost count of."""

import asyncio
from pathlib import Path

import pytest

from digigate.bus import Counters, LineState
from fieldbus import eventually
from fieldbus.simulated import SimulatedBus, simulated

pytestmark = pytest.mark.timed

SLAVES = [
    {"address": 5, "model": "countis-e44", "loads": [{"number": 1}]},
    {"address": 6, "model": "countis-e44", "loads": [{"number": 1}]},
    {"address": 7, "model": "countis-e44", "loads": [{"number": 1}]},
]
WIRE = {"baudrate": 115200, "turnaround": 0.002}
LINE = {"baudrate": 115200, "turnaround_max": 0.1}
OF_ANSWERS = ("silent", "late", "crc", "truncated", "wrong-unit", "duplicate", "exception")
OF_LINES: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("6", "babble", {"seconds": 0.05}),
    ("rs485", "noise", {"share": 0.3}),
    ("rs485", "echo", {}),
)


async def healthy(bus: SimulatedBus) -> None:
    """All is read, and every slave is online."""
    await eventually(lambda: bus.known() and bus.online(), 60)


def balanced(bus: SimulatedBus) -> bool:
    """Whether each request has one end, but for the one under way."""
    return all(asked - ended in (0, 1) for asked, ended in bus.books())


async def struck(bus: SimulatedBus, on: str, kind: str, times: int) -> None:
    """Wait until a fault has happened so often."""
    async with asyncio.timeout(60):
        while (await bus.order("fault.list"))[on]["injected"].get(kind, 0) < times:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def noticed(kind: str, before: Counters, after: Counters) -> bool:
    """Whether the master has counted such a fault: its slave knows of it earlier."""
    timeouts = after.timeouts - before.timeouts
    noise = after.garbled + after.crc_errors - before.garbled - before.crc_errors
    ends = {
        "silent": timeouts,
        "late": timeouts,
        "exception": after.exceptions - before.exceptions,
    }
    return ends.get(kind, noise) >= 1


async def test_a_slave_that_misbehaves_spoils_nothing(tmp_path: Path) -> None:
    async with simulated(tmp_path, SLAVES, WIRE, **LINE) as bus:
        await healthy(bus)
        for kind in OF_ANSWERS:
            before = bus.bus.slaves()[5].counters
            times = 1 if kind == "exception" else 4  # a block that was refused rests for a minute
            seconds = {"seconds": 0.15} if kind == "late" else {}
            await bus.order("fault.set", on="5", kind=kind, share=0.5, times=times, **seconds)
            await struck(bus, "5", kind, times)
            await eventually(lambda: noticed(kind, before, bus.bus.slaves()[5].counters), 60)  # noqa: B023
            await eventually(bus.online, 60)
        assert bus.wrong == []
        assert balanced(bus)
        line, slave = bus.bus.lines()[1].counters, bus.bus.slaves()[5].counters
        assert line.answered > slave.answered


async def test_a_line_that_misbehaves_spoils_nothing(tmp_path: Path) -> None:
    async with simulated(tmp_path, SLAVES, WIRE, **LINE) as bus:
        await healthy(bus)
        for on, kind, more in OF_LINES:
            before = bus.bus.lines()[1].counters
            await bus.order("fault.set", on=on, kind=kind, **more)
            asked = before.asked
            await eventually(lambda: bus.bus.lines()[1].counters.asked >= asked + 40, 60)  # noqa: B023
            await bus.order("fault.clear")
            await eventually(bus.online, 60)
            assert bus.bus.lines()[1].counters.stale_bytes > before.stale_bytes, kind
        assert bus.wrong == []
        assert balanced(bus)


async def test_two_devices_on_one_address_are_named(tmp_path: Path) -> None:
    async with simulated(tmp_path, SLAVES, WIRE, **LINE) as bus:
        await healthy(bus)
        await bus.order("fault.set", on="6", kind="duplicate")
        await eventually(
            lambda: [c.subject for c in bus.conditions.active("address.conflict")] == ["6"], 60
        )
        await bus.order("fault.clear")
        await eventually(lambda: not bus.conditions.active("address.conflict"), 60)
        assert bus.wrong == []


async def test_an_adapter_is_pulled_and_put_back_under_the_same_name(tmp_path: Path) -> None:
    async with simulated(tmp_path, SLAVES, WIRE, **LINE) as bus:
        await healthy(bus)
        for _ in range(2):
            await bus.order("unplug", bus="rs485")
            await eventually(lambda: bus.bus.lines()[1].state is LineState.DOWN)
            assert bus.conditions.active("line.down")
            assert bus.store.raw(5, 50000, 1) is None
            puts = bus.puts
            await bus.order("plug", bus="rs485")
            await eventually(lambda puts=puts: bus.puts > puts)  # type: ignore[misc]
            assert not bus.conditions.active("line.down")
        await eventually(bus.online)
        assert bus.wrong == []
        assert balanced(bus)
