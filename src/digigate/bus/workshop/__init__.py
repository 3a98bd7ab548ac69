"""The technician's bench: frames in words, captures, scans, one-off reads and writes."""

from digigate.bus.workshop.decode import Fault, Interpreter, Meaning
from digigate.bus.workshop.naming import Named, meant
from digigate.bus.workshop.oneoff import Change, Shown, change, show, writable
from digigate.bus.workshop.scanning import SPEEDS, Answer, Looked, Speed, scan, scan_speeds
from digigate.bus.workshop.tracing import Listener, Lost, Traced, Wanted

__all__ = [
    "SPEEDS",
    "Answer",
    "Change",
    "Fault",
    "Interpreter",
    "Listener",
    "Looked",
    "Lost",
    "Meaning",
    "Named",
    "Shown",
    "Speed",
    "Traced",
    "Wanted",
    "change",
    "meant",
    "scan",
    "scan_speeds",
    "show",
    "writable",
]
