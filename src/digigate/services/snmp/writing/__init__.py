"""SET: what managers may change, by the same orders as people (docs/snmp-writing.md)."""

from digigate.bus.roster import Roster
from digigate.commands import Commands
from digigate.services.snmp.writing.objects import objects
from digigate.services.snmp.writing.shown import Reread
from digigate.services.snmp.writing.writer import SnmpWriter
from digigate.store import Store


def writer(commands: Commands, roster: Roster, store: Store) -> SnmpWriter:
    """Who carries SETs out."""
    return SnmpWriter(commands, objects(roster, Reread(store, roster)))


__all__ = ["SnmpWriter", "writer"]
