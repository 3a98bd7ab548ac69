"""Who ordered what, from where, and what came of it: JSON lines, a file a month, in the state.

What cannot be written is said as a condition and the order is carried out all the same: a full disk
must not take the plant out of its operators' hands.
"""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.state import StateDirectory
from digigate.supervisor import Ready

FILE = "audit-{:%Y-%m}.jsonl"
FILES = "audit-????-??.jsonl"
LARGEST = 8 << 20  # octets of one file; further lines of that month are counted, not kept
WAITING = 2000  # lines that wait for the disk
UNWRITTEN, SUBJECT = "audit.unwritten", "audit"
TEXT_MAX = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    time: str
    who: str
    client: str
    what: str
    outcome: str = "done"
    facts: Mapping[str, Any] = field(default_factory=dict)


class AuditLog:
    """Takes lines on the loop and writes them from a thread, oldest first."""

    def __init__(
        self,
        state: StateDirectory,
        clock: Clock,
        conditions: Conditions,
        days: Callable[[], int],
    ) -> None:
        self._state = state
        self._clock = clock
        self._conditions = conditions
        self._days = days
        self._waiting: deque[Entry] = deque(maxlen=WAITING)
        self._called = asyncio.Event()
        self._writing = threading.Lock()

    def note(
        self,
        who: str,
        client: str,
        what: str,
        outcome: str = "done",
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down that somebody did, or tried to do, something."""
        time = self._clock.now().isoformat(timespec="milliseconds")
        self._waiting.append(Entry(time, who, client, what, outcome, dict(facts or {})))
        self._called.set()

    async def run(self, ready: Ready) -> None:
        """Write what comes, and remove what is older than the policy keeps it."""
        ready()
        try:
            while True:
                await self._called.wait()
                self._called.clear()
                reason = await asyncio.to_thread(self._write)
                self._conditions.judge(UNWRITTEN, SUBJECT, reason)
        finally:
            self._conditions.judge(UNWRITTEN, SUBJECT, self._write())

    def latest(
        self, count: int, who: str = "", before: datetime | None = None
    ) -> list[dict[str, Any]]:
        """The newest lines first (blocking); of one caller only, before a moment only."""
        self._write()
        found: list[dict[str, Any]] = []
        for line in self._backwards():
            if (who and line.get("who") != who) or (before and line["time"] >= before.isoformat()):
                continue
            found.append(line)
            if len(found) == count:
                break
        return found

    def _backwards(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self._state.path.glob(FILES), reverse=True):
            try:
                lines = path.read_text("utf-8", "replace").splitlines()
            except OSError:
                continue
            for line in reversed(lines):
                try:
                    yield json.loads(line)
                except ValueError:
                    continue  # the end of a line that a power cut broke off

    def _write(self) -> str:
        """Write all that waits (blocking, one thread at a time); why not, where it failed."""
        with self._writing:
            lines: dict[Path, list[str]] = {}
            while self._waiting:
                entry = self._waiting.popleft()
                path = self._state.file(FILE.format(datetime.fromisoformat(entry.time)))
                lines.setdefault(path, []).append(_line(entry))
            reasons = [_appended(path, texts) for path, texts in lines.items()]
            if lines:
                self._drop_old()
        return "; ".join(filter(None, reasons))

    def _drop_old(self) -> None:
        """Remove the files of months that ended before the policy's days."""
        oldest = FILE.format(self._clock.now() - timedelta(days=self._days() + 31))
        for path in self._state.path.glob(FILES):
            if path.name < oldest:
                path.unlink(missing_ok=True)


def _appended(path: Path, lines: list[str]) -> str:
    """Add the lines to a file; why not, where that failed."""
    try:
        if path.exists() and path.stat().st_size > LARGEST:
            return f"{path.name} is full; {len(lines)} lines were not kept"
        with path.open("a", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write("".join(lines))
    except OSError as error:
        return f"{len(lines)} lines were not kept: {error.strerror}"
    return ""


def _line(entry: Entry) -> str:
    """One line of JSON, in which no text can begin another."""
    text = json.dumps(asdict(entry), ensure_ascii=True, default=str)
    if len(text) > TEXT_MAX:
        text = json.dumps({**asdict(entry), "facts": {"too long": len(text)}}, default=str)
    return text + "\n"
