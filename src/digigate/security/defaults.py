"""The passwords that a gateway leaves the factory with (§11.1); User has none."""

from digigate.settings.profiles import Profile

DEFAULTS: dict[Profile, tuple[str, ...]] = {
    Profile.ADVANCED: ("Avancé", "Advanced"),  # the manual prints the French one
    Profile.TOTEM: ("Totem",),
    Profile.ADMIN: ("Admin",),
    Profile.CYBER: ("Cyber",),
}
"""By profile, in each language of the manual; any of them opens the factory's account."""
