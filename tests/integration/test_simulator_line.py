"""Lines over a pty and over TCP, read by masters that others wrote."""

import asyncio
import os
import socket
import subprocess
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from pymodbus import FramerType
from pymodbus.client import AsyncModbusTcpClient

from digigate.simulator.device.answers import Illegal, answer
from digigate.simulator.faults import Book
from digigate.simulator.faults.lines import LineFaults
from digigate.simulator.wire.frames import is_whole, sealed
from digigate.simulator.wire.line import Channel, Counters, Line, Manner, Saying
from digigate.simulator.wire.tcp import listening
from digigate.simulator.wire.tty import offered

pytestmark = pytest.mark.timed

CHAR = 10 / 38400
ASK = sealed(bytes.fromhex("070300640004"))


class Words:
    """Registers 100..355: their own address, until written."""

    def __init__(self) -> None:
        self.words = {address: address for address in range(100, 356)}

    def read(self, start: int, count: int) -> bytes:
        if start not in self.words or start + count - 1 not in self.words:
            raise Illegal(2)
        return b"".join(self.words[start + k].to_bytes(2, "big") for k in range(count))

    def write(self, start: int, data: bytes) -> None:
        for k in range(len(data) // 2):
            self.words[start + k] = int.from_bytes(data[2 * k : 2 * k + 2], "big")


@dataclass
class Device:
    address: int
    registers: Words
    on: bool = True
    baudrate: int = 38400

    def hear(self, request: bytes) -> tuple[Saying, ...]:
        if not self.on or request[0] not in (0, self.address):
            return ()
        said = answer(self.registers, request[1:])
        return (Saying(sealed(request[:1] + said)),) if request[0] else ()


class Bench:
    """A line with the slaves 7 and 8."""

    def __init__(self, *, paced: bool = True, turnaround: float = 0.002) -> None:
        self.devices = {unit: Device(unit, Words()) for unit in (7, 8)}
        self.counters = Counters()
        self.faults = LineFaults(Book(lambda: datetime.now(UTC), Random(1)))
        self._paced = paced
        self._manner = Manner(10, turnaround, 0.0)

    def line(self, channel: Channel) -> Line:
        slaves = tuple(self.devices.values())
        return Line(
            slaves,
            self._manner,
            channel,
            self.counters,
            self.faults,
            lambda: self._paced,
            Random(1),
        )


@asynccontextmanager
async def over_tcp(bench: Bench) -> AsyncIterator[int]:
    async with listening("127.0.0.1:0", 38400, bench.line) as where:
        yield int(where.rpartition(":")[2])


@asynccontextmanager
async def over_pty(bench: Bench, link: Path) -> AsyncIterator[Path]:
    async with offered(link, 38400, bench.line) as path:
        yield Path(path)


async def asked(port: int, frame: bytes, length: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(frame)
        async with asyncio.timeout(20):
            return await reader.readexactly(length)
    finally:
        writer.close()


@pytest.mark.parametrize("paced", [False, True])
async def test_pymodbus_reads_and_writes_over_tcp(*, paced: bool) -> None:
    bench = Bench(paced=paced)
    async with over_tcp(bench) as port:
        client = AsyncModbusTcpClient("127.0.0.1", port=port, framer=FramerType.RTU, timeout=20)
        assert await client.connect()
        answer = await client.read_holding_registers(100, count=125, device_id=7)
        assert answer.registers == list(range(100, 225))
        await client.write_registers(110, [1, 2, 3], device_id=8)
        await client.write_register(113, 4, device_id=8)
        answer = await client.read_holding_registers(110, count=5, device_id=8)
        assert answer.registers == [1, 2, 3, 4, 114]
        refused = await client.read_holding_registers(355, count=2, device_id=7)
        assert refused.exception_code == 2
        client.close()
    assert bench.counters.answers == 5


async def test_an_answer_is_no_faster_than_its_wire() -> None:
    bench = Bench(turnaround=0.01)
    frame = sealed(bytes.fromhex("07030064007d"))
    async with over_tcp(bench) as port:
        loop = asyncio.get_running_loop()
        began = loop.time()
        answer = await asked(port, frame, 255)
        took = loop.time() - began
    assert is_whole(answer)
    assert took >= (8 + 255) * CHAR + 0.01


async def test_noise_before_a_request_is_skipped() -> None:
    bench = Bench(paced=False)
    async with over_tcp(bench) as port:
        answer = await asked(port, b"\xff\x00\x07\x10" + ASK, 13)
    assert is_whole(answer)
    assert bench.counters.dropped == 4


async def test_a_stranger_and_a_slave_without_supply_stay_silent() -> None:
    bench = Bench(paced=False)
    bench.devices[8].on = False
    stranger, off = (sealed(bytes((unit,)) + ASK[1:6]) for unit in (9, 8))
    async with over_tcp(bench) as port:
        answer = await asked(port, stranger + off + ASK, 13)
    assert answer[0] == 7
    assert (bench.counters.requests, bench.counters.answers) == (3, 1)


async def test_a_broadcast_is_obeyed_by_all_and_answered_by_none() -> None:
    bench = Bench(paced=False)
    async with over_tcp(bench) as port:
        answer = await asked(port, sealed(bytes.fromhex("00060064ABCD")) + ASK, 13)
    assert answer[3:5].hex() == "abcd"
    assert bench.devices[8].registers.words[100] == 0xABCD
    assert bench.counters.answers == 1


async def test_what_is_said_while_a_slave_speaks_is_lost() -> None:
    bench = Bench()
    async with over_tcp(bench) as port:
        answer = await asked(port, ASK + ASK, 13)
    assert is_whole(answer)
    assert bench.counters.lost == 1


@pytest.mark.peer("mbpoll")
async def test_mbpoll_reads_over_the_pty_again_and_again(tmp_path: Path) -> None:
    async with over_pty(Bench(), tmp_path / "bus.tty") as path:
        for _ in range(2):  # the line outlives a master that closes it
            done = await asyncio.to_thread(_mbpoll, path, 38400)
            assert "[100]: \t100" in done.stdout, done.stdout + done.stderr
            assert "[103]: \t103" in done.stdout


@pytest.mark.peer("mbpoll")
async def test_a_master_at_another_speed_hears_nothing(tmp_path: Path) -> None:
    bench = Bench()
    async with over_pty(bench, tmp_path / "bus.tty") as path:
        done = await asyncio.to_thread(_mbpoll, path, 9600)
        assert "timed out" in done.stderr
    assert bench.counters.requests == 0


def _mbpoll(path: Path, baudrate: int) -> subprocess.CompletedProcess[str]:
    command = ["mbpoll", "-m", "rtu", "-b", str(baudrate), "-P", "none", "-a", "7", "-0"]
    command += ["-r", "100", "-c", "4", "-1", "-q", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


async def test_the_link_goes_with_the_line(tmp_path: Path) -> None:
    link = tmp_path / "deep" / "bus.tty"
    async with over_pty(Bench(), link):
        handle = os.open(link, os.O_RDWR | os.O_NOCTTY)
        assert termios.tcgetattr(handle)[5] == termios.B38400
        os.close(handle)
    assert not link.is_symlink()


async def test_a_closed_connection_is_forgotten() -> None:
    bench = Bench()
    async with over_tcp(bench) as port:
        with socket.create_connection(("127.0.0.1", port)) as channel:
            channel.sendall(ASK)
        answer = await asked(port, ASK, 13)
    assert is_whole(answer)
