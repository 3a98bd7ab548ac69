"""What a search starts from and what was ordered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from digigate.bus.detection.asking import Questions
from digigate.bus.detection.settling import Limits
from digigate.catalogue import Catalogue
from digigate.settings.sections import DetectionMode, Resolution
from digigate.settings.topology import BusName, Topology

PRESS_WITHIN = 900.0
"""Ours: seconds without a press after which a search ends, so that measuring goes on."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was ordered."""

    mode: DetectionMode
    resolve: Resolution
    keep: bool = True  # devices that did not answer stay in the topology
    speeds: bool = False  # lines with missing slaves are heard at other speeds too
    press_within: float = PRESS_WITHIN


@dataclass(frozen=True, slots=True)
class SearchedLine:
    """One line that is ours for the search."""

    questions: Questions
    private: bool
    slot: float  # seconds that an empty address takes
    patience: float  # seconds for a slave that is known to be there
    speed: str  # `38400 Bd 8N1`, as a technician checks it


@dataclass(frozen=True, slots=True)
class Ground:
    """What a search starts from; `idle` says why a bus is not searched."""

    catalogue: Catalogue
    former: Topology
    gateway: int
    limits: Limits
    lines: Mapping[BusName, SearchedLine]
    idle: Mapping[BusName, str] = field(default_factory=dict)
