"""The network's voltages at any time: three phases that drift and are never quite equal."""

import cmath
import math
from dataclasses import dataclass

from digigate.simulator.physics.chance import between, ripple, waves

THIRD = 2 * math.pi / 3
SLOW = (43200.0, 7300.0, 1700.0)  # s: what the whole district does
QUICK = (97.0, 23.0, 9.0)  # s: what happens on one phase


@dataclass(frozen=True, slots=True)
class Supply:
    """The network at one moment."""

    frequency: float  # Hz
    phasors: tuple[complex, complex, complex]  # V, phase to neutral
    distortion: tuple[float, float, float]  # THD of the phase voltages, %

    def between(self, index: int) -> complex:
        """Phase-to-phase voltage: 0 = U12, 1 = U23, 2 = U31."""
        return self.phasors[index] - self.phasors[(index + 1) % 3]


class Grid:
    """A low-voltage network, repeatable for a seed."""

    def __init__(self, voltage: float, frequency: float, seed: int) -> None:
        self._voltage = voltage
        self._frequency = frequency
        self._district = waves(0.02, SLOW, seed, "district")
        self._wander = waves(0.0006, (613.0, 131.0, 37.0, 11.0), seed, "frequency")
        self._phases = [waves(0.006, QUICK, seed, "phase", k) for k in range(3)]
        self._offsets = [between(-0.006, 0.006, seed, "offset", k) for k in range(3)]
        self._angles = [between(-0.008, 0.008, seed, "angle", k) for k in range(3)]
        self._thd = [waves(0.5, (21600.0, 2900.0), seed, "thd", k) for k in range(3)]

    def at(self, t: float) -> Supply:
        """The network at `t` seconds since the epoch."""
        district = 1 + ripple(self._district, t)
        first, second, third = (self._phasor(k, t, district) for k in range(3))
        one, two, three = (1.8 + ripple(thd, t) for thd in self._thd)
        return Supply(
            frequency=self._frequency * (1 + ripple(self._wander, t)),
            phasors=(first, second, third),
            distortion=(one, two, three),
        )

    def _phasor(self, k: int, t: float, district: float) -> complex:
        size = self._voltage * (district + self._offsets[k] + ripple(self._phases[k], t))
        return cmath.rect(size, self._angles[k] - k * THIRD)


TURN = cmath.rect(1, THIRD)


def sequences(phasors: tuple[complex, complex, complex]) -> tuple[float, float, float]:
    """Direct, inverse and zero-sequence sizes of a three-phase set."""
    a, b, c = phasors
    direct = abs(a + TURN * b + TURN * TURN * c) / 3
    inverse = abs(a + TURN * TURN * b + TURN * c) / 3
    return direct, inverse, abs(a + b + c) / 3


def unbalance(sizes: tuple[float, ...]) -> float:
    """Greatest deviation from the mean, in % of the mean."""
    mean = sum(sizes) / len(sizes)
    return 100 * max(abs(size - mean) for size in sizes) / mean if mean else 0.0
