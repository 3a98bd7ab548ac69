"""The composition root: the only room that knows every other."""

from digigate.daemon.demo import demo_start
from digigate.daemon.house import House
from digigate.daemon.logs import configure as configure_log
from digigate.daemon.orders import SPEED_MAX
from digigate.daemon.serving import serve
from digigate.daemon.start import Relaunch, Start

__all__ = ["SPEED_MAX", "House", "Relaunch", "Start", "configure_log", "demo_start", "serve"]
