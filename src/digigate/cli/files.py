"""Read what the user hands over on the command line."""

from pathlib import Path

from digigate.catalogue import Catalogue
from digigate.settings import SettingsFile, TopologyFile, check
from digigate.settings.sections import Settings
from digigate.settings.topology import Topology


def read_settings(path: Path) -> Settings:
    """A settings file.

    Raises:
        SettingsError: it is missing or wrong; the text names file, field and what is allowed.
    """
    return SettingsFile(path).load()


def read_topology(path: Path, settings: Settings) -> Topology:
    """A topology file that fits the settings and the catalogue; raises as `read_settings`."""
    topology = TopologyFile(path).load()
    check(settings, topology, Catalogue.load())
    return topology
