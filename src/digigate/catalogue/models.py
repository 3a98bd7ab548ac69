"""What one SOCOMEC model is: its head, its blocks and its points."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from digigate.catalogue.registers import RegisterType, Value


class Certainty(StrEnum):
    """How sure a register map is (shown to the user)."""

    OFFICIAL = "official"
    THIRD_PARTY = "third-party"
    OURS = "ours"
    IDENTIFIED_ONLY = "identified-only"


class Detection(StrEnum):
    """The mode of auto-detection that finds the model (§10)."""

    FAST = "fast"
    COMPLETE = "complete"


class Pace(StrEnum):
    """How often a block is worth reading."""

    INSTANT = "instant"  # every cycle
    BOUNDARY = "boundary"  # just after each integration period, and at start
    ROTATING = "rotating"  # one after the other, a little in every cycle
    DEMAND = "demand"  # only when somebody asks


class Statistic(StrEnum):
    """Which figure of a quantity a point holds."""

    INSTANT = "instant"
    AVERAGE = "average"
    MAX = "max"
    MIN = "min"
    AVERAGE_MAX = "average-max"
    AVERAGE_MIN = "average-min"
    TOTAL = "total"  # energies
    PARTIAL = "partial"
    LAST_PARTIAL = "last-partial"
    LAGGING = "lagging"
    LEADING = "leading"


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that the device declares as one: reads never cross its border (facts §2)."""

    name: str
    start: int
    count: int
    pace: Pace
    load: int  # 1.. for a load's own block, 0 for the device's


@dataclass(frozen=True, slots=True)
class Point:
    """One value in the registers of one device: `value = raw * scale` in `unit`."""

    name: str  # unique in its model: `current.i1@instant/load2`, `load1.ct_primary`
    address: int
    words: int
    type: RegisterType
    scale: float
    unit: str
    quantity: str | None  # key of quantities.csv; None for settings, status and the like
    statistic: Statistic
    load: int  # 1..; 0 = the device itself
    block: str
    writable: bool
    source: str


@dataclass(frozen=True, slots=True)
class Composite:
    """A value made of several points: kWh + residual, PF + type, value + date.

    `value` is what the points named add up to; `time` names the point with the meter's own date.
    Its age is that of its oldest part, its quality that of its worst.
    """

    name: str
    quantity: str
    statistic: Statistic
    load: int
    unit: str
    parts: tuple[Point, ...]  # their scaled values are added
    time: Point | None = None

    def combine(self, values: Sequence[Value | None]) -> Value | None:
        """The sum of the parts' values, in their order; None where one is not available."""
        numbers = [value for value in values if isinstance(value, int | float)]
        return sum(numbers) if len(numbers) == len(self.parts) else None


@dataclass(frozen=True, slots=True)
class Probe:
    """How the model answers in the identification block 50000, compared without case and spaces."""

    product_range: int  # 50004: 100 COUNTIS, 200 protection, 300 ATyS, 400 DIRIS
    product_name: str  # 50050
    extended_name: str  # 50058
    order: int  # 50005, ours where not published


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """How many circuits a device can have and how far apart their registers lie."""

    count: int
    stride: int


@dataclass(frozen=True, slots=True)
class Model:
    """One product: head, declared blocks, points and what is made of them."""

    key: str  # `diris-b30`
    name: str  # `DIRIS B-30`
    family: str  # `diris-b`
    certainty: Certainty
    detection: Detection
    probe: Probe
    loads: LoadPlan
    identification_words: int  # 66 or 69
    blocks: tuple[Block, ...]
    points: tuple[Point, ...]
    composites: tuple[Composite, ...]

    def measurements(self, load: int) -> tuple[Point | Composite, ...]:
        """Every point or composite of this load (0 = device) that carries a quantity.

        A composite stands for its parts, which are left out.
        """
        parts = {part.name for composite in self.composites for part in composite.parts}
        points = (p for p in self.points if p.quantity and p.load == load and p.name not in parts)
        return (*points, *(c for c in self.composites if c.load == load))
