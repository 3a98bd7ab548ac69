"""Chance that repeats: the same key gives the same number in every run and on every machine."""

import math
from dataclasses import dataclass
from hashlib import blake2b

DAY = 86400.0


def chance(*key: object) -> float:
    """A number in [0, 1) that depends on the key only."""
    digest = blake2b(repr(key).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


def between(low: float, high: float, *key: object) -> float:
    """A number in [low, high) that depends on the key only."""
    return low + (high - low) * chance(*key)


@dataclass(frozen=True, slots=True)
class Wave:
    """`amplitude * sin(pace * t + phase)`; whole turns a day, so that each day closes on itself."""

    amplitude: float
    pace: float  # rad/s
    phase: float

    def at(self, t: float) -> float:
        """Its value at `t` seconds."""
        return self.amplitude * math.sin(self.pace * t + self.phase)


def waves(depth: float, periods: tuple[float, ...], *key: object) -> tuple[Wave, ...]:
    """One wave for each period (about, in seconds), together never beyond `depth`."""
    each = depth / len(periods)
    return tuple(
        Wave(
            amplitude=each,
            pace=2 * math.pi * round(DAY / period) / DAY,
            phase=between(0, 2 * math.pi, *key, period),
        )
        for period in periods
    )


def ripple(parts: tuple[Wave, ...], t: float) -> float:
    """The waves' sum at `t` seconds."""
    return sum(wave.at(t) for wave in parts)
