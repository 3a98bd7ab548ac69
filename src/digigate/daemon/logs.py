"""One line per event: `time level room message key=value`; no more than 10 a minute of one kind."""

import logging
import re
import sys
import time
from collections.abc import Callable

LINES_PER_MINUTE = 10
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LineFormatter(logging.Formatter):
    """Facts handed over in `extra=` are appended as `key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; a traceback follows on its own lines."""
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        room = record.name.removeprefix("digigate.")
        facts = "".join(
            f" {key}={value!r}" if " " in str(value) else f" {key}={value}"
            for key, value in vars(record).items()
            if key not in STANDARD
        )
        line = f"{when} {record.levelname.lower()} {room} {_one_line(record.getMessage())}"
        line += _one_line(facts)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class Limit(logging.Filter):
    """Let 10 records a minute of one kind (logger and text) pass, then say how many were left out.

    A flood of bad frames must not become a flood of log lines; audit lines are never left out.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record may pass."""
        if record.name == "digigate.audit":
            return True
        key, now = (record.name, str(record.msg)), self._monotonic()
        began, count = self._seen.get(key, (now, 0))
        if now - began >= 60:
            if count > LINES_PER_MINUTE:
                record.more = count - LINES_PER_MINUTE
            began, count = now, 0
        self._seen[key] = (began, count + 1)
        return count < LINES_PER_MINUTE


def configure(level: str) -> None:
    """Send everything to standard error in our form (libraries log through `logging` too)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    handler.addFilter(Limit())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("asyncio", "aiohttp.access", "pymodbus"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _one_line(text: str) -> str:
    """Without anything that ends a line or steers the terminal of who reads it."""
    return CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)
