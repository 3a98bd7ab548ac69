"""What a daemon is started with, and which topology that means."""

from dataclasses import dataclass
from pathlib import Path

from digigate.daemon.plant import PlantSite
from digigate.settings import TopologyFile
from digigate.settings.sections import Settings
from digigate.settings.topology import Topology
from digigate.state import StateDirectory


@dataclass(frozen=True, slots=True)
class Start:
    """What a daemon is started with."""

    state: Path
    settings: Settings
    topology: Topology | None = None  # None = the one kept in the state directory
    settings_file: Path | None = None  # read anew on SIGHUP
    plant: PlantSite | None = None
    speed: float = 1.0
    warm: bool = False  # started anew by an order, with nothing configured otherwise
    slots: Path | None = None  # where releases lie; None = in the state directory

    @property
    def slots_in(self) -> Path:
        """Where releases lie."""
        return self.slots or self.state / "slots"


@dataclass(frozen=True, slots=True)
class Relaunch:
    """What was installed is to run now: end this program and launch it again."""


def kept_topology(state: StateDirectory, start: Start) -> Topology:
    """The topology to begin with: the one given, else the one kept in the state directory.

    That of a simulated plant counts only where the plant is another one than at the last start:
    what people have edited since stays.
    """
    file, given = TopologyFile(state.file("topology.yaml")), start.topology
    edited = start.plant is not None and _drawn_before(start.plant) and file.path.exists()
    if given is None or edited:
        return file.load()
    file.save(given)
    return given


def _drawn_before(site: PlantSite) -> bool:
    """Whether the plant gave the same topology at the last start; remembers it for the next."""
    file, drawn = TopologyFile(site.drawn), site.topology()
    if file.load() == drawn:
        return True
    site.folder.mkdir(parents=True, exist_ok=True)
    file.save(drawn)
    return False
