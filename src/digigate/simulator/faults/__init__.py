"""What goes wrong on order, and the book of what did."""

from digigate.simulator.faults.book import Book, Faults, Injection
from digigate.simulator.faults.kinds import Fault, Kind

__all__ = ["Book", "Fault", "Faults", "Injection", "Kind"]
