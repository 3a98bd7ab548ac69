"""The five user profiles (§11.1) and how settings name the one that may see or change them."""

from dataclasses import dataclass
from enum import StrEnum


class Profile(StrEnum):
    """User needs no password; each of the others has one. They stand by rank."""

    USER = "user"
    ADVANCED = "advanced"
    TOTEM = "totem"
    ADMIN = "admin"
    CYBER = "cyber"

    @property
    def and_above(self) -> frozenset["Profile"]:
        """This one and those that rank above it."""
        ranks = list(Profile)
        return frozenset(ranks[ranks.index(self) :])


@dataclass(frozen=True, slots=True)
class Access:
    """Who sees and who changes a setting, and whether it takes a reboot to act (§11.2.2).

    `change` is the least profile; None = the owner alone, or an order made for it.
    """

    view: Profile = Profile.USER
    change: Profile | None = Profile.ADMIN
    reboot: bool = False


BY_OFFICER = Access(change=Profile.CYBER)
"""Changed by the cyber-security officer alone."""

EVERYBODY = frozenset(Profile)
"""Diagnostics are visible to all (§11.1)."""
ADMINISTRATORS = frozenset((Profile.ADMIN, Profile.CYBER))
"""Who may change the configuration (§11.1)."""
RESETTERS = ADMINISTRATORS | {Profile.ADVANCED, Profile.TOTEM}
"""Who may let the counters of a slave begin anew: Totem has the rights of Advanced (§11.1)."""
OFFICER = frozenset((Profile.CYBER,))
"""Who may change what protects the gateway (§11.1)."""
