"""Unix socket paths end at 107 bytes; state directories need not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATH_MAX = 107


@contextmanager
def short_path(path: Path) -> Iterator[str]:
    """A name for `path` that fits into a socket address while the block runs."""
    if len(os.fsencode(path)) <= PATH_MAX:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
