"""The plant's control socket: one JSON object a line, `{"command": …, "arguments": {…}}`."""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from digigate.errors import SettingsError, Unreachable

LINE_MAX = 65536
ADDRESS_MAX = 100  # octets of a Unix socket's path that every system takes
TIMEOUT = 10.0  # s

Json = Any


class Orders(Protocol):
    """What executes a command."""

    async def execute(self, command: str, arguments: Mapping[str, Json]) -> Json:
        """The result of one command.

        Raises:
            ValueError: it is unknown or its arguments are wrong; the text says what is allowed.
        """
        ...


async def reply(orders: Orders, line: bytes) -> dict[str, Json]:
    """The answer to one line; never raises."""
    try:
        asked = json.loads(line)
        command, arguments = str(asked["command"]), dict(asked.get("arguments", {}))
    except (ValueError, KeyError, TypeError, AttributeError):
        return _refusal('write one JSON object a line: {"command": "…", "arguments": {…}}')
    try:
        return {"ok": True, "result": await orders.execute(command, arguments)}
    except ValueError as error:
        return _refusal(str(error))


def _refusal(text: str) -> dict[str, Json]:
    return {"ok": False, "error": text}


@contextlib.asynccontextmanager
async def controlled(path: Path, orders: Orders) -> AsyncIterator[None]:
    """Serve orders at `path` (mode 0600) while the block runs.

    Raises:
        SettingsError: the socket cannot be made.
    """
    writers: set[asyncio.StreamWriter] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with contextlib.suppress(ConnectionError, ValueError):  # gone, or a line over the limit
            while line := await reader.readline():
                writer.write(json.dumps(await reply(orders, line)).encode() + b"\n")
                await writer.drain()
        writers.discard(writer)
        writer.close()

    try:
        channel = _bound(path)
        server = await asyncio.start_unix_server(converse, sock=channel, limit=LINE_MAX)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    try:
        yield
    finally:
        server.close()
        for writer in tuple(writers):
            writer.transport.abort()
        _remove(path)


def _bound(path: Path) -> socket.socket:
    """A socket that only its owner can open, in place of what a former plant left there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove(path)
    channel = socket.socket(socket.AF_UNIX)
    try:
        with _reachable(path) as address:
            channel.bind(address)
        path.chmod(0o600)
    except OSError:
        channel.close()
        raise
    return channel


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def order(path: Path, command: str, arguments: Mapping[str, Json]) -> Json:
    """Send one command to a running plant (blocking).

    Raises:
        Unreachable: no plant listens there.
        ValueError: it said no; the text is its own.
    """
    request = json.dumps({"command": command, "arguments": dict(arguments)}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX) as channel, _reachable(path) as address:
            channel.settimeout(TIMEOUT)
            channel.connect(address)
            channel.sendall(request)
            answer = json.loads(channel.makefile("rb").readline())
    except (OSError, json.JSONDecodeError) as error:
        raise Unreachable(f"no simulator answers at {path}: is it running?") from error
    if not answer["ok"]:
        raise ValueError(answer["error"])
    return answer["result"]


@contextlib.contextmanager
def _reachable(path: Path) -> Iterator[str]:
    """A name for a socket's path that is short enough for the kernel."""
    if len(os.fsencode(path)) <= ADDRESS_MAX:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
