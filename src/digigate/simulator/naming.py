"""How an order names a slave: address, NET ID, serial, name, or its place in the plant file."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from digigate.simulator.plant import SlavePlan


class Named(Protocol):
    """A slave with all that may name it."""

    @property
    def address(self) -> int:
        """Where it answers now."""
        ...

    @property
    def plan(self) -> SlavePlan:
        """What the plant file says of it."""
        ...


N_co = TypeVar("N_co", bound=Named, covariant=True)


class Roll(Generic[N_co]):
    """The slaves of a plant, found by whatever name is theirs alone."""

    def __init__(self, slaves: Sequence[N_co]) -> None:
        self._slaves = slaves

    def __iter__(self) -> Iterator[N_co]:
        return iter(self._slaves)

    def find(self, name: str) -> N_co:
        """The one slave of this name.

        Raises:
            ValueError: none has it, or several have; the text says what may be written.
        """
        for naming in NAMINGS:
            found = [
                slave for index, slave in enumerate(self._slaves, 1) if name in naming(index, slave)
            ]
            if len(found) == 1:
                return found[0]
            if found:
                names = ", ".join(map(self.name, found))
                raise ValueError(f"several slaves are called {name}: write {names}")
        allowed = ", ".join(map(self.name, self._slaves))
        raise ValueError(f"no slave {name}; there are {allowed}")

    def name(self, slave: Named) -> str:
        """The shortest name that is this slave's alone."""
        index = next(i for i, each in enumerate(self._slaves, 1) if each is slave)
        for naming in NAMINGS:
            for name in naming(index, slave):
                if self._alone(naming, name):
                    return name
        return f"#{index}"

    def _alone(self, naming: "Naming", name: str) -> bool:
        return sum(name in naming(i, each) for i, each in enumerate(self._slaves, 1)) == 1


Naming = Callable[[int, Named], tuple[str, ...]]


def _net_id(_: int, slave: Named) -> tuple[str, ...]:
    number = slave.plan.net_id
    return (
        (f"0x{number:08X}", f"0x{number:08x}", f"0x{number:X}", f"0x{number:x}") if number else ()
    )


NAMINGS: tuple[Naming, ...] = (
    lambda _, slave: (str(slave.address),),
    _net_id,
    lambda _, slave: (slave.plan.serial,),
    lambda _, slave: (slave.plan.name,) if slave.plan.name else (),
    lambda index, _: (f"#{index}",),
)
"""In the order in which a name is looked for, and in which one is told."""
