"""Faults that are switched on in a running plant, seen by a master over its wires."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from digigate.simulator.plant import Plant
from digigate.simulator.site import Offer, Site, opened
from digigate.simulator.timing import PlantClock
from digigate.simulator.wire.frames import is_whole, sealed
from running.simulator import ctl, simulator
from running.waiting import eventually

pytestmark = pytest.mark.timed

CONFIG = Path(__file__).resolve().parents[2] / "config"
ASK = sealed(bytes.fromhex("05 03 c350 0004"))
NAME = sealed(bytes.fromhex("05 03 08 0053004f0043004f"))
PATIENCE, QUIET = 20.0, 0.15  # s


class Wire:
    """One master on a port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    async def ask(self, request: bytes = ASK, *, patience: float = PATIENCE) -> bytes:
        """All octets until the line falls silent."""
        self._writer.write(request)
        heard = b""
        try:
            async with asyncio.timeout(patience):
                heard += await self.reader.read(1)
            while True:
                async with asyncio.timeout(QUIET):
                    heard += await self.reader.readexactly(1)
        except (TimeoutError, asyncio.IncompleteReadError):
            return heard


class Running:
    """A plant with a B-30 at 5 and an E24 at 6, without pace."""

    def __init__(self, site: Site, where: str) -> None:
        self.site = site
        self.where = where

    async def order(self, command: str, **arguments: object) -> Any:
        return await self.site.orders.execute(command, arguments)

    @asynccontextmanager
    async def wire(self) -> AsyncIterator[Wire]:
        host, port = self.where.removeprefix("socket://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            yield Wire(reader, writer)
        finally:
            writer.close()


@asynccontextmanager
async def plant(**bus: object) -> AsyncIterator[Running]:
    slaves = [
        {"bus": "rs485", "address": 5, "model": "diris-b30", "net_id": 1},
        {"bus": "rs485", "address": 6, "model": "countis-e24"},
    ]
    told = Plant.model_validate({"buses": {"rs485": {"pty": "none", **bus}}, "slaves": slaves})
    site = Site(told, PlantClock())
    async with opened(site, Offer(host="127.0.0.1"), None) as said:
        lines = said["buses"]
        assert isinstance(lines, dict)
        yield Running(site, lines["rs485"])


async def test_each_fault_of_a_slave_is_seen_and_counted() -> None:
    async with plant() as running, running.wire() as wire:
        assert await wire.ask() == NAME
        for kind in ("crc", "truncated", "wrong-unit", "duplicate"):
            await running.order("fault.set", on="5", kind=kind, times=1)
            heard = await wire.ask()
            assert heard
            assert heard != NAME
            assert await wire.ask() == NAME
        await running.order("fault.set", on="5", kind="exception", code=4, times=1)
        assert await wire.ask() == sealed(bytes.fromhex("058304"))
        await running.order("fault.set", on="5", kind="silent")
        assert await wire.ask(patience=0.3) == b""
        told = await running.order("fault.clear")
        assert told == {
            "5": {
                "active": [],
                "injected": {
                    "crc": 1, "truncated": 1, "wrong-unit": 1, "duplicate": 1, "exception": 1,
                    "silent": 1,
                },
            }
        }  # fmt: skip
        assert await wire.ask() == NAME
        log = await running.order("fault.log", last=2)
        assert [(each["on"], each["kind"]) for each in log] == [("5", "exception"), ("5", "silent")]


async def test_a_late_answer_comes_late() -> None:
    async with plant() as running, running.wire() as wire:
        await running.order("fault.set", on="5", kind="late", seconds=0.5, times=1)
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await wire.ask() == NAME
        assert loop.time() - began >= 0.5


async def test_a_late_answer_garbles_that_of_another_or_stands_before_it() -> None:
    async with plant(baudrate=1200) as running, running.wire() as wire:
        await running.order("fault.set", on="5", kind="late", seconds=0.3, times=1)
        assert await wire.ask(patience=0.2) == b""
        long = sealed(bytes.fromhex("06 03 c350 0042"))
        heard = await wire.ask(long)
        assert not (is_whole(heard) and heard[0] == 6)


async def test_a_babbler_talks_unasked_until_it_is_told_to_stop() -> None:
    async with plant() as running, running.wire() as wire:
        await running.order("fault.set", on="5", kind="babble", seconds=0.02)
        async with asyncio.timeout(PATIENCE):
            assert await wire.reader.read(4)
            assert await wire.reader.read(4)
        await running.order("fault.clear", on="5")
        await wire.ask(b"", patience=0.1)  # what was on its way
        assert await wire.ask() == NAME


async def test_a_wrong_speed_and_a_power_cycle_are_over_at_last() -> None:
    async with plant() as running, running.wire() as wire:
        await running.order("fault.set", on="5", kind="wrong-speed")
        assert await wire.ask(patience=0.3) == b""
        await running.order("fault.clear", on="5", kind="wrong-speed")
        assert await wire.ask() == NAME
        await running.order("fault.set", on="5", kind="power-cycle", seconds=0.4)
        assert await wire.ask(patience=0.2) == b""
        async with asyncio.timeout(PATIENCE):
            while await wire.ask(patience=0.1) != NAME:
                pass


async def test_noise_hits_a_share_of_all_frames_and_an_echo_all() -> None:
    async with plant() as running, running.wire() as wire:
        await running.order("fault.set", on="rs485", kind="noise", share=1, times=1)
        assert await wire.ask(patience=0.3) == b""
        assert await wire.ask() == NAME
        await running.order("fault.set", on="rs485", kind="echo")
        assert await wire.ask() == ASK + NAME
        assert set(await running.order("fault.list")) == {"rs485"}


async def test_a_port_that_was_pulled_is_back_at_the_same_place() -> None:
    async with plant() as running:
        async with running.wire() as wire:
            assert await wire.ask() == NAME
            told = await running.order("unplug", bus="rs485")
            assert not told["plugged"]
            async with asyncio.timeout(PATIENCE):
                with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                    await wire.reader.readexactly(1)
        with pytest.raises(ConnectionError):
            async with running.wire():
                pass
        assert (await running.order("plug", bus="rs485"))["plugged"]
        async with running.wire() as wire:
            assert await wire.ask() == NAME


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("fault.set", {"on": "5", "kind": "noise"}, "noise is for a bus: write rs485"),
        ("fault.set", {"on": "rs485", "kind": "late"}, "rs485 is a bus; it takes echo, noise"),
        ("fault.set", {"on": "9", "kind": "late"}, "no slave 9; there are 5, 6"),
        ("fault.set", {"on": "5", "kind": "rust"}, "kind: input should be 'silent', 'late'"),
        ("fault.set", {"on": "5", "kind": "crc", "share": 2}, "share: input should be less"),
        ("fault.set", {"on": "5", "kind": "crc", "code": 2}, "crc takes share, times, not code"),
        ("fault.clear", {"on": "9"}, "no slave 9"),
        ("unplug", {"bus": "can"}, "no bus can; there are rs485"),
    ],
)
async def test_a_wrong_order_says_what_is_right(
    command: str, arguments: dict[str, object], said: str
) -> None:
    async with plant() as running:
        with pytest.raises(ValueError, match=said):
            await running.order(command, **arguments)


def test_a_pty_is_pulled_and_put_back_under_the_same_link(tmp_path: Path) -> None:
    control, demo = tmp_path / "plant.sock", str(CONFIG / "demo-plant.yaml")
    with simulator(demo, "--pty", str(tmp_path), "--control", str(control)) as (_, told):
        link = Path(told["buses"]["rs485"])
        handle = os.open(link, os.O_RDWR | os.O_NOCTTY)
        assert not ctl(control, "unplug", "rs485")["plugged"]
        assert not link.is_symlink()
        eventually(lambda: _hung_up(handle), what="the hang-up")
        os.close(handle)
        assert ctl(control, "plug", "rs485")["plugged"]
        assert link.exists()
        assert ctl(control, "fault", "set", "20", "late", "seconds=0.7", "share=0.5")["on"] == "20"
        assert ctl(control, "fault", "list")["20"]["active"][0]["seconds"] == 0.7
        assert ctl(control, "fault", "clear") == {}


def _hung_up(handle: int) -> bool:
    try:
        return os.read(handle, 1) == b""
    except OSError:
        return True
