"""What can be ordered of a running plant."""

from digigate.simulator.orders.contacts import ContactOrders
from digigate.simulator.orders.faults import FaultOrders
from digigate.simulator.orders.plugs import PlugOrders
from digigate.simulator.orders.slaves import SlaveOrders
from digigate.simulator.orders.table import Table
from digigate.simulator.orders.time import TimeOrders

__all__ = ["ContactOrders", "FaultOrders", "PlugOrders", "SlaveOrders", "Table", "TimeOrders"]
