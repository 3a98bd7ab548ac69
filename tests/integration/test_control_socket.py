"""The owner's door from outside: a real Unix socket."""

import asyncio
import json
import socket
import stat
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from digigate.commands import Arguments, Command, Commands, Json, Stream
from digigate.errors import Refused, Unreachable
from digigate.services.control import follow, order
from digigate.services.control.path import short_path
from digigate.services.control.server import ControlServer


class Add(Arguments):
    a: int
    b: int


async def add(arguments: Add) -> Json:
    return arguments.a + arguments.b


class Count(Arguments):
    to: int


ended: list[int] = []


async def count(arguments: Count) -> AsyncGenerator[Json, None]:
    """Counts, then says nothing more until it is closed."""
    try:
        for number in range(arguments.to):
            yield number
        if arguments.to > 3:
            await asyncio.Event().wait()
    finally:
        ended.append(arguments.to)


@pytest.fixture(params=["short", "x" * 150], ids=["short path", "path too long for a socket"])
async def door(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Path]:
    folder = tmp_path / request.param
    folder.mkdir()
    commands = Commands()
    commands.add(Command("add", Add, add))
    commands.add(Stream("count", Count, count))
    up = asyncio.Event()
    path = folder / "control.sock"
    task = asyncio.create_task(ControlServer(path, commands).run(up.set))
    await up.wait()
    yield path
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not path.exists()


async def test_an_order_is_answered(door: Path) -> None:
    assert await asyncio.to_thread(order, door, "add", {"a": 2, "b": 3}) == 5


async def test_only_the_owner_can_open_the_socket(door: Path) -> None:
    assert stat.S_IMODE(door.stat().st_mode) == 0o600


async def test_a_refusal_says_why(door: Path) -> None:
    with pytest.raises(Refused, match="known: add, count"):
        await asyncio.to_thread(order, door, "sub", {})
    with pytest.raises(Refused, match="b: Field required"):
        await asyncio.to_thread(order, door, "add", {"a": 2})


@pytest.mark.parametrize("line", [b"\n", b"nonsense\n", b"[]\n", b'{"command": 3}\n', b"\xff\n"])
async def test_garbage_is_answered_and_the_door_stays_open(door: Path, line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(10)
        with short_path(door) as reachable:
            await asyncio.to_thread(channel.connect, reachable)
        channel.sendall(line)
        answers = channel.makefile("rb")
        answer = json.loads(await asyncio.to_thread(answers.readline))
        assert answer["ok"] is False
        channel.sendall(b'{"command": "add", "arguments": {"a": 1, "b": 1}}\n')
        assert json.loads(await asyncio.to_thread(answers.readline)) == {"ok": True, "result": 2}
        answers.close()


async def test_no_daemon_is_said_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="is it running"):
        order(tmp_path / "control.sock", "add")


async def test_events_come_one_by_one_until_they_end(door: Path) -> None:
    assert await asyncio.to_thread(lambda: list(follow(door, "count", {"to": 3}))) == [0, 1, 2]


async def test_events_end_when_the_caller_leaves(door: Path) -> None:
    ended.clear()

    def look() -> object:
        events = follow(door, "count", {"to": 5})
        first = next(events)
        events.close()
        return first

    assert await asyncio.to_thread(look) == 0
    async with asyncio.timeout(20):
        while not ended:  # noqa: ASYNC110 -- the server's own task tells nobody
            await asyncio.sleep(0.005)
    assert ended == [5]


async def test_a_further_line_ends_the_events_and_is_answered(door: Path) -> None:
    with short_path(door) as reachable:
        reader, writer = await asyncio.open_unix_connection(reachable)
    writer.write(b'{"command": "count", "arguments": {"to": 4}}\n')
    assert [json.loads(await reader.readline())["event"] for _ in range(4)] == [0, 1, 2, 3]
    writer.write(b'{"command": "add", "arguments": {"a": 1, "b": 1}}\n')
    assert json.loads(await reader.readline()) == {"ok": True, "result": None}
    assert json.loads(await reader.readline()) == {"ok": True, "result": 2}
    writer.close()


async def test_a_wrong_argument_of_events_is_refused(door: Path) -> None:
    with pytest.raises(Refused, match="to: Field required"):
        await asyncio.to_thread(lambda: list(follow(door, "count", {})))
