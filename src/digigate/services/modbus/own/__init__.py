"""The gateway's own unit: registers by name, orders by register."""

from digigate.services.modbus.own.sight import Search, Sight
from digigate.services.modbus.own.table import OwnTable
from digigate.services.modbus.own.unit import MayDestroy, OwnUnit

__all__ = ["MayDestroy", "OwnTable", "OwnUnit", "Search", "Sight"]
