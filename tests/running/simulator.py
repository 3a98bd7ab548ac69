"""`digigate-sim` as a user starts it, and its orders."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SIM = [sys.executable, "-m", "digigate.simulator"]


@contextmanager
def simulator(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The process and its announcement, while the block runs."""
    process = subprocess.Popen(
        [*SIM, *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def ctl(socket: Path, *words: str) -> Any:
    """The result of an order."""
    done = subprocess.run(
        [*SIM, "ctl", str(socket), *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
