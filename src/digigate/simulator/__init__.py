"""The simulated slaves of a plant, on lines as slow as real ones: `digigate-sim`."""

from digigate.simulator.program import main

__all__ = ["main"]
