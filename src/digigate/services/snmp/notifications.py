"""What managers can be told: the notifications of the MIB and what each says, as data rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from digigate.catalogue.tables import rows
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.measures import DATA, PRODUCTS

NOTIFICATIONS: Oid = (*PRODUCTS, 90, 0)
"""The 0 lets a manager of SNMPv1 see the same number as one of SNMPv2 (RFC 3584 §3.1)."""


@dataclass(frozen=True, slots=True)
class NotificationObject:
    """One object that notifications tell; without a syntax it is a column of another table."""

    name: str
    oid: Oid
    syntax: str
    text: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One notification: its OID, its objects in the order of its varbinds, and what it means."""

    name: str
    oid: Oid
    objects: tuple[NotificationObject, ...]
    text: str


@cache
def kinds() -> Mapping[str, Kind]:
    """Every notification of ours by name, in the order of their numbers."""
    found = rows(DATA / "notifications.csv", "number,name,objects,text")
    return {
        row.text("name"): Kind(
            row.text("name"),
            (*NOTIFICATIONS, row.whole("number")),
            _told_by(row.text("objects")),
            row.text("text"),
        )
        for row in found
    }


def _told_by(group: str) -> tuple[NotificationObject, ...]:
    return tuple(
        NotificationObject(
            row.text("name"),
            (*PRODUCTS, *map(int, row.text("oid").split("."))),
            row.cells["syntax"],
            row.cells["text"],
        )
        for row in rows(DATA / "notification-objects.csv", "name,oid,syntax,objects,text")
        if group in row.cells["objects"].split()
    )
