"""Serve commands on a Unix socket that only the owner of the state directory can open.

One JSON object a line, `{"command": …, "arguments": {…}}` -> `{"ok": true, "result": …}` or
`{"ok": false, "error": …}`. A command that tells events answers a line `{"ok": true, "event": …}`
for each and its result `null` at last; a further line, or closing, ends it.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path

from digigate.commands import Caller, Commands, Json
from digigate.errors import DigigateError
from digigate.services.control.path import short_path
from digigate.supervisor import Ready

log = logging.getLogger(__name__)

LINE_MAX = 4 << 20  # a whole backup in base64; only the owner of the state directory gets here
OWNER = Caller("owner")
FORM = 'write one JSON object a line: {"command": "…", "arguments": {…}}'


class ControlServer:
    """Every caller is the owner."""

    def __init__(self, path: Path, commands: Commands) -> None:
        self._path = path
        self._commands = commands
        self._open: set[asyncio.StreamWriter] = set()

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled; the socket file is mode 0600 and gone afterwards."""
        self._path.unlink(missing_ok=True)
        with short_path(self._path) as bindable:
            server = await asyncio.start_unix_server(
                self._converse, bindable, limit=LINE_MAX, start_serving=False
            )
        self._path.chmod(0o600)
        try:
            await server.start_serving()
            ready()
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()
            for writer in self._open:
                writer.transport.abort()
            self._path.unlink(missing_ok=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(ConnectionError):
            further = asyncio.create_task(reader.readline())
            try:
                while line := await further:
                    further = asyncio.create_task(reader.readline())
                    await self._serve(line, writer, further)
            except ValueError:  # what StreamReader raises for a line over the limit
                _write(writer, _refusal("the line is too long"))
            finally:
                further.cancel()
                self._open.discard(writer)
                writer.close()

    async def _serve(
        self, line: bytes, writer: asyncio.StreamWriter, further: asyncio.Task[bytes]
    ) -> None:
        try:
            asked = json.loads(line)
            name, arguments = str(asked["command"]), dict(asked.get("arguments", {}))
        except (ValueError, KeyError, TypeError, AttributeError):
            _write(writer, _refusal(FORM))
            return
        try:
            if self._commands.is_stream(name):
                await self._tell(name, arguments, writer, further)
                result: Json = None
            else:
                result = await self._commands.execute(name, arguments, OWNER)
        except (DigigateError, ValueError) as error:
            _write(writer, _refusal(str(error)))
        else:
            _write(writer, {"ok": True, "result": result})
        await writer.drain()

    async def _tell(
        self,
        name: str,
        arguments: Mapping[str, object],
        writer: asyncio.StreamWriter,
        further: asyncio.Task[bytes],
    ) -> None:
        async def tell() -> None:
            events = self._commands.stream(name, arguments, OWNER)
            async with aclosing(events):
                async for event in events:
                    _write(writer, {"ok": True, "event": event})
                    await writer.drain()

        telling = asyncio.create_task(tell())
        try:
            await asyncio.wait({telling, further}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not telling.done():
                telling.cancel()
                await asyncio.wait({telling})
        if not telling.cancelled():
            telling.result()


def _write(writer: asyncio.StreamWriter, answer: dict[str, Json]) -> None:
    writer.write(json.dumps(answer).encode() + b"\n")


def _refusal(text: str) -> dict[str, Json]:
    return {"ok": False, "error": text}
