"""Auto-detection (§10): which slaves hang on the two buses, and a unique address for each."""

from digigate.bus.detection.detector import CONFLICT, DetectionRooms, Detector
from digigate.bus.detection.ground import PRESS_WITHIN, Wishes
from digigate.bus.detection.hints import complete_only
from digigate.bus.detection.progress import GatewayCom
from digigate.bus.detection.report import (
    BusProgress,
    Cause,
    Conflict,
    Entry,
    Hint,
    HintKind,
    Move,
    Phase,
    Refusal,
    Report,
    Sighting,
    Standing,
    Status,
    Trouble,
)

__all__ = [
    "CONFLICT",
    "PRESS_WITHIN",
    "BusProgress",
    "Cause",
    "Conflict",
    "DetectionRooms",
    "Detector",
    "Entry",
    "GatewayCom",
    "Hint",
    "HintKind",
    "Move",
    "Phase",
    "Refusal",
    "Report",
    "Sighting",
    "Standing",
    "Status",
    "Trouble",
    "Wishes",
    "complete_only",
]
