"""What a slave found on a line says of itself: identification block 50000, serial and NET ID."""

from dataclasses import dataclass

from digigate.bus.detection.asking import Hearing, Questions, Voice
from digigate.bus.detection.report import Sighting
from digigate.bus.identification import IDENTIFICATION, MAGIC, identify
from digigate.catalogue import Catalogue, Model
from digigate.errors import SlaveException, SlaveTimeout
from digigate.settings.topology import BusName, Load

_PLATE = IDENTIFICATION.start, IDENTIFICATION.count


@dataclass(slots=True, eq=False)
class Slave:
    """One slave under search: where it is now, and who it is.

    `handle` is its NET ID where it obeys the private addressing mechanism, else None. `moved` is
    the address that it had when found, if it has another now.
    """

    bus: BusName
    address: int
    name: str
    model: Model | None = None
    serial: str = ""
    net_id: int = 0
    handle: int | None = None
    moved: int | None = None
    loads: tuple[Load, ...] | None = None  # None = not read

    @property
    def sighting(self) -> Sighting:
        """As it is told."""
        key = self.model.key if self.model else ""
        return Sighting(self.bus, self.address, self.name, key, self.serial, self.net_id)


@dataclass(frozen=True, slots=True)
class Reader:
    """Identifies the slaves of one bus."""

    bus: BusName
    questions: Questions
    catalogue: Catalogue

    async def identify(self, unit: int, address: int, hearing: Hearing | None = None) -> Slave:
        """Who answers at `unit`; `hearing` is its block 50000 where that has been read already.

        Raises:
            LineDown: the line is lost.
        """

        async def ask(start: int, count: int) -> bytes:
            if hearing is not None and (start, count) == _PLATE:
                return hearing.words
            return await self.questions.words(unit, start, count)

        nameless = Slave(self.bus, address, "a device that does not identify itself")
        if hearing is not None and hearing.voice is not Voice.CLEAR:
            return nameless
        try:
            who = await identify(ask, self.catalogue)
        except (SlaveException, SlaveTimeout):
            return nameless
        name = who.plate.words if who.plate.magic == MAGIC else "a device that is not SOCOMEC's"
        return Slave(self.bus, address, name, who.model, who.plate.serial, who.net_id)
