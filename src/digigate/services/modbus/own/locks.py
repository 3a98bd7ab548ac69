"""The lock of register 58112: who has given the code may change settings for a while."""

from collections.abc import Callable

CODE = 1000  # accepted by firmware 1.6.9 (CVE-2025-54850)
OPEN_FOR = 300.0  # seconds; ours, the real time is not published
CLIENTS_MAX = 256


class Locks:
    """One lock per client host; times are monotonic seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until: dict[str, float] = {}

    def submit(self, host: str, code: int) -> bool:
        """Open with the right code, close with any other; returns whether it is open now."""
        self._until.pop(host, None)
        if code == CODE:
            if len(self._until) >= CLIENTS_MAX:
                del self._until[next(iter(self._until))]
            self._until[host] = self._monotonic() + OPEN_FOR
        return code == CODE

    def is_open(self, host: str) -> bool:
        """Whether this client has given the code lately."""
        return self._monotonic() < self._until.get(host, 0.0)
