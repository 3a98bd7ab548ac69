"""Ask a running daemon through its control socket."""

import json
import socket
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from digigate.errors import Refused, Unreachable
from digigate.services.control.path import short_path

TIMEOUT = 30.0  # seconds for one answer; events may be as far apart as they like


def order(path: Path, command: str, arguments: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 -- JSON, as the gateway tells it
    """Send one command and return its result (blocking).

    Raises:
        Unreachable: no daemon listens there.
        Refused: the daemon said no; the text is its own.
    """
    with _asked(path, command, arguments) as answers:
        return _told(path, next(answers, b""))["result"]


def follow(
    path: Path, command: str, arguments: Mapping[str, object] | None = None
) -> Generator[Any, None, None]:
    """The events that a command tells, as they come (blocking); closing it ends the command.

    Raises:
        Unreachable: no daemon listens there, or it ended meanwhile.
        Refused: the daemon said no; the text is its own.
    """
    with _asked(path, command, arguments, patience=None) as answers:
        for line in answers:
            answer = _told(path, line)
            if "event" not in answer:
                return
            yield answer["event"]
    raise Unreachable(f"the gateway at {path} has ended")


@contextmanager
def _asked(
    path: Path,
    command: str,
    arguments: Mapping[str, object] | None,
    patience: float | None = TIMEOUT,
) -> Iterator[Iterator[bytes]]:
    request = json.dumps({"command": command, "arguments": dict(arguments or {})})
    try:
        with socket.socket(socket.AF_UNIX) as channel, short_path(path) as reachable:
            channel.settimeout(patience)
            channel.connect(reachable)
            channel.sendall(request.encode() + b"\n")
            with channel.makefile("rb") as answers:
                yield answers
    except OSError as error:
        raise _unreachable(path) from error


def _told(path: Path, line: bytes) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError as error:
        raise _unreachable(path) from error
    if not answer["ok"]:
        raise Refused(str(answer["error"]))
    return answer


def _unreachable(path: Path) -> Unreachable:
    return Unreachable(f"no gateway answers at {path}: is it running?")
