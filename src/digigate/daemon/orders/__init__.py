"""What can be ordered of the gateway, a module per subject; `serving` enters them all."""

from digigate.daemon.orders.clock import SPEED_MAX, enter_clock
from digigate.daemon.orders.reboot import enter_reboot
from digigate.daemon.orders.refreshing import enter_refresh
from digigate.daemon.orders.reports import enter_reports
from digigate.daemon.orders.topology import Planning, enter_topology

__all__ = [
    "SPEED_MAX",
    "Planning",
    "enter_clock",
    "enter_reboot",
    "enter_refresh",
    "enter_reports",
    "enter_topology",
]
