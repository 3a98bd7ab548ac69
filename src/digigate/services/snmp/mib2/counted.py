"""The groups ip, icmp, tcp and udp, which the kernel counts under the same names (RFC 1213)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digigate.services.snmp.ber import Oid, integer
from digigate.services.snmp.mib2.elements import counter, gauge
from digigate.services.snmp.mib2.host import HostWatch
from digigate.services.snmp.objects import Scalars

MIB2: Oid = (1, 3, 6, 1, 2, 1)
NUMBERS = frozenset(
    ("Forwarding", "DefaultTTL", "ReasmTimeout", "RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn")
)
"""What is no counter: the largest number of connections is -1 where there is no such limit."""
GAUGES = frozenset(("CurrEstab",))
TABLE = "-"


@dataclass(frozen=True, slots=True)
class Group:
    """The scalars of one group in the order of their arcs, by the kernel's names."""

    arc: int
    name: str
    scalars: tuple[str, ...]


GROUPS = (
    Group(
        4,
        "Ip",
        (
            *("Forwarding", "DefaultTTL", "InReceives", "InHdrErrors", "InAddrErrors"),
            *("ForwDatagrams", "InUnknownProtos", "InDiscards", "InDelivers", "OutRequests"),
            *("OutDiscards", "OutNoRoutes", "ReasmTimeout", "ReasmReqds", "ReasmOKs"),
            *("ReasmFails", "FragOKs", "FragFails", "FragCreates"),
        ),
    ),
    Group(
        5,
        "Icmp",
        (
            *("InMsgs", "InErrors", "InDestUnreachs", "InTimeExcds", "InParmProbs"),
            *("InSrcQuenchs", "InRedirects", "InEchos", "InEchoReps", "InTimestamps"),
            *("InTimestampReps", "InAddrMasks", "InAddrMaskReps", "OutMsgs", "OutErrors"),
            *("OutDestUnreachs", "OutTimeExcds", "OutParmProbs", "OutSrcQuenchs"),
            *("OutRedirects", "OutEchos", "OutEchoReps", "OutTimestamps"),
            *("OutTimestampReps", "OutAddrMasks", "OutAddrMaskReps"),
        ),
    ),
    Group(
        6,
        "Tcp",
        (
            *("RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn", "ActiveOpens", "PassiveOpens"),
            *("AttemptFails", "EstabResets", "CurrEstab", "InSegs", "OutSegs", "RetransSegs"),
            *(TABLE, "InErrs", "OutRsts"),
        ),
    ),
    Group(7, "Udp", ("InDatagrams", "NoPorts", "InErrors", "OutDatagrams")),
)


def counted(watch: HostWatch) -> Scalars:
    """All of them; what this kernel does not count has no instance."""
    objects: dict[Oid, Callable[[], bytes | None]] = {}
    for group in GROUPS:
        for arc, name in enumerate(group.scalars, 1):
            if name != TABLE:
                objects[*MIB2, group.arc, arc] = _reader(watch, group.name, name)
    return Scalars(objects)


def _reader(watch: HostWatch, group: str, name: str) -> Callable[[], bytes | None]:
    form = integer if name in NUMBERS else gauge if name in GAUGES else counter
    nothing: Mapping[str, int] = {}

    def read() -> bytes | None:
        value = watch.network.counters.get(group, nothing).get(name)
        return None if value is None else form(value)

    return read
