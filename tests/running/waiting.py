"""Wait for something to become true, with a deadline instead of a guess."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0  # seconds: generous, for it is only spent when something is broken


def eventually(look: Callable[[], T | None], within: float = PATIENCE, what: str = "") -> T:
    """The first truthy answer of `look()`.

    Raises:
        AssertionError: none came in time; the last answer or error is in the text.
    """
    deadline = time.monotonic() + within
    last: object = None
    while time.monotonic() < deadline:
        try:
            found = look()
        except (OSError, AssertionError, LookupError) as error:
            last = error
        else:
            if found:
                return found
            last = found
        time.sleep(0.05)
    raise AssertionError(f"{what or look} did not come true within {within:.0f} s; last: {last!r}")
