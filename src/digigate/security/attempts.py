"""How often somebody may try: three times per profile (§11.1), and so often per address."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from digigate.errors import Denied, Locked
from digigate.settings.profiles import Profile

PER_CLIENT = 20  # tries that one address has at once over all profiles
REFILL = 3.0  # seconds in which an address gets one of them back
CLIENTS_MAX = 4096


@dataclass(slots=True)
class _Tries:
    """Those of a profile; `until` = monotonic seconds."""

    pending: int = 0  # still being looked at
    wrong: int = 0
    until: float | None = None


class Attempts:
    """Lives in memory: a restart lifts every lock, as the manual says."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._tries: dict[Profile, _Tries] = {}
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def begin(self, profile: Profile, client: str, allowed: int) -> None:
        """Take one try, before anything is looked at.

        Raises:
            Locked: none is left for this profile, or those left are being looked at.
            Denied: this address tries too often.
        """
        self._charge(client)
        locked = self.locked(profile) is not None
        tries = self._tries.setdefault(profile, _Tries())
        if locked or tries.wrong + tries.pending >= allowed:
            raise Locked("this profile is locked after failed logins; try again later")
        tries.pending += 1

    def failed(self, profile: Profile, allowed: int, seconds: float) -> None:
        """The try was wrong; the last one locks the profile for so long."""
        tries = self._tries.setdefault(profile, _Tries())
        tries.pending = max(0, tries.pending - 1)
        tries.wrong += 1
        if tries.wrong >= allowed and tries.until is None:
            tries.until = self._monotonic() + seconds

    def released(self, profile: Profile) -> None:
        """The try came to nothing, through no fault of the caller."""
        if (tries := self._tries.get(profile)) is not None:
            tries.pending = max(0, tries.pending - 1)

    def forget(self, profile: Profile) -> None:
        """All tries are there again: a good login, or somebody lifted the lock."""
        self._tries.pop(profile, None)

    def locked(self, profile: Profile) -> float | None:
        """Seconds until the lock ends; None where there is none (any more)."""
        tries = self._tries.get(profile)
        if tries is None or tries.until is None:
            return None
        left = tries.until - self._monotonic()
        if left > 0:
            return left
        del self._tries[profile]
        return None

    def _charge(self, client: str) -> None:
        now = self._monotonic()
        left, at = self._clients.pop(client, (float(PER_CLIENT), now))
        left = min(float(PER_CLIENT), left + (now - at) / REFILL)
        self._clients[client] = (max(0.0, left - 1), now)
        if len(self._clients) > CLIENTS_MAX:
            self._clients.popitem(last=False)
        if left < 1:
            raise Denied("too many attempts from this address; wait a minute")
