"""How a new release proves itself, judged by what it tells its service manager (sd_notify)."""

from digigate.firmware.pointer import Trial

BEAT = 5.0  # seconds between two heartbeats of a release on trial
SILENCE = 20.0  # seconds without one after which it counts as hung
UNWELL = "X_DIGIGATE_UNWELL"
"""Names of the services that do not run, with commas; only a guard understands it."""


class Watch:
    """Ready in time, steady for a while, and no service that ran before is missing; no I/O."""

    def __init__(self, trial: Trial, now: float) -> None:
        self._trial = trial
        self._began = now
        self._ready: float | None = None
        self._beat = now
        self._unwell: frozenset[str] = frozenset()

    @property
    def beat(self) -> float:
        """Seconds between two heartbeats that the release is asked for."""
        return min(BEAT, self._trial.steady_for / 3)

    def hear(self, message: str, now: float) -> None:
        """The release has told something."""
        for line in message.splitlines():
            name, _, value = line.partition("=")
            if name == "READY" and self._ready is None:
                self._ready = self._beat = now
            elif name == "WATCHDOG":
                self._beat = now
            elif name == UNWELL:
                self._unwell = frozenset(filter(None, value.split(",")))

    def proven(self, now: float) -> bool:
        """Whether it has been steady for long enough, with all its services."""
        return self._steady(now) and not self._missing()

    def fault(self, now: float) -> str:
        """Why it must go; empty = not yet, or not at all."""
        if self._ready is None:
            late = now - self._began >= self._trial.ready_within
            return f"it was not ready within {self._trial.ready_within:g} s" if late else ""
        if now - self._beat >= SILENCE:
            return f"it hung: no sign of life for {SILENCE:g} s"
        if self._steady(now) and (missing := self._missing()):
            return f"these services do not run in it: {', '.join(missing)}"
        return ""

    def look_again(self, now: float) -> float:
        """Seconds until something can have changed without a message."""
        if self._ready is None:
            due = self._began + self._trial.ready_within
        else:
            due = min(self._ready + self._trial.steady_for, self._beat + SILENCE)
        return max(0.0, due - now)

    def ended(self, how: str) -> str:
        """Why it must go when its process has ended by itself."""
        when = "before it was ready" if self._ready is None else "while it had to be steady"
        return f"it {how} {when}"

    def _steady(self, now: float) -> bool:
        return self._ready is not None and now - self._ready >= self._trial.steady_for

    def _missing(self) -> list[str]:
        return sorted(self._unwell - set(self._trial.unwell))
