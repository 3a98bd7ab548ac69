"""RTU frames north: over TCP, on the USB port, and on RS485 beside other slaves."""

from digigate.services.modbus.rtu.port import SerialDoor
from digigate.services.modbus.rtu.slave import RtuSlave
from digigate.services.modbus.rtu.stream import RtuConnection, RtuPort

__all__ = ["RtuConnection", "RtuPort", "RtuSlave", "SerialDoor"]
