"""Orders about what is wired to a slave beside its loads."""

from typing import Annotated, Literal, Protocol

from pydantic import Field

from digigate.simulator.naming import Named, Roll
from digigate.simulator.orders.table import Entries, Json, OfSlave

Number = Annotated[int, Field(ge=1, le=16)]


class OfContacts(OfSlave):
    """Which input or output to switch, or what an analog input or a pulse meter is to see."""

    state: Literal["on", "off"] | None = None
    input: Number | None = None
    output: Number | None = None
    analog: Number | None = None
    value: float | None = None
    pulses: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class Wired(Protocol):
    """The inputs and outputs of one slave."""

    @property
    def inputs(self) -> tuple[int, ...]:
        """Those that are on."""
        ...

    @property
    def outputs(self) -> tuple[int, ...]:
        """Those that are on."""
        ...

    def switch_input(self, number: int, *, on: bool) -> None:
        """Open or close what is wired to an input."""
        ...

    def switch_output(self, number: int, *, on: bool) -> None:
        """Switch an output."""
        ...

    def add_pulses(self, number: int, count: int) -> None:
        """Let a pulse meter count so many at once."""
        ...

    def set_analog(self, number: int, value: float) -> None:
        """Let an analog input measure this from now on."""
        ...


class Connected(Named, Protocol):
    """A slave as these orders know it."""

    @property
    def contacts(self) -> Wired:
        """Its inputs and outputs."""
        ...


class ContactOrders:
    """What can be done to inputs and outputs."""

    def __init__(self, roll: Roll[Connected]) -> None:
        self._roll = roll
        self.entries: Entries = {"io": (OfContacts, self._act)}

    def _act(self, asked: OfContacts) -> Json:
        slave = self._roll.find(asked.slave)
        contacts = slave.contacts
        if asked.input and asked.pulses is not None:
            contacts.add_pulses(asked.input, asked.pulses)
        elif asked.input:
            contacts.switch_input(asked.input, on=_state(asked))
        if asked.output:
            contacts.switch_output(asked.output, on=_state(asked))
        if asked.analog:
            if asked.value is None:
                raise ValueError("io: say what it measures, as in io 5 analog=1 value=420")
            contacts.set_analog(asked.analog, asked.value)
        told = {"inputs": list(contacts.inputs), "outputs": list(contacts.outputs)}
        return {"slave": self._roll.name(slave), **told}


def _state(asked: OfContacts) -> bool:
    if asked.state is None:
        raise ValueError("io: say on or off, as in io 5 input=1 on")
    return asked.state == "on"
