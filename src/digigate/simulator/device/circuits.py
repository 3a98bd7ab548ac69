"""Which loads a device has now: those of the plant file, and what clients made of them."""

from collections.abc import Mapping

from digigate.simulator.device.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.device.deeds import Words
from digigate.simulator.device.nameplate import SETTINGS, SETTINGS_STRIDE
from digigate.simulator.physics.wiring import LOAD_TYPES
from digigate.simulator.plant import LoadPlan

ENABLED, TYPE, NOMINAL = range(3)  # registers of a load's settings


class Circuits:
    """The loads by number; settings that clients write rewire them at once."""

    def __init__(self, planned: Mapping[int, LoadPlan], count: int) -> None:
        self._planned = planned
        self._count = count
        self.loads = dict(planned)

    def check(self, words: Words) -> None:
        """Whether settings can be.

        Raises:
            Illegal: 03, no such type, or a nominal current of nothing.
        """
        for base in self._bases():
            if not 1 <= words.get(base + TYPE, 1) <= len(LOAD_TYPES):
                raise Illegal(ILLEGAL_VALUE)
            if not words.get(base + NOMINAL, 1) or words.get(base + ENABLED, 0) > 1:
                raise Illegal(ILLEGAL_VALUE)

    def refresh(self, kept: Words) -> frozenset[int]:
        """Take what clients wrote so far; returns the numbers of the loads that changed."""
        now = {
            number: load
            for number, base in enumerate(self._bases(), 1)
            if (load := self._load(number, base, kept))
        }
        numbers = self.loads.keys() | now.keys()
        changed = frozenset(n for n in numbers if self.loads.get(n) != now.get(n))
        self.loads = now
        return changed

    def _bases(self) -> range:
        return range(SETTINGS, SETTINGS + SETTINGS_STRIDE * self._count, SETTINGS_STRIDE)

    def _load(self, number: int, base: int, kept: Words) -> LoadPlan | None:
        planned = self._planned.get(number)
        if not kept.get(base + ENABLED, planned is not None):
            return None
        load = planned or LoadPlan(number=number)
        update: dict[str, object] = {}
        if base + TYPE in kept:
            update["type"] = LOAD_TYPES[kept[base + TYPE] - 1]
        if base + NOMINAL in kept:
            update["nominal"] = float(kept[base + NOMINAL])
        return load.model_copy(update=update)
