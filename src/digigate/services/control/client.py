"""Ask a running daemon through its control socket."""

import json
import socket
from collections.abc import Mapping
from pathlib import Path

from digigate.commands import Json
from digigate.errors import Refused, Unreachable
from digigate.services.control.path import short_path

TIMEOUT = 30.0  # seconds


def order(path: Path, command: str, arguments: Mapping[str, object] | None = None) -> Json:
    """Send one command and return its result (blocking).

    Raises:
        Unreachable: no daemon listens there.
        Refused: the daemon said no; the text is its own.
    """
    request = json.dumps({"command": command, "arguments": dict(arguments or {})})
    try:
        answer = json.loads(_exchange(path, request.encode() + b"\n"))
    except (OSError, json.JSONDecodeError) as error:
        raise Unreachable(f"no gateway answers at {path}: is it running?") from error
    if not answer["ok"]:
        raise Refused(str(answer["error"]))
    result: Json = answer["result"]
    return result


def _exchange(path: Path, request: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as channel, short_path(path) as reachable:
        channel.settimeout(TIMEOUT)
        channel.connect(reachable)
        channel.sendall(request)
        with channel.makefile("rb") as answers:
            return answers.readline()
