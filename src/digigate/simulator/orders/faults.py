"""Orders that make things go wrong, and tell what went wrong so far."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Protocol

from pydantic import Field

from digigate.simulator.faults import Book, Fault, Faults, Kind
from digigate.simulator.faults.kinds import AT_ONCE, ON_LINES
from digigate.simulator.naming import Named, Roll
from digigate.simulator.orders.table import Arguments, Entries, Json
from digigate.simulator.plant import Baudrate

Subject = Annotated[str, Field(min_length=1)]
"""A slave by any of its names, or a bus."""


class OfFault(Arguments):
    """One fault: where, what, and as far as its kind takes it, how often, how long, how much."""

    on: Subject
    kind: Kind
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    times: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    seconds: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None
    code: Annotated[int, Field(ge=1, le=255)] | None = None
    baudrate: Baudrate | None = None


class OfFaults(Arguments):
    """Which faults to clear; all where nothing is said."""

    on: Subject | None = None
    kind: Kind | None = None


class OfLog(Arguments):
    """How many of the last injections to tell."""

    last: Annotated[int, Field(ge=1, le=5000)] = 100


class Victim(Named, Protocol):
    """A slave as these orders know it."""

    @property
    def faults(self) -> Faults:
        """Its faults."""
        ...

    def suffer(self, fault: Fault) -> None:
        """Do what a fault does at once, or begin what it does by itself."""
        ...


class FaultOrders:
    """What can go wrong in a plant."""

    def __init__(self, roll: Roll[Victim], lines: Mapping[str, Faults], book: Book) -> None:
        self._roll = roll
        self._lines = lines
        self._book = book
        self.entries: Entries = {
            "fault.set": (OfFault, self._set),
            "fault.clear": (OfFaults, self._clear),
            "fault.list": (Arguments, self._list),
            "fault.log": (OfLog, self._log),
        }

    def _set(self, asked: OfFault) -> Json:
        told = asked.model_dump(exclude={"on", "kind"})
        fault = Fault.of(asked.kind, **told)
        if asked.on in self._lines:
            self._check(asked, line=True)
            self._lines[asked.on].set(fault)
            return {"on": asked.on, **fault.describe()}
        victim = self._roll.find(asked.on)
        self._check(asked, line=False)
        if fault.kind in AT_ONCE:
            victim.faults.note(fault.kind)
        else:
            victim.faults.set(fault)
        victim.suffer(fault)
        return {"on": self._roll.name(victim), **fault.describe()}

    def _check(self, asked: OfFault, *, line: bool) -> None:
        if (asked.kind in ON_LINES) == line:
            return
        if line:
            raise ValueError(f"{asked.on} is a bus; it takes {', '.join(sorted(ON_LINES))}")
        raise ValueError(f"{asked.kind} is for a bus: write {' or '.join(self._lines)}")

    def _clear(self, asked: OfFaults) -> Json:
        for name, faults in self._all():
            if asked.on is None or faults is self._faults(asked.on) or name == asked.on:
                faults.clear(asked.kind)
        return self._list(Arguments())

    def _list(self, _: Arguments) -> Json:
        return {
            name: {
                "active": [fault.describe() for fault in faults.active],
                "injected": {str(kind): count for kind, count in faults.injected.items()},
            }
            for name, faults in self._all()
            if faults.active or faults.injected
        }

    def _log(self, asked: OfLog) -> Json:
        names = {id(faults): name for name, faults in self._all()}
        return [
            {"time": each.moment.isoformat(), "on": names[id(each.of)], "kind": each.kind}
            for each in list(self._book.last)[-asked.last :]
        ]

    def _faults(self, name: str) -> Faults:
        return self._lines[name] if name in self._lines else self._roll.find(name).faults

    def _all(self) -> Iterator[tuple[str, Faults]]:
        yield from ((self._roll.name(victim), victim.faults) for victim in self._roll)
        yield from self._lines.items()
