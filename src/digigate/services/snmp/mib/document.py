"""The MIB as a text: one head written by hand, and every object from the rows of the data."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from textwrap import wrap

from digigate.services.snmp.measures import PRODUCTS
from digigate.services.snmp.mib.groups import Group, groups
from digigate.services.snmp.notifications import NOTIFICATIONS, kinds
from digigate.services.snmp.schema import HIDDEN, Definition

FILE = "SOCOMEC-DIRIS-PRODUCTS-MIB.txt"
HEAD = Path(__file__).with_name("head.txt")
PARENTS = {
    10: "productIdentification",
    20: "productMetrology",
    30: "productInputsOutputs",
    40: "productAlarms",
    50: "productCommands",
    90: "productNotifications",
}
"""Nodes of the head, by the arc below socomecProducts."""
COMPLIANCE, GROUPS = 1, 2
WIDTH = 72


@cache
def document() -> str:
    """The whole module.

    Raises:
        CatalogueError: a row of the data is wrong.
    """
    found = groups()
    lines = [HEAD.read_text(encoding="utf-8")]
    for group in found:
        lines += _table(group) if group.entry else _scalars(group)
    lines += _notifications()
    lines += _conformance(found)
    return "\n".join(lines) + "\nEND\n"


def _scalars(group: Group) -> Iterator[str]:
    yield f"{group.name} OBJECT IDENTIFIER ::= {_placed(group)}"
    yield ""
    for each in group.objects:
        yield from _object(each, group.name)


def _table(group: Group) -> Iterator[str]:
    row = group.entry[0].upper() + group.entry[1:]
    table = Definition(group.oid[-1], group.name, f"SEQUENCE OF {row}", HIDDEN, "", group.text)
    entry = Definition(1, group.entry, row, HIDDEN, "", f"One row of {group.name}.")
    yield from _object(table, PARENTS[group.oid[len(PRODUCTS)]])
    yield from _object(entry, group.name, group.index)
    yield f"{row} ::= SEQUENCE {{"
    yield ",\n".join(f"    {each.name} {each.type}" for each in group.objects)
    yield from ("}", "")
    for each in group.objects:
        yield from _object(each, group.entry)


def _object(each: Definition, parent: str, index: Sequence[str] = ()) -> Iterator[str]:
    yield f"{each.name} OBJECT-TYPE"
    yield f"    SYNTAX      {each.syntax}"
    if each.units:
        yield f'    UNITS       "{each.units}"'
    yield f"    MAX-ACCESS  {each.access}"
    yield from _described(each.text)
    if index:
        yield f"    INDEX       {{ {', '.join(index)} }}"
    yield f"    ::= {{ {parent} {each.arc} }}"
    yield ""


def _described(text: str) -> Iterator[str]:
    yield "    STATUS      current"
    yield "    DESCRIPTION"
    yield "\n".join(f"        {line}" for line in wrap(f'"{_ascii(text)}"', WIDTH))


def _ascii(text: str) -> str:
    """The text in the characters that SMI knows; quotation marks would end it."""
    return text.replace("’", "'").replace('"', "'").encode("ascii", "replace").decode()


def _placed(group: Group) -> str:
    return f"{{ {PARENTS[group.oid[len(PRODUCTS)]]} {group.oid[-1]} }}"


def _notifications() -> Iterator[str]:
    for kind in kinds().values():
        yield f"{kind.name} NOTIFICATION-TYPE"
        yield from _names("OBJECTS    ", [each.name for each in kind.objects])
        yield from _described(kind.text)
        yield f"    ::= {{ notifications {kind.oid[len(NOTIFICATIONS)]} }}"
        yield ""


def _conformance(found: Sequence[Group]) -> Iterator[str]:
    shown = [group for group in found if group.shown]
    names = [f"{group.name}Group" for group in shown] + ["notificationsGroup"]
    yield f"compliances OBJECT IDENTIFIER ::= {{ productConformance {COMPLIANCE} }}"
    yield f"groups OBJECT IDENTIFIER ::= {{ productConformance {GROUPS} }}"
    yield ""
    yield "compliance MODULE-COMPLIANCE"
    yield from _described("What an agent shows that has all of it, as the gateway does.")
    yield "    MODULE"
    yield from _names("    MANDATORY-GROUPS", names)
    yield "    ::= { compliances 1 }"
    yield ""
    for number, group in enumerate(shown, 1):
        yield f"{group.name}Group OBJECT-GROUP"
        yield from _names("OBJECTS    ", group.shown)
        yield from _described(group.text)
        yield f"    ::= {{ groups {number} }}"
        yield ""
    yield "notificationsGroup NOTIFICATION-GROUP"
    yield from _names("NOTIFICATIONS", list(kinds()))
    yield from _described("All notifications.")
    yield f"    ::= {{ groups {len(shown) + 1} }}"
    yield ""


def _names(clause: str, names: Sequence[str]) -> Iterator[str]:
    yield f"    {clause} {{"
    yield "\n".join(f"        {line}" for line in wrap(", ".join(names), WIDTH))
    yield "    }"
