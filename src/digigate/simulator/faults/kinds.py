"""The faults that there are, and what each can be told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from digigate.simulator.plant import Baudrate


class Kind(StrEnum):
    """What can go wrong with a slave or with a line."""

    SILENT = "silent"
    LATE = "late"
    CRC = "crc"
    TRUNCATED = "truncated"
    EXCEPTION = "exception"
    WRONG_UNIT = "wrong-unit"
    DUPLICATE = "duplicate"
    BABBLE = "babble"
    WRONG_SPEED = "wrong-speed"
    CLOCK = "clock"
    CACHE_LOST = "cache-lost"
    POWER_CYCLE = "power-cycle"
    NOISE = "noise"
    ECHO = "echo"


SOMETIMES = frozenset(("share", "times"))
PARAMETERS: dict[Kind, frozenset[str]] = {
    Kind.SILENT: SOMETIMES,
    Kind.LATE: SOMETIMES | {"seconds"},
    Kind.CRC: SOMETIMES,
    Kind.TRUNCATED: SOMETIMES,
    Kind.EXCEPTION: SOMETIMES | {"code"},
    Kind.WRONG_UNIT: SOMETIMES,
    Kind.DUPLICATE: SOMETIMES,
    Kind.BABBLE: frozenset(("seconds", "times")),
    Kind.WRONG_SPEED: frozenset(("baudrate",)),
    Kind.CLOCK: frozenset(("seconds",)),
    Kind.CACHE_LOST: frozenset(),
    Kind.POWER_CYCLE: frozenset(("seconds",)),
    Kind.NOISE: SOMETIMES,
    Kind.ECHO: frozenset(),
}
"""What each may be told beside its name."""
SECONDS = {Kind.LATE: 0.5, Kind.BABBLE: 1.0, Kind.CLOCK: 3600.0, Kind.POWER_CYCLE: 1.0}
"""A delay, an interval, an error, an absence: where nothing else is said."""
ON_LINES = frozenset((Kind.NOISE, Kind.ECHO))
AT_ONCE = frozenset((Kind.CLOCK, Kind.CACHE_LOST, Kind.POWER_CYCLE))
"""These are done when ordered; there is nothing to clear."""


@dataclass(slots=True)
class Fault:
    """One fault that is switched on; `times` more, or for ever."""

    kind: Kind
    share: float = 1.0  # of all occasions
    times: int | None = None
    seconds: float = 0.0
    code: int = 4  # of an exception
    baudrate: Baudrate = 9600

    @classmethod
    def of(cls, kind: Kind, **told: float | None) -> Self:
        """A fault of this kind; what is told as None is left as it is by nature.

        Raises:
            ValueError: it cannot be told that.
        """
        given = {name: value for name, value in told.items() if value is not None}
        for name in given:
            if name not in PARAMETERS[kind]:
                allowed = ", ".join(sorted(PARAMETERS[kind])) or "nothing"
                raise ValueError(f"{kind} takes {allowed}, not {name}")
        natural: dict[str, object] = {"seconds": SECONDS.get(kind, 0.0)}
        if kind is Kind.NOISE:
            natural["share"] = 0.1
        return cls(kind, **{**natural, **given})  # type: ignore[arg-type]

    def describe(self) -> dict[str, object]:
        """What `fault list` tells of it."""
        told = {name: getattr(self, name) for name in sorted(PARAMETERS[self.kind])}
        return {"kind": self.kind, **{k: v for k, v in told.items() if v is not None}}
