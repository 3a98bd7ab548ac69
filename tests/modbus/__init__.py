"""A small plant without wires: what the tests of the Modbus service ask."""

from modbus.adu import adu, answers
from modbus.line import FakeLine
from modbus.plant import OFFLINE, POLLED, REFUSING, SILENT, STRANGER, UNPOLLED, Plant
from modbus.sight import Site
from modbus.transport import FakeTransport

__all__ = [
    "OFFLINE",
    "POLLED",
    "REFUSING",
    "SILENT",
    "STRANGER",
    "UNPOLLED",
    "FakeLine",
    "FakeTransport",
    "Plant",
    "Site",
    "adu",
    "answers",
]
