"""Ports: opened, lost, returned; every failure in plain words."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from digigate.bus.line import Line
from digigate.bus.link import Link
from digigate.bus.plug import Plug
from digigate.bus.port import open_port
from digigate.bus.status import LineState
from digigate.bus.timer import Timer
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import LineDown, SlaveTimeout
from digigate.settings.sections import Line as LineSettings
from fieldbus import ScriptedSlaves, eventually, link_to
from fieldbus.scripted import right_answer

pytestmark = pytest.mark.timed

READ = bytes.fromhex("0300640004")


def ignore(_: bytes, __: float) -> None:
    """Bytes do not matter here."""


class Scene:
    """A link under way, its line and the board."""

    def __init__(self, settings: LineSettings) -> None:
        self.clock = Clock()
        self.conditions = Conditions(self.clock)
        self.line = Line("digiware", settings)
        self.changes = 0
        self.link = Link(self.line, Plug.of(settings), self.clock, self.conditions, self._changed)

    def _changed(self) -> None:
        self.changes += 1

    def reasons(self) -> list[str]:
        return [c.reason for c in self.conditions.active("line.down")]

    async def up(self) -> None:
        await asyncio.wait_for(self.link.up.wait(), 20)


@asynccontextmanager
async def kept_open(port: str, **settings: object) -> AsyncIterator[Scene]:
    scene = Scene(LineSettings.model_validate({"port": port, **settings}))
    task = asyncio.create_task(scene.link.keep_open())
    try:
        yield scene
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert scene.reasons() == []


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ("/dev/ttyNONE7", "/dev/ttyNONE7 does not exist: check the cable or the port setting"),
        ("/dev/null", "/dev/null is not a serial device: correct the port setting"),
        ("socket://127.0.0.1", "write socket://host:port"),
        ("socket://127.0.0.1:99999", "is no address"),
        ("socket://127.0.0.1:1", "socket://127.0.0.1:1 cannot be reached: Connection refused"),
    ],
)
async def test_a_port_that_cannot_be_opened_says_why(port: str, words: str) -> None:
    with pytest.raises(LineDown) as caught:
        await open_port(LineSettings.model_construct(port=port), ignore)
    assert words in str(caught.value)


@pytest.mark.parametrize("parity", ["none", "even", "odd"])
async def test_a_device_has_one_master(parity: str) -> None:
    slaves = ScriptedSlaves([5])
    settings = LineSettings.model_validate({"port": slaves.path, "parity": parity})
    port = await open_port(settings, ignore)
    with pytest.raises(LineDown, match="is in use by another program"):
        await open_port(settings, ignore)
    await port.close()
    again = await open_port(settings, ignore)
    await again.close()
    slaves.hang_up()


async def test_a_missing_device_is_a_condition_until_it_is_there(tmp_path: Path) -> None:
    name = tmp_path / "usb-converter"
    async with kept_open(str(name)) as scene:
        await eventually(lambda: scene.reasons() != [])
        assert scene.reasons() == [f"{name} does not exist: check the cable or the port setting"]
        assert scene.link.state is LineState.DOWN
        with pytest.raises(LineDown, match="does not exist"):
            await scene.line.request(5, READ)
        slaves = ScriptedSlaves([5])
        link_to(name, slaves.path)
        await scene.up()
        assert scene.reasons() == []
        assert await scene.line.request(5, READ) == right_answer(slaves.requests[0])[1:-2]
        slaves.hang_up()


async def test_an_unplugged_adapter_is_reopened_by_its_name(tmp_path: Path) -> None:
    name = tmp_path / "by-id"
    first = ScriptedSlaves([5], lambda _, __: ())
    link_to(name, first.path)
    async with kept_open(str(name)) as scene:
        await scene.up()
        asking = asyncio.create_task(scene.line.request(5, READ))
        await eventually(lambda: len(first.requests) == 1)
        name.unlink()
        first.hang_up()
        with pytest.raises(LineDown, match="was lost"):
            await asking
        await eventually(lambda: scene.link.state is LineState.DOWN)
        (reason,) = scene.reasons()
        assert str(name) in reason
        second = ScriptedSlaves([5])
        link_to(name, second.path)
        await scene.up()
        assert scene.reasons() == []
        assert await scene.line.request(5, READ)
        second.hang_up()


async def test_a_hung_up_device_does_not_spin_the_loop() -> None:
    slaves = ScriptedSlaves([5])
    heard: list[bytes] = []
    port = await open_port(LineSettings(port=slaves.path), lambda data, _: heard.append(data))
    slaves.hang_up()
    assert "was lost" in await asyncio.wait_for(port.lost, 20)
    before = os.times()
    await asyncio.sleep(0.3)
    after = os.times()
    assert after.user + after.system - before.user - before.system < 0.25
    port.write(b"to nobody")
    await port.close()
    assert heard == []


async def test_an_unwired_line_waits_without_a_condition() -> None:
    async with kept_open("") as scene:
        await asyncio.sleep(0)
        assert scene.link.state is LineState.UNWIRED
        assert scene.reasons() == []
        with pytest.raises(LineDown, match="no port is set"):
            await scene.line.request(5, READ)


@asynccontextmanager
async def tcp_slaves(chunk: int) -> AsyncIterator[tuple[str, Callable[[], None]]]:
    """Slaves behind a TCP port, and how to drop their connections."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            while True:
                answer = right_answer(await reader.readexactly(8))
                for at in range(0, len(answer), chunk):
                    writer.write(answer[at : at + chunk])
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def drop() -> None:
        for writer in writers:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield f"socket://{host}:{port}", drop
    finally:
        drop()
        server.close()


