"""How long and how wide a run is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Lengths of the benches; a quick run shows the order of magnitude, not the figure."""

    rounds: int
    bus_reads: int  # of one round at 115200 Bd; a third of it at 38400
    late_reads: int
    tcp_seconds: float  # one round
    plant_seconds: float


FULL = Effort(rounds=4, bus_reads=150, late_reads=1000, tcp_seconds=3, plant_seconds=30)
QUICK = Effort(rounds=1, bus_reads=120, late_reads=120, tcp_seconds=1, plant_seconds=10)
