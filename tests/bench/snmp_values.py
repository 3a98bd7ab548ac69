"""The values that both agents of the SNMP bench serve: 192 circuits with 60 quantities each."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from digigate.services.snmp.ber import COUNTER64, GAUGE32, INTEGER, Oid, integer

TABLE: Oid = (1, 3, 6, 1, 4, 1, 4555, 10, 20, 20, 1)
FIRST = 10000
GAUGES, INTEGERS, COUNTERS = 40, 12, 8
COLUMNS = GAUGES + INTEGERS + COUNTERS
CIRCUITS = tuple((address, load) for address in range(1, 33) for load in range(1, 7))
TAGS = (GAUGE32,) * GAUGES + (INTEGER,) * INTEGERS + (COUNTER64,) * COUNTERS


def number(column: int, circuit: tuple[int, int]) -> int:
    """One value; others at every place, so that a wrong one is seen."""
    value = circuit[0] * 100_000 + circuit[1] * 1000 + column
    if TAGS[column] == COUNTER64:
        return value << 20
    return -value if TAGS[column] == INTEGER and column % 2 else value


class Circuits:
    """Values are read from a store and written as octets for each request, as the gateway does."""

    def __init__(self) -> None:
        self.columns: Sequence[Oid] = tuple((*TABLE, FIRST + n) for n in range(COLUMNS))
        self.circuits: Sequence[Oid] = CIRCUITS
        self._store = {row: [number(n, row) for n in range(COLUMNS)] for row in CIRCUITS}

    def rows(self) -> Sequence[Oid]:
        """The circuits, by address and load."""
        return self.circuits

    def value(self, column: int, row: int) -> bytes | None:
        """The value as it is now."""
        return integer(self._store[CIRCUITS[row]][column], TAGS[column])


def write_values(file: Path) -> None:
    """The same for snmpd's module: a line a value, row by row."""
    file.write_text("".join(f"{line}\n" for line in _lines()))


def _lines() -> Iterator[str]:
    for address, load in CIRCUITS:
        for column, tag in enumerate(TAGS):
            value = number(column, (address, load))
            yield f"{FIRST + column} {address} {load} {tag} {value}"
