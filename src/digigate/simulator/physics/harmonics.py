"""How far voltages and currents are from sine waves: plausible, not computed from a waveform."""

import math

from digigate.simulator.physics.supply import Supply
from digigate.simulator.physics.wiring import Wiring

SPECTRUM = {3: 0.62, 5: 0.55, 7: 0.38, 9: 0.22, 11: 0.24, 13: 0.17, 15: 0.09, 17: 0.1, 19: 0.08,
            21: 0.05, 23: 0.06, 25: 0.05}  # fmt: skip
"""Share of the distortion that each odd rank carries; even ranks carry next to nothing."""
EVEN = 0.02
PHASES = ("1", "2", "3")
LINES = ("12", "23", "31")


def distortion(wiring: Wiring, supply: Supply, full: float, load: float) -> dict[str, float]:
    """THD in % of all voltages and currents; `full` is the current's THD at full load."""
    single = {f"thd.v{PHASES[k]}": supply.distortion[k] for k in wiring.voltages}
    across = {f"thd.u{LINES[k]}": 0.9 * supply.distortion[k] for k in wiring.between}
    current = full * (1 + 0.6 * max(0.0, 1 - load))
    lines = {f"thd.i{PHASES[k]}": current * (1 + 0.05 * (k - 1)) for k in wiring.currents}
    values = single | across | lines
    for name, group in (("v", single), ("u", across), ("i", lines)):
        if group:
            values[f"thd.system.{name}"] = sum(group.values()) / len(group)
    if wiring.neutral_current:
        values["thd.in"] = 2.5 * current
    return values


def rank(distortion: float, number: int) -> float:
    """The harmonic of one rank (2..) in % of the fundamental, of a value with this THD."""
    scale = math.sqrt(sum(share * share for share in SPECTRUM.values()))
    return distortion * SPECTRUM.get(number, EVEN) / scale
