"""What the MIB consists of, whichever data tell it: tables and scalars, each with its objects."""

from collections.abc import Sequence
from dataclasses import dataclass

from digigate.catalogue import Catalogue, Kind
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.measures import METROLOGY, Aspect, Measure, Sheet, sheets
from digigate.services.snmp.notifications import NotificationObject, kinds
from digigate.services.snmp.schema import HIDDEN, Definition, Place, places
from digigate.translations import words

NOTIFIED = "accessible-for-notify"
MEASURED = ("deviceAddress", "loadNumber")
"""The index of every table of measurements."""


@dataclass(frozen=True, slots=True)
class Group:
    """A table, or scalars: then `entry` is empty."""

    name: str
    oid: Oid
    entry: str
    index: Sequence[str]
    text: str
    objects: Sequence[Definition]

    @property
    def shown(self) -> list[str]:
        """What others than the table itself may see."""
        return [each.name for each in self.objects if each.access != HIDDEN]


def groups() -> list[Group]:
    """Everything but the notifications, in rising order."""
    found = [_of_place(place) for place in places().values()]
    found += [_of_sheet(sheet) for sheet in sheets(Catalogue.load().quantities)]
    return sorted(found, key=lambda group: group.oid)


def _of_place(place: Place) -> Group:
    inside = (*place.oid, 1) if place.entry else place.oid
    told = [_told(each) for each in _notified() if each.oid[:-1] == inside]
    objects = sorted((*place.definitions, *told), key=lambda each: each.arc)
    return Group(place.name, place.oid, place.entry, place.index, place.text, objects)


def _notified() -> list[NotificationObject]:
    """What only notifications tell, by rising number."""
    objects = {each.oid: each for kind in kinds().values() for each in kind.objects if each.syntax}
    return [objects[oid] for oid in sorted(objects)]


def _told(each: NotificationObject) -> Definition:
    syntax = each.syntax.replace("SnmpAdminString", "ProductText")
    return Definition(each.oid[-1], each.name, syntax, NOTIFIED, "", each.text)


def _of_sheet(sheet: Sheet) -> Group:
    entry = sheet.name.removesuffix("Table") + "Entry"
    objects = [_measured(measure) for measure in sheet.measures]
    return Group(sheet.name, (*METROLOGY, sheet.arc), entry, MEASURED, sheet.text, objects)


def _measured(measure: Measure) -> Definition:
    label = words()[f"quantity.{measure.quantity.key}"]
    text = f"{label}. {measure.text}"
    units = measure.scale.units
    return Definition(measure.arc, measure.name, _syntax(measure), "read-only", units, text)


def _syntax(measure: Measure) -> str:
    if measure.aspect is Aspect.TIME:
        return "DateAndTime"
    if measure.quantity.kind is Kind.CODE:
        return "PowerFactorType"
    return "Integer32" if measure.signed else "Unsigned32"
