"""The network as a module without loads measures it: voltages, frequency, distortion."""

import math

from digigate.simulator.physics.chance import DAY
from digigate.simulator.physics.circuit import MEAN_OF, Energies, Values, moments, network
from digigate.simulator.physics.harmonics import distortion
from digigate.simulator.physics.supply import Grid, sequences, unbalance
from digigate.simulator.physics.wiring import Wiring

ALL = (0, 1, 2)
NETWORK = Wiring(phases=3, neutral=True, sensors=False)


class Feeder:
    """A pure function of time, like a circuit, but without a current."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid

    def at(self, t: float) -> Values:
        """Momentary values."""
        supply = self._grid.at(t)
        values = network(supply, ALL, ALL)
        direct, inverse, zero = sequences(supply.phasors)
        across = tuple(abs(supply.between(k)) for k in ALL)
        values |= {
            "voltage.direct.pn": direct,
            "voltage.inverse.pn": inverse,
            "voltage.homopolar.pn": zero,
            "voltage.direct.pp": math.sqrt(3) * direct,
            "voltage.inverse.pp": math.sqrt(3) * inverse,
            "voltage.vn": abs(sum(supply.phasors)) / 100,
            "voltage.unbalance_vnba": unbalance(tuple(abs(v) for v in supply.phasors)),
            "voltage.unbalance_vnb": 100 * inverse / direct,
            "voltage.unbalance_unba": unbalance(across),
            "voltage.unbalance_unb": 100 * inverse / direct,
            "temperature.module": 34 + 4 * math.sin(2 * math.pi * t / DAY - 2),
        }
        return values | distortion(NETWORK, supply, 0.0, 1.0)

    def mean(self, start: float, end: float) -> Values:
        """Means over a period."""
        seen = [self.at(moment) for moment in moments(start, end)]
        return {key: sum(one[key] for one in seen) / MEAN_OF for key in seen[0]}

    def mean_powers(self, start: float, end: float) -> Values:  # noqa: ARG002 -- none ever
        """No powers."""
        return {}

    def energies(self, t: float) -> Energies:
        """Nothing flows, but the time."""
        return Energies(0.0, 0.0, 0.0, t)
