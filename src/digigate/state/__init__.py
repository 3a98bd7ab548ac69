"""What outlives a restart: a locked directory of files that are written whole."""

from digigate.state.atomic import write_atomically
from digigate.state.clockfile import ClockFile, ClockRecord
from digigate.state.directory import StateDirectory
from digigate.state.ports import Ports

__all__ = ["ClockFile", "ClockRecord", "Ports", "StateDirectory", "write_atomically"]
