"""Modbus north: TCP for at most 32 clients, the gateway's own registers, the way to each slave."""

from digigate.services.modbus.client import Client
from digigate.services.modbus.handler import ALWAYS_OWN, Handler
from digigate.services.modbus.own import OwnTable, OwnUnit, Search, Sight
from digigate.services.modbus.server import ModbusTcpServer

__all__ = [
    "ALWAYS_OWN",
    "Client",
    "Handler",
    "ModbusTcpServer",
    "OwnTable",
    "OwnUnit",
    "Search",
    "Sight",
]
