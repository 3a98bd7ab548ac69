"""What one SOCOMEC model is: its head, its blocks and its points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from digigate.catalogue.identification import Probe
from digigate.catalogue.library import CACHED, Capability, Entry
from digigate.catalogue.registers import RegisterType, Value, decimals


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
    BY_HAND = "by-hand"  # none: gateways and switches are added by the user


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
    TARIFF_1 = "tariff-1"
    TARIFF_2 = "tariff-2"
    TARIFF_3 = "tariff-3"
    TARIFF_4 = "tariff-4"
    TARIFF_5 = "tariff-5"
    TARIFF_6 = "tariff-6"
    TARIFF_7 = "tariff-7"
    TARIFF_8 = "tariff-8"


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

    name: str  # unique in its model: `current.i1@instant/load2`, `load-settings.inom/load1`
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
    locked: bool = False  # is written only after unlocking (58112)
    access: str = ""  # as the tables print it: `R/RWM@USER`

    @property
    def leaf(self) -> str:
        """The register's own name, without block, load and item: `slave_address`."""
        return self.name.partition("/")[0].partition("[")[0].rpartition(".")[2]


class Form(StrEnum):
    """How a composite's value follows from its parts."""

    SUM = "sum"
    MAGNITUDE = "magnitude"  # of a power factor whose sign is its type (older COUNTIS and DIRIS A)
    DIRECTION = "direction"  # of such a factor: 0 undefined, 1 leading (-), 2 lagging (+)


@dataclass(frozen=True, slots=True)
class Composite:
    """A value made of several points: kWh + residual, value + date, factor and its type.

    `time` names the point with the meter's own date. The composite's age is that of its oldest
    part, its quality that of its worst.
    """

    name: str
    quantity: str
    statistic: Statistic
    load: int
    unit: str
    parts: tuple[Point, ...]
    time: Point | None = None
    form: Form = Form.SUM

    def combine(self, values: Sequence[Value | None]) -> Value | None:
        """The value that the parts' values, in their order, make; None where one is missing."""
        numbers = [value for value in values if isinstance(value, int | float)]
        if len(numbers) != len(self.parts):
            return None
        total = sum(numbers)
        if self.form is Form.MAGNITUDE:
            return abs(total)
        return total if self.form is Form.SUM else _direction(total)

    def split(self, value: float) -> tuple[float, ...]:
        """What each part of a sum holds for `value`: the coarser take all that they can."""
        *coarse, finest = sorted(self.parts, key=lambda part: -part.scale)
        shares, rest = {}, round(value, decimals(finest.scale))
        for part in coarse:
            shares[part.name] = part.scale * (rest // part.scale)
            rest = round(rest - shares[part.name], decimals(finest.scale))
        shares[finest.name] = rest
        return tuple(shares[part.name] for part in self.parts)


def _direction(factor: float) -> int:
    if factor == 0:
        return 0
    return 1 if factor < 0 else 2


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """How many circuits a device can have and how far apart their registers lie."""

    count: int
    stride: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """Logic inputs (FC02, numbering ours): discrete input n - 1 is bit n - 1 of a register."""

    count: int
    state: str  # name of the point


@dataclass(frozen=True, slots=True)
class Outputs:
    """Logic outputs (FC01, FC05, FC15): coil n - 1 is bit n - 1 of each of these registers.

    A mask written to `switch_on` or `switch_off` switches the outputs of its bits; where these are
    empty, no table tells how to command them.
    """

    count: int
    state: str  # name of the point
    switch_on: str = ""
    switch_off: str = ""


@dataclass(frozen=True, eq=False)
class Model:
    """One product: head, declared blocks, points and what is made of them. One object per key.

    Blocks, points and composites of a model that the reader has made are unfolded at first use.
    """

    key: str  # `diris-b30`
    name: str  # `DIRIS B-30`
    family: str  # `diris-b`
    certainty: Certainty
    detection: Detection
    probe: Probe
    loads: LoadPlan
    identification_words: int  # 66 or 69
    blocks: Sequence[Block]
    points: Sequence[Point]
    composites: Sequence[Composite]
    library: Entry | None = None  # where the manual's list has it
    capabilities: frozenset[Capability] = frozenset()
    inputs: Inputs | None = None
    outputs: Outputs | None = None

    @property
    def cached(self) -> bool:
        """Whether the device keeps records that are fetched after an outage (§6.2.2)."""
        return bool(self.capabilities & CACHED)

    def measurements(self, load: int) -> tuple[Point | Composite, ...]:
        """Every point or composite of this load (0 = device) that carries a quantity.

        A composite stands for its parts, which are left out.
        """
        return self._measurements.get(load, ())

    def measurement(
        self, load: int, quantity: str, statistic: Statistic = Statistic.INSTANT
    ) -> Point | Composite | None:
        """Where the model keeps this figure; None where it does not measure it."""
        return self._figures.get((load, quantity, statistic))

    def registers(self, leaf: str) -> tuple[Point, ...]:
        """The registers of this own name, by rising address: `slave_address`, `day`, `action`."""
        return self._leaves.get(leaf, ())

    @cached_property
    def _leaves(self) -> dict[str, tuple[Point, ...]]:
        found: dict[str, list[Point]] = {}
        for point in sorted(self.points, key=lambda each: each.address):
            if point.quantity is None:
                found.setdefault(point.leaf, []).append(point)
        return {leaf: tuple(points) for leaf, points in found.items()}

    @cached_property
    def named(self) -> Mapping[str, Point | Composite]:
        """All points and composites by name."""
        members: tuple[Point | Composite, ...] = (*self.points, *self.composites)
        return {member.name: member for member in members}

    @cached_property
    def _measurements(self) -> dict[int, tuple[Point | Composite, ...]]:
        parts = {part.name for composite in self.composites for part in composite.parts}
        points = (p for p in self.points if p.quantity and p.name not in parts)
        members: tuple[Point | Composite, ...] = (*points, *self.composites)
        found: dict[int, list[Point | Composite]] = {}
        for point in members:
            found.setdefault(point.load, []).append(point)
        return {load: tuple(members) for load, members in found.items()}

    @cached_property
    def _figures(self) -> dict[tuple[int, str | None, Statistic], Point | Composite]:
        return {
            (point.load, point.quantity, point.statistic): point
            for members in self._measurements.values()
            for point in members
        }
