"""What distinguishes two topologies, as data: for previews, the command line and pages."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from digigate.settings.sections import Section
from digigate.settings.topology import Device, Topology


class ChangeKind(StrEnum):
    """What happened to one entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


class Entry(StrEnum):
    """What a topology is made of."""

    GATEWAY = "gateway"
    DEVICE = "device"
    LOAD = "load"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that came, went, moved or has another value in one field.

    `key` is that of a gateway, the address of a device, or `address/number` of a load; a device
    that changed its address is named by the former one.
    """

    kind: ChangeKind
    entry: Entry
    key: str
    name: str = ""  # of the entry, for people
    field: str = ""  # of a change
    old: Any = None  # as it stands in JSON; of a move, the position from 1
    new: Any = None

    def __str__(self) -> str:
        who = f"{self.entry} {self.key}" + (f" ({self.name})" if self.name else "")
        match self.kind:
            case ChangeKind.CHANGED:
                return f"{who}: {self.field} {_shown(self.old)} -> {_shown(self.new)}"
            case ChangeKind.MOVED:
                return f"{who}: moved from position {self.old} to {self.new}"
            case _:
                return f"{who}: {self.kind}"


def difference(old: Topology, new: Topology) -> tuple[Change, ...]:
    """All changes: gateways first, then devices in the order of the new topology.

    A device is known by its address, and elsewhere by its NET ID or serial number.
    """
    gateways = _entries(
        Entry.GATEWAY, {g.key: g for g in old.gateways}, {g.key: g for g in new.gateways}
    )
    former = _paired(old.devices, new.devices)
    olds = {str(d.address): d for d in old.devices}
    news = {str(former.get(d.address, d.address)): d for d in new.devices}
    devices = _entries(Entry.DEVICE, olds, news, leave={"loads"})
    loads = [
        change
        for key, device in news.items()
        if key in olds
        for change in _load_changes(key, olds[key], device)
    ]
    return (*gateways, *devices, *loads)


def _paired(old: Iterable[Device], new: Sequence[Device]) -> dict[int, int]:
    """New address -> old address of the same device at another place."""
    stayed = {d.address for d in old} & {d.address for d in new}
    gone = {_identity(d): d.address for d in old if d.address not in stayed and _identity(d)}
    return {
        d.address: gone[_identity(d)]
        for d in new
        if d.address not in stayed and _identity(d) in gone
    }


def _identity(device: Device) -> tuple[object, ...]:
    if device.net_id:
        return ("net_id", device.net_id)
    return ("serial", device.serial) if device.serial.strip("0") else ()


def _load_changes(key: str, old: Device, new: Device) -> Iterable[Change]:
    return _entries(
        Entry.LOAD,
        {f"{key}/{load.number}": load for load in old.loads},
        {f"{key}/{load.number}": load for load in new.loads},
    )


def _entries(
    entry: Entry,
    old: Mapping[str, Section],
    new: Mapping[str, Section],
    leave: set[str] | None = None,
) -> list[Change]:
    changes = [
        Change(ChangeKind.REMOVED, entry, key, _name(old[key])) for key in old if key not in new
    ]
    for key, section in new.items():
        if key not in old:
            changes.append(Change(ChangeKind.ADDED, entry, key, _name(section)))
        else:
            changes += _fields(entry, key, old[key], section, leave or set())
    return changes + _moves(entry, old, new)


def _fields(entry: Entry, key: str, old: Section, new: Section, leave: set[str]) -> list[Change]:
    before, after = (s.model_dump(mode="json", exclude=leave) for s in (old, new))
    return [
        Change(ChangeKind.CHANGED, entry, key, _name(old), field, before[field], after[field])
        for field in after
        if before[field] != after[field]
    ]


def _moves(entry: Entry, old: Mapping[str, Section], new: Mapping[str, Section]) -> list[Change]:
    """The fewest entries whose moving makes one order of the other."""
    before, after = (
        [key for key in side if key in other] for side, other in ((old, new), (new, old))
    )
    stay = _rising([before.index(key) for key in after])
    return [
        Change(
            ChangeKind.MOVED, entry, key, _name(new[key]),
            old=list(old).index(key) + 1, new=list(new).index(key) + 1,
        )
        for key in after
        if before.index(key) not in stay
    ]  # fmt: skip


def _rising(numbers: Sequence[int]) -> set[int]:
    """A longest rising run of numbers, not necessarily neighbours."""
    ends: list[int] = []
    runs: list[list[int]] = []
    for number in numbers:
        place = bisect_left(ends, number)
        run = [*(runs[place - 1] if place else []), number]
        ends[place : place + 1] = [number]
        runs[place : place + 1] = [run]
    return set(runs[-1]) if runs else set()


def _name(section: Section) -> str:
    return str(getattr(section, "name", ""))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "(empty)" if value == "" else str(value)
