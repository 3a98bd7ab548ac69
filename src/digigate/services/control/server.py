"""Serve commands on a Unix socket that only the owner of the state directory can open."""

import asyncio
import contextlib
import json
import logging
from pathlib import Path

from digigate.commands import Caller, Commands, Json
from digigate.errors import DigigateError
from digigate.services.control.path import short_path
from digigate.supervisor import Ready

log = logging.getLogger(__name__)

LINE_MAX = 65536
OWNER = Caller("owner")


class ControlServer:
    """One JSON object a line: `{"command": …, "arguments": {…}}` -> `{"ok": …, …}`."""

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
            try:
                while line := await reader.readline():
                    writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                    await writer.drain()
            except ValueError:  # what StreamReader raises for a line over the limit
                writer.write(json.dumps(_refusal("the line is too long")).encode() + b"\n")
            finally:
                self._open.discard(writer)
                writer.close()

    async def _answer(self, line: bytes) -> dict[str, Json]:
        try:
            asked = json.loads(line)
            name, arguments = asked["command"], asked.get("arguments", {})
            result = await self._commands.execute(str(name), dict(arguments), OWNER)
        except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
            return _refusal('write one JSON object a line: {"command": "…", "arguments": {…}}')
        except (DigigateError, ValueError) as error:
            return _refusal(str(error))
        return {"ok": True, "result": result}


def _refusal(text: str) -> dict[str, Json]:
    return {"ok": False, "error": text}
