"""Faults of a whole line: noise on the wire, an adapter that echoes."""

from digigate.simulator.faults.book import Faults
from digigate.simulator.faults.kinds import Kind
from digigate.simulator.faults.spoiling import noisy


class LineFaults(Faults):
    """Those of one line, as the line asks for them."""

    @property
    def echoes(self) -> bool:
        """Whether the master hears itself."""
        return self.find(Kind.ECHO) is not None

    def loses(self) -> bool:
        """Whether noise makes this request unintelligible."""
        return self.strikes(Kind.NOISE) is not None

    def passed(self, frame: bytes) -> bytes:
        """What arrives of an answer."""
        return noisy(frame, self.chance) if self.strikes(Kind.NOISE) else frame
