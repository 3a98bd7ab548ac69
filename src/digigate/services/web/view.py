"""All that pages may see, in one place; the daemon fills it in."""

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from digigate.bus.detection import Status as Detection
from digigate.bus.status import LineStatus, SlaveStatus
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.commands import Commands
from digigate.conditions import Conditions
from digigate.firmware.update import Verdict
from digigate.identity import Identity
from digigate.panel import Lamp, Led
from digigate.settings.sections import Settings
from digigate.settings.topology import Topology
from digigate.store import Store
from digigate.supervisor import Health

LoadFirmware = Callable[[AsyncIterable[bytes], str], Awaitable[Verdict]]


class BusView(Protocol):
    """What the bus tells of itself."""

    def lines(self) -> tuple[LineStatus, ...]:
        """Every line, wired or not."""

    def slaves(self) -> dict[int, SlaveStatus]:
        """Every slave of the topology by address."""


@dataclass(frozen=True, slots=True)
class View:
    """Read-only eyes on the gateway; getters, because settings and topology are replaced whole."""

    identity: Identity
    settings: Callable[[], Settings]
    topology: Callable[[], Topology]
    store: Store
    bus: BusView
    health: Callable[[], Sequence[Health]]
    ports: Callable[[], Mapping[str, int]]
    conditions: Conditions
    clock: Clock
    catalogue: Catalogue
    commands: Commands
    detection: Callable[[], Detection]
    load_firmware: LoadFirmware
    lamps: Callable[[], Mapping[Led, Lamp]]
    documents: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """What writes each of the files that other programs want, by name."""
