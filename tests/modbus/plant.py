"""Slaves of every kind behind a handler."""

from digigate.catalogue import (
    Certainty,
    Detection,
    LoadPlan,
    Model,
    Pace,
    Probe,
    RegisterType,
    encode,
)
from digigate.clock import Clock
from digigate.services.modbus import ALWAYS_OWN, Handler
from digigate.settings.sections import Gateway
from digigate.store import Span, Store
from modbus.line import FakeLine
from modbus.sight import Site

POLLED, UNPOLLED, SILENT, OFFLINE, REFUSING, STRANGER = 4, 6, 5, 7, 8, 99
"""In the image · on the line only · known as silent · never answers · has one register · nobody."""

FIRST, COUNT = 18432, 125
GATEWAY = Gateway(address=12, site="Plant 1", net_id=0x0A0B0C0D, serial="23071240815")

MODEL = Model(
    key="test",
    name="TEST",
    family="test",
    certainty=Certainty.OURS,
    detection=Detection.FAST,
    probe=Probe(400, "TEST", "TEST", 60000),
    loads=LoadPlan(1, 0),
    identification_words=66,
    blocks=(),
    points=(),
    composites=(),
)


def register(unit: int, address: int) -> int:
    """What a slave's register holds before anybody writes it."""
    return (unit << 12 ^ address * 7) & 0xFFFF


def identification(name: str) -> dict[int, int]:
    """Registers 50000 to 50065 of a slave with this extended name."""
    block = bytearray(2 * 66)
    texts = {50042: "SOCOMEC", 50050: "COUNTIS", 50058: name}
    numbers = {50004: 100, 50005: 60024, 50018: 2, 50019: 3}
    for address, text in texts.items():
        at = 2 * (address - 50000)
        block[at : at + 16] = encode(text, RegisterType.STRING_NORM, 8)
    for address, number in numbers.items():
        at = 2 * (address - 50000)
        block[at : at + 2] = number.to_bytes(2, "big")
    return {50000 + i: int.from_bytes(block[2 * i : 2 * i + 2], "big") for i in range(66)}


class Plant:
    """A store, a line and the handler over both."""

    def __init__(self, *, writes: bool = True, also: frozenset[int] = ALWAYS_OWN) -> None:
        self.store = Store(Clock())
        words = {u: {a: register(u, a) for a in range(FIRST, FIRST + 300)} for u in (POLLED,)}
        words[UNPOLLED] = {a: register(UNPOLLED, a) for a in range(1000)}
        words[UNPOLLED] |= identification("COUNTIS E24")
        words[SILENT], words[OFFLINE] = dict(words[POLLED]), {}
        words[REFUSING] = {0: 1}
        self.line = FakeLine(self.store, words)
        self.line.silent = {SILENT, OFFLINE}
        for unit in (POLLED, SILENT):
            image = self.store.open(unit, MODEL, [Span(FIRST, COUNT, Pace.INSTANT, "inst", 3600.0)])
            image.put(FIRST, self.octets(unit, FIRST, COUNT))
            image.silent = unit == SILENT
        self.writes = writes
        self.site = Site(GATEWAY)
        self.handler = Handler(
            self.store,
            self.line,
            words.__contains__,
            self.site.own,
            also | {GATEWAY.address},
            lambda: self.writes,
        )

    def octets(self, unit: int, start: int, count: int) -> bytes:
        """Registers of a slave as they are now, as they travel."""
        words = self.line.words[unit]
        return b"".join(words[start + i].to_bytes(2, "big") for i in range(count))
