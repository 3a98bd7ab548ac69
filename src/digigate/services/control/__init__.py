"""The owner's door: STATE/control.sock, JSON lines, one command each."""

from digigate.services.control.client import follow, order
from digigate.services.control.server import ControlServer

__all__ = ["ControlServer", "follow", "order"]
