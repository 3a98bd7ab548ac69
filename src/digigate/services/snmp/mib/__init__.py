"""The MIB that managers load."""

from digigate.services.snmp.mib.document import FILE, document

__all__ = ["FILE", "document"]
