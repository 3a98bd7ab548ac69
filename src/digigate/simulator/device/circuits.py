"""Which loads a device has now: those of the plant file, and what clients made of them."""

from collections.abc import Callable, Mapping

from digigate.catalogue import Model, Point, Value
from digigate.catalogue.loadtypes import LOAD_TYPES
from digigate.simulator.device.answers import ILLEGAL_VALUE, Illegal
from digigate.simulator.device.deeds import Words
from digigate.simulator.device.nameplate import block_of, load_setting
from digigate.simulator.plant import LoadPlan

LEAVES = ("enabled", "type", "inom")


class Circuits:
    """The loads by number; settings that clients write rewire them at once."""

    def __init__(self, planned: Mapping[int, LoadPlan], model: Model) -> None:
        self._planned = planned
        self.loads = dict(planned)
        self._registers: dict[int, dict[str, int]] = {
            number: {} for number in range(1, model.loads.count + 1)
        }
        for point in model.points:
            if point.load and block_of(point) == "load-settings" and point.leaf in LEAVES:
                self._registers[point.load][point.leaf] = point.address

    def source(self, point: Point) -> Callable[[float], Value] | None:
        """What settings and names of the loads read until somebody writes them."""
        value = load_setting(point, self.loads.get(point.load)) if point.load else None
        return None if value is None else lambda _: value

    def check(self, words: Words) -> None:
        """Whether settings can be.

        Raises:
            Illegal: 03, no such type, or a nominal current of nothing.
        """
        for registers in self._registers.values():
            told = {leaf: words[at] for leaf, at in registers.items() if at in words}
            if not 1 <= told.get("type", 1) <= len(LOAD_TYPES):
                raise Illegal(ILLEGAL_VALUE)
            if not told.get("inom", 1) or told.get("enabled", 0) > 1:
                raise Illegal(ILLEGAL_VALUE)

    def refresh(self, kept: Words) -> frozenset[int]:
        """Take what clients wrote so far; returns the numbers of the loads that changed."""
        now = {
            number: load
            for number, registers in self._registers.items()
            if (
                load := self._load(
                    number, {k: kept[at] for k, at in registers.items() if at in kept}
                )
            )
        }
        numbers = self.loads.keys() | now.keys()
        changed = frozenset(n for n in numbers if self.loads.get(n) != now.get(n))
        self.loads = now
        return changed

    def _load(self, number: int, told: Mapping[str, int]) -> LoadPlan | None:
        planned = self._planned.get(number)
        if not told.get("enabled", planned is not None):
            return None
        load = planned or LoadPlan(number=number)
        update: dict[str, object] = {}
        if "type" in told:
            update["type"] = LOAD_TYPES[told["type"] - 1]
        if "inom" in told:
            update["nominal"] = float(told["inom"])
        return load.model_copy(update=update)
