"""Who may not keep an address, what to do about it, and which address is free: pure functions."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from digigate.bus.detection.plates import Slave
from digigate.bus.detection.report import Conflict, Trouble
from digigate.settings.sections import Resolution
from digigate.settings.topology import BusName

ADDRESSES = range(1, 248)

Place = tuple[BusName, int]


@dataclass(frozen=True, slots=True)
class Claims:
    """Addresses that slaves of this box cannot have: whose they are."""

    gateway: int
    elsewhere: Mapping[int, str] = field(default_factory=dict)
    """By address, who has it though no line of the search brought it up."""

    @property
    def addresses(self) -> frozenset[int]:
        """All of them."""
        return frozenset({self.gateway, *self.elsewhere})


@dataclass(frozen=True, slots=True)
class Contest:
    """A conflict with the slaves themselves; `blind` = somebody there cannot be told apart."""

    place: Place
    trouble: Trouble
    slaves: tuple[Slave, ...]
    blind: bool
    owner: str = ""  # who has the address, where it is TAKEN

    @property
    def solvable(self) -> tuple[Slave, ...]:
        """Those that can be given another address from here."""
        return () if self.blind else tuple(s for s in self.slaves if s.handle is not None)

    def told(self, resolve: Resolution = Resolution.BUTTONS) -> Conflict:
        """For people; `resolve` says who is to solve it."""
        named = sorted(self.slaves, key=lambda slave: slave.net_id)
        sightings = tuple(slave.sighting for slave in named)
        return Conflict(
            *self.place,
            self.trouble,
            sightings,
            self._advice(resolve),
            pressable=bool(self.solvable),
        )

    def _advice(self, resolve: Resolution) -> str:
        bus, address = self.place
        if self.solvable and resolve is Resolution.AUTOMATIC:
            return "the gateway gives them addresses; search again for any that does not obey"
        if self.solvable:
            return "press the front button of each for 2 s, in the order of the wanted addresses"
        if self.trouble is Trouble.SHARED:
            return (
                f"leave one of them connected at a time and give it a free address:"
                f" digigate detect assign {bus} {address} TO"
            )
        whose = "the gateway's own" if self.trouble is Trouble.GATEWAY else f"that of {self.owner}"
        return (
            f"the address is {whose}; give the slave a free one:"
            f" digigate detect assign {bus} {address} TO"
        )


def contests(
    slaves: Iterable[Slave], suspected: Collection[Place], claims: Claims
) -> tuple[Contest, ...]:
    """All conflicts, the first bus first; a slave alone at a free address is in none.

    Where both buses use an address, the first bus keeps it.
    """
    seats: dict[Place, list[Slave]] = {place: [] for place in suspected}
    for slave in slaves:
        seats.setdefault((slave.bus, slave.address), []).append(slave)
    order = {bus: number for number, bus in enumerate(BusName)}
    places = sorted(seats, key=lambda place: (order[place[0]], place[1]))
    owners = dict(claims.elsewhere)
    return tuple(_judged(places, seats, suspected, claims.gateway, owners))


def _judged(
    places: Iterable[Place],
    seats: Mapping[Place, list[Slave]],
    suspected: Collection[Place],
    gateway: int,
    owners: dict[int, str],
) -> Iterator[Contest]:
    for place in places:
        (bus, address), blind = place, place in suspected
        trouble = None
        if address == gateway:
            trouble = Trouble.GATEWAY
        elif blind or len(seats[place]) > 1:
            trouble = Trouble.SHARED
        elif address in owners:
            trouble = Trouble.TAKEN
        if trouble is not None:
            yield Contest(place, trouble, tuple(seats[place]), blind, owners.get(address, ""))
        owners.setdefault(address, f"a slave on the bus {bus}")


class FreeAddresses:
    """Hands out free addresses in rising order, so that the order of asking is theirs."""

    def __init__(self, reserved: Collection[int]) -> None:
        self._reserved = frozenset(reserved)
        self._next = ADDRESSES.start

    def take(self, in_use: Collection[int]) -> int | None:
        """The next address that is neither reserved nor in use; None where all are taken."""
        for address in chain(range(self._next, ADDRESSES.stop), range(ADDRESSES.start, self._next)):
            if address not in self._reserved and address not in in_use:
                self._next = address + 1
                return address
        return None
