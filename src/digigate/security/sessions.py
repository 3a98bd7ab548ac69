"""Who is logged in: sessions live in memory, and only a digest of each one's id does."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from digigate.clock import Clock
from digigate.security.digest import digest
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy
from digigate.watchers import Watchers

OCTETS = 32


@dataclass(slots=True, eq=False)
class Session:
    """One login; times are monotonic seconds but `since`."""

    profile: Profile
    client: str
    digest: str
    since: datetime
    began: float
    used: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(OCTETS))

    @property
    def handle(self) -> str:
        """What it is called where sessions are listed; no way back to its id."""
        return self.digest[:12]

    @property
    def lasting(self) -> bool:
        """Totem's has no end (§11.1)."""
        return self.profile is Profile.TOTEM


class Sessions:
    """All open sessions; the policy as it is now says which have ended."""

    def __init__(self, clock: Clock, policy: Callable[[], Policy]) -> None:
        self._clock = clock
        self._policy = policy
        self._open: dict[str, Session] = {}
        self._ended = Watchers[Session]()

    def begin(self, profile: Profile, client: str) -> tuple[str, Session]:
        """A new session and its id, which is told this once; the idlest makes room for it."""
        self._sweep()
        while len(self._open) >= self._policy().sessions:
            self.end(min(self._open.values(), key=lambda s: (s.lasting, s.used)))
        secret, now = secrets.token_urlsafe(OCTETS), self._clock.monotonic()
        session = Session(profile, client, digest(secret), self._clock.now(), now, now)
        self._open[session.digest] = session
        return secret, session

    def find(self, secret: str) -> Session | None:
        """The session of this id, if it has not ended; being looked for is no use of it."""
        session = self._open.get(digest(secret))
        if session is None or not self._over(session):
            return session
        self.end(session)
        return None

    def use(self, session: Session) -> None:
        """Somebody has done something in it: its idle time begins anew."""
        session.used = self._clock.monotonic()

    def seconds_left(self, session: Session) -> float | None:
        """Until it ends if nobody uses it; None = it has no end."""
        if session.lasting:
            return None
        now, policy = self._clock.monotonic(), self._policy()
        idle = session.used + policy.session_minutes * 60.0
        return max(0.0, min(idle, session.began + policy.session_hours * 3600.0) - now)

    def end(self, session: Session) -> None:
        """End it now; whoever watches hears of it."""
        if self._open.pop(session.digest, None) is not None:
            self._ended.tell(session)

    def end_of(self, profile: Profile) -> None:
        """End all of a profile: its password is another now, or it is disabled."""
        for session in [s for s in self._open.values() if s.profile is profile]:
            self.end(session)

    def named(self, handle: str) -> Session | None:
        """The open session of this handle."""
        return next((s for s in self.all() if s.handle == handle), None)

    def is_open(self, session: Session) -> bool:
        """Whether it has not ended, of itself or otherwise."""
        return session.digest in self._open and not self._over(session)

    def all(self) -> tuple[Session, ...]:
        """Those that are open, oldest first."""
        self._sweep()
        return tuple(self._open.values())

    def watch(self, watcher: Callable[[Session], object]) -> AbstractContextManager[None]:
        """Call `watcher(session)` when one has ended."""
        return self._ended.watch(watcher)

    def _sweep(self) -> None:
        for session in [s for s in self._open.values() if self._over(s)]:
            self.end(session)

    def _over(self, session: Session) -> bool:
        return self.seconds_left(session) == 0.0
