"""Modbus north: the gateway's own registers and the way to each slave, through several doors."""

from digigate.services.modbus.client import Client
from digigate.services.modbus.connection import Connection
from digigate.services.modbus.hall import Hall
from digigate.services.modbus.handler import ALWAYS_OWN, Handler
from digigate.services.modbus.own import OwnTable, OwnUnit, Search, Sight
from digigate.services.modbus.roles import by_certificate
from digigate.services.modbus.rtu import RtuConnection, RtuPort, RtuSlave, SerialDoor
from digigate.services.modbus.server import Place, TcpDoor

__all__ = [
    "ALWAYS_OWN",
    "Client",
    "Connection",
    "Hall",
    "Handler",
    "OwnTable",
    "OwnUnit",
    "Place",
    "RtuConnection",
    "RtuPort",
    "RtuSlave",
    "Search",
    "SerialDoor",
    "Sight",
    "TcpDoor",
    "by_certificate",
]
