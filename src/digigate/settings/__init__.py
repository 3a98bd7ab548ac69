"""What the user wants: sections, the topology, and the files that hold them."""

from digigate.settings.agreement import Problem, check, check_change, problems
from digigate.settings.file import SettingsFile, TopologyFile
from digigate.settings.kept import KeptTopology
from digigate.settings.layers import KeptSettings
from digigate.settings.sections import Settings
from digigate.settings.topology import Topology

__all__ = [
    "KeptSettings",
    "KeptTopology",
    "Problem",
    "Settings",
    "SettingsFile",
    "Topology",
    "TopologyFile",
    "check",
    "check_change",
    "problems",
]
