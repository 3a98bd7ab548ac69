"""Who sits where: the slaves of the topology with their models, and a conversation with each."""

from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from digigate.bus.conversation import Ask, Conversation
from digigate.bus.status import SlaveState, SlaveStatus
from digigate.catalogue import Catalogue, Model
from digigate.errors import SettingsError, SlaveTimeout
from digigate.settings.topology import Device, Topology


class Sessions(Protocol):
    """The bus, as a conversation needs it."""

    def session(self, unit: int, client: Hashable) -> AbstractAsyncContextManager[Ask]:
        """Ask this slave while no other client does."""

    def slaves(self) -> dict[int, SlaveStatus]:
        """All slaves by address."""


class Roster:
    """The devices in force, asked anew each time."""

    def __init__(
        self, bus: Sessions, topology: Callable[[], Topology], catalogue: Catalogue
    ) -> None:
        self._bus = bus
        self._topology = topology
        self._catalogue = catalogue

    @property
    def devices(self) -> tuple[Device, ...]:
        """All of them."""
        return self._topology().devices

    def device(self, unit: int) -> Device:
        """The device at an address.

        Raises:
            SettingsError: there is none.
        """
        device = self._topology().device(unit)
        if device is None:
            known = ", ".join(str(each.address) for each in self.devices) or "none"
            raise SettingsError(f"the topology has no slave {unit}; it has {known}")
        return device

    def model(self, unit: int) -> Model | None:
        """The model at an address; None where there is no device or the catalogue lacks it."""
        device = self._topology().device(unit)
        return self._catalogue.models.get(device.model) if device else None

    def model_on(self, line: str, unit: int) -> Model | None:
        """The model at a unit of one line, where a remote gateway counts its own addresses."""
        for device in self.devices:
            if (device.gateway or device.bus) == line and (device.remote or device.address) == unit:
                return self._catalogue.models.get(device.model)
        return None

    @asynccontextmanager
    async def talk(
        self, unit: int, client: Hashable, *, writing: bool = False
    ) -> AsyncGenerator[Conversation, None]:
        """A conversation with one slave, which no other client interrupts.

        Whoever is writing must know to whom: a slave that has not said who it is, or is another
        than the topology says, is not written to.

        Raises:
            SettingsError: there is no such slave, nobody knows its registers, or it is not sure.
        """
        device, model = self.device(unit), self.model(unit)
        if model is None:
            raise SettingsError(f"the catalogue does not know {device.model!r} of slave {unit}")
        if writing:
            self.assert_identified(unit)

        async def ask(pdu: bytes) -> bytes:
            try:
                return await session(pdu)
            except KeyError as error:
                raise SlaveTimeout(f"slave {unit} has left the topology meanwhile") from error

        async with self._bus.session(unit, client) as session:
            yield Conversation(ask, model)

    def assert_identified(self, unit: int) -> None:
        """Whether somebody may write to a slave now.

        Raises:
            SettingsError: it has not said who it is, or does not answer; the text says which.
        """
        status = self._bus.slaves().get(unit)
        if status is None or status.state is not SlaveState.ONLINE:
            why = f"it is {status.state}, {status.reason}" if status else "nobody asks it"
            raise SettingsError(f"nothing is written to slave {unit}: {why}")
