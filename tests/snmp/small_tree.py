"""A small tree with everything that a walk can stumble over."""

from collections.abc import Callable, Sequence
from functools import partial

from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.objects import Scalars

ENTERPRISE: Oid = (1, 3, 6, 1, 4, 1, 4555, 10, 20, 20, 1)
SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
LAST: Oid = (1, 3, 6, 1, 6, 3, 1)
MAKERS: Sequence[Callable[[int], bytes]] = (
    lambda n: ber.integer(n - 5),
    lambda n: ber.integer(n * 100_003, ber.GAUGE32),
    lambda n: ber.integer(n * 2**40, ber.COUNTER64),
    lambda n: ber.tlv(ber.OCTETS, b"x" * (n % 300)),
    lambda n: ber.integer(2**32 - n, ber.COUNTER32),
    lambda n: ber.object_id((1, 3, 6, 1, n)),
    lambda n: ber.tlv(ber.IP_ADDRESS, bytes((10, 0, 0, n % 256))),
    lambda n: ber.integer(n, ber.TIMETICKS),
)


class Metered:
    """Columns of every type over (address, load); some cells are empty."""

    def __init__(self, addresses: int = 6) -> None:
        self.columns: Sequence[Oid] = tuple((*ENTERPRISE, 10000 + n) for n in range(len(MAKERS)))
        self._rows: Sequence[Oid] = tuple(
            (address, load) for address in range(4, 4 + addresses) for load in (1, 2, 300)
        )

    def rows(self) -> Sequence[Oid]:
        return self._rows

    def value(self, column: int, row: int) -> bytes | None:
        if (column + row) % 7 == 3:
            return None
        return MAKERS[column](13 * row + column)


def forest() -> Forest:
    scalars = Scalars({(*SYSTEM, n): partial(MAKERS[n], 42) for n in range(1, 7)})
    last = Scalars({(*LAST, n): partial(MAKERS[n], 7) for n in (2, 5)})
    return Forest((scalars, Metered(), last))
