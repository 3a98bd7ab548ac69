"""What managers can be told: the notifications of the MIB and what each says, as data rows."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from digigate.services.snmp.ber import Oid

DATA = Path(__file__).with_name("data")
PRODUCTS: Oid = (1, 3, 6, 1, 4, 1, 4555, 10)
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
    return {
        row["name"]: Kind(
            row["name"], (*NOTIFICATIONS, int(row["number"])), _told_by(row["objects"]), row["text"]
        )
        for row in _rows("notifications.csv")
    }


def _told_by(group: str) -> tuple[NotificationObject, ...]:
    return tuple(
        NotificationObject(
            row["name"],
            (*PRODUCTS, *map(int, row["oid"].split("."))),
            row["syntax"],
            row["text"],
        )
        for row in _rows("notification-objects.csv")
        if group in row["objects"].split()
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
