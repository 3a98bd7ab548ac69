"""Modbus north: TCP for at most 32 clients, the gateway's own registers, the way to each slave."""

from digigate.services.modbus.handler import Handler
from digigate.services.modbus.own import OwnUnit
from digigate.services.modbus.server import ModbusTcpServer

__all__ = ["Handler", "ModbusTcpServer", "OwnUnit"]