@pytest.mark.parametrize("chunk", [1, 8, 300])
async def test_a_socket_carries_a_line_and_is_reconnected(chunk: int) -> None:
    async with tcp_slaves(chunk) as (url, drop), kept_open(url, paced=False) as scene:
        await scene.up()
        answer = await scene.line.request(5, READ)
        assert answer[:2] == b"\x03\x08"
        drop()
        await eventually(lambda: scene.link.state is LineState.DOWN)
        await scene.up()
        assert await scene.line.request(5, READ) == answer


async def test_the_service_ends_with_our_own_failure() -> None:
    slaves = ScriptedSlaves([5])
    scene = Scene(LineSettings(port=slaves.path))
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    task = asyncio.create_task(scene.link.keep_open())
    await scene.up()
    scene.line._hear = None  # type: ignore[assignment,method-assign]
    slaves.send(b"x")
    with pytest.raises(TypeError):
        await asyncio.wait_for(task, 20)
    assert scene.link.state is LineState.DOWN
    slaves.hang_up()


async def test_a_timer_calls_back_once_and_never_early() -> None:
    loop = asyncio.get_running_loop()
    calls: list[float] = []
    timer = Timer(lambda: calls.append(loop.time()))
    at = loop.time() + 0.0123
    timer.arm(at + 100)
    timer.arm(at)
    await eventually(lambda: calls != [])
    assert calls[0] >= at
    timer.arm(0.0)
    await eventually(lambda: len(calls) == 2)
    timer.arm(loop.time() + 0.01)
    timer.disarm()
    await asyncio.sleep(0.05)
    assert len(calls) == 2
    timer.close()


async def test_a_tcp_peer_that_swallows_everything_costs_time_outs_and_nothing_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        async with kept_open(
            f"socket://127.0.0.1:{mute.getsockname()[1]}", turnaround_max=0.05
        ) as scene:
            await scene.up()
            for _ in range(2):
                with pytest.raises(SlaveTimeout):
                    await scene.line.request(5, READ)
            counters = scene.line.ledger.tally
            assert (counters.asked, counters.timeouts) == (2, 2)


async def test_a_tcp_peer_that_vanished_is_missed_by_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as peer:
        settings = LineSettings(port=f"socket://127.0.0.1:{peer.getsockname()[1]}")
        port = await open_port(settings, ignore)
        assert port._transport is not None
        ours = port._transport.get_extra_info("socket")
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
        await port.close()
