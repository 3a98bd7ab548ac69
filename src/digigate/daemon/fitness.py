"""What of the topology in force cannot be served: said as conditions, while all the rest runs."""

from collections.abc import Iterable

from digigate.conditions import Conditions
from digigate.settings import Problem

UNFIT = "topology.unfit"
WHOLE = "topology"  # subject of what concerns no single device


class Fitness:
    """Keeps one condition per device that does not fit the settings or the catalogue."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions

    def judge(self, problems: Iterable[Problem]) -> None:
        """Say these and end what is well again."""
        reasons: dict[str, str] = {}
        for problem in problems:
            subject = WHOLE if problem.address is None else str(problem.address)
            reasons[subject] = "; ".join(filter(None, (reasons.get(subject), str(problem))))
        self._conditions.judge_all(UNFIT, reasons)
