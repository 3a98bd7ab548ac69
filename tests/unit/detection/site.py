"""A gateway's ground for a search over wires in memory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from digigate.bus.detection.asking import Questions
from digigate.bus.detection.ground import Ground, SearchedLine, Wishes
from digigate.bus.detection.progress import Board
from digigate.bus.detection.report import Conflict, Report, Status
from digigate.bus.detection.search import Search
from digigate.bus.detection.settling import Limits
from digigate.catalogue import Catalogue
from digigate.settings.sections import DetectionMode, Resolution
from digigate.settings.topology import BusName, Topology
from fieldbus.wire import Wire, WireSlave

CATALOGUE = Catalogue.load()
DIGIWARE, RS485 = BusName.DIGIWARE, BusName.RS485
NOTHING = Topology()
FAST, COMPLETE = DetectionMode.FAST, DetectionMode.COMPLETE
BUTTONS, AUTOMATIC = Resolution.BUTTONS, Resolution.AUTOMATIC


def slave(model: str, address: int, net_id: int = 0, serial: str = "") -> WireSlave:
    """A slave of a model of the catalogue; without a NET ID it obeys nothing private."""
    return WireSlave(CATALOGUE.models[model], address, net_id, serial, obeys=bool(net_id))


def slaves(count: int, address: int = 5, first: int = 0x101) -> list[WireSlave]:
    """So many I-30 at one address, with NET IDs from `first` on."""
    return [slave("digiware-i30", address, first + k, f"2417102{k:04}") for k in range(count)]


@dataclass
class Site:
    """Both buses, what is known of them and what a search told."""

    wires: Mapping[BusName, Wire]
    private: bool = True
    former: Topology = NOTHING
    gateway: int = 1
    baudrate: int = 38400
    told: list[Status] = field(default_factory=list)
    conflicts: list[tuple[Conflict, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.board = Board(lambda: self.told.append(self.board.status))

    def search(self, wishes: Wishes) -> Search:
        """A search that is ready to run."""
        lines = {
            bus: SearchedLine(Questions(wire), self.private, 0.3, 0.5, "38400 Bd 8N1")
            for bus, wire in self.wires.items()
        }
        idle = {bus: "no port is set" for bus in BusName if bus not in self.wires}
        limits = Limits(self.baudrate)
        ground = Ground(CATALOGUE, self.former, self.gateway, limits, lines, idle)
        return Search(ground, wishes, self.board, self._conflicted)

    def _conflicted(self, found: Collection[Conflict], searched: Collection[BusName]) -> None:
        self.conflicts.append(tuple(found))

    async def run(
        self, mode: DetectionMode = FAST, resolve: Resolution = AUTOMATIC, *, keep: bool = True
    ) -> tuple[Topology, Report]:
        """Search to the end; buttons are waited for no longer than a moment."""
        return await self.search(Wishes(mode, resolve, keep, press_within=0.5)).run()


def addresses(topology: Topology) -> list[int]:
    """The addresses of all devices, in order."""
    return [device.address for device in topology.devices]
