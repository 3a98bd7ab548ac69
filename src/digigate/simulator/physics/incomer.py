"""The load that feeds all others: what it takes is what they take, and what the cables keep."""

from collections.abc import Callable, Iterable, Iterator

from digigate.simulator.physics.chance import between
from digigate.simulator.physics.circuit import Consumption

Loads = Callable[[], Iterable[Consumption]]
"""The loads of one device that are fed by an incomer, as they are now."""


class Feeders:
    """All loads of a plant but the incomers."""

    def __init__(self) -> None:
        self._devices: list[Loads] = []

    def add(self, loads: Loads) -> None:
        """Count those of one more device."""
        self._devices.append(loads)

    def __iter__(self) -> Iterator[Consumption]:
        for loads in self._devices:
            yield from loads()


class Incomer:
    """A consumption that is the sum of others, plus 1 to 2 % of losses."""

    def __init__(self, feeders: Iterable[Consumption], seed: int, *key: object) -> None:
        self._feeders = feeders
        self._losses = 1 + between(0.01, 0.02, seed, "losses", *key)

    def power(self, t: float) -> complex:
        """P + jQ of all phases, W and var."""
        total = sum((feeder.power(t) for feeder in self._feeders), 0j)
        return complex(self._lossy(total.real), total.imag)

    def flowed(self, t: float) -> tuple[float, float]:
        """Ws and vars since the epoch."""
        flows = [feeder.flowed(t) for feeder in self._feeders]
        return self._lossy(sum(active for active, _ in flows)), sum(var for _, var in flows)

    def _lossy(self, active: float) -> float:
        """Losses are taken from the network, whichever way the rest goes."""
        return active + abs(active) * (self._losses - 1)
