"""MIB-II (RFC 1213) with ifXTable: the gateway as a machine in its network, as Linux tells it."""

from collections.abc import Callable, Sequence

from digigate.services.snmp.mib2.counted import counted
from digigate.services.snmp.mib2.host import HostWatch
from digigate.services.snmp.mib2.interfaces import interfaces
from digigate.services.snmp.mib2.ip import ip
from digigate.services.snmp.mib2.system import system
from digigate.services.snmp.mib2.transport import transport
from digigate.services.snmp.tree import Table
from digigate.settings.sections import Settings


def tables(
    watch: HostWatch, settings: Callable[[], Settings], uptime: Callable[[], int]
) -> Sequence[Table]:
    """Every group but snmp; `uptime` is sysUpTime, in hundredths of a second."""
    return (
        *system(settings, uptime),
        *interfaces(watch),
        *ip(watch),
        counted(watch),
        *transport(watch),
    )


__all__ = ["HostWatch", "tables"]
