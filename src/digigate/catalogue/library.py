"""The manual's list of products (§11.2.1) and what each of them can record (§6.2.2)."""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """The groups of the list, in its order."""

    GATEWAYS = "gateways"
    DIRIS_B = "diris-b"
    DIGIWARE = "digiware"
    COUNTIS = "countis"
    DIRIS_A = "diris-a"
    SWITCHES = "switches"
    OLD_DIRIS_A = "old-diris-a"


TITLES = {
    Group.GATEWAYS: "Gateways",
    Group.DIRIS_B: "DIRIS B",
    Group.DIGIWARE: "DIRIS Digiware",
    Group.COUNTIS: "COUNTIS",
    Group.DIRIS_A: "DIRIS A",
    Group.SWITCHES: "Switches",
    Group.OLD_DIRIS_A: "Old DIRIS A",
}
"""As the manual heads the groups of its list (§11.2.1)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where the list has a model and what it prints there."""

    group: Group
    place: int  # 1.. within the group
    name: str  # `I-30 dc`


class Capability(StrEnum):
    """The three sets of data that the gateway records."""

    CONSUMPTION = "consumption"  # energies, read live every 10 to 60 minutes
    LOAD_CURVE = "load-curve"  # mean powers that the meter keeps until they are fetched
    TRENDS = "trends"  # other means that it keeps likewise


CACHED = frozenset({Capability.LOAD_CURVE, Capability.TRENDS})
"""What a meter keeps while the link is cut."""
