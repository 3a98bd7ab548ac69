"""New rules of the firewall are on trial: unless somebody confirms them, the former come back.

Whoever shuts himself out by a mistake need only wait.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from digigate.settings.sections import Firewall
from digigate.state import StateDirectory
from digigate.supervisor import Ready

log = logging.getLogger(__name__)

TRIAL = "rules-on-trial.json"  # the rules that come back
SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What is tried: the white list and whether it holds for what the gateway calls."""

    rules: tuple[dict[str, Any], ...]
    outgoing: bool

    @classmethod
    def of(cls, firewall: Firewall) -> "Rules":
        """Those of the settings."""
        return cls(tuple(rule.model_dump() for rule in firewall.rules), firewall.outgoing)


class RulesTrial:
    """At most one trial at a time; `put` writes rules into the settings and has them act."""

    def __init__(
        self,
        state: StateDirectory,
        put: Callable[[Rules], None],
        monotonic: Callable[[], float],
        seconds: float = SECONDS,
    ) -> None:
        self._state = state
        self._put = put
        self._monotonic = monotonic
        self._seconds = seconds
        self._until: float | None = None
        self._changed = asyncio.Event()
        self._former = self._kept()

    @property
    def seconds_left(self) -> float | None:
        """Until the former rules come back; None = nothing is on trial."""
        return None if self._until is None else max(0.0, self._until - self._monotonic())

    def begin(self, former: Rules, wanted: Rules) -> None:
        """Put the wanted rules in force; a trial under way keeps the rules that it began with.

        Raises:
            SettingsError: the settings refuse them.
            OSError: the former ones cannot be kept; nothing has changed then.
        """
        with self.falling_back(former):
            self._put(wanted)
        self._until = self._monotonic() + self._seconds
        self._changed.set()

    @contextmanager
    def falling_back(self, former: Rules) -> Iterator[None]:
        """What rules the block lays ready are on trial, after a restart at the latest.

        A trial under way keeps the rules that it began with; a block that fails begins none.

        Raises:
            OSError: the former rules cannot be kept; the block is not entered.
        """
        if self._former is None:
            self._keep(former)
        try:
            yield
        except BaseException:
            if self._until is None:
                self._forget()
            raise

    def confirm(self) -> bool:
        """The rules in force stay; whether any were on trial."""
        tried = self._until is not None
        self._until = None
        self._forget()
        self._changed.set()
        return tried

    async def run(self, ready: Ready) -> None:
        """Bring the former rules back in time; a trial that a restart broke off begins anew."""
        if self._former is not None and self._until is None:
            self._until = self._monotonic() + self._seconds
        ready()
        while True:
            self._changed.clear()
            left = self.seconds_left
            if left == 0.0 and self._former is not None:
                self._bring_back(self._former)
                continue
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _bring_back(self, former: Rules) -> None:
        self._put(former)
        self.confirm()
        log.warning("nobody confirmed the new rules of the firewall: the former are back")

    def _keep(self, former: Rules) -> None:
        kept = {"rules": list(former.rules), "outgoing": former.outgoing}
        self._state.write_json(TRIAL, kept)
        self._former = former

    def _forget(self) -> None:
        self._former = None
        self._state.remove(TRIAL)

    def _kept(self) -> Rules | None:
        found = self._state.read_json(TRIAL)
        try:
            return None if found is None else Rules(tuple(found["rules"]), bool(found["outgoing"]))
        except (KeyError, TypeError) as error:
            self._state.set_aside(TRIAL, str(error))
            return None
