"""Who may order what, held against §11.1 and not against the table itself."""

from digigate.commands import Command, Stream
from digigate.settings.profiles import ADMINISTRATORS, EVERYBODY, OFFICER, Profile
from house.generate import orders

LOOKING = {"clocks", "counters", "configure.show", "slave.read", "trace.watch"}
"""What User and everybody above may order: diagnostics that change nothing."""
OFFICERS = (
    "accounts", "audit", "authorities", "backup", "certificates", "firewall", "firmware",
    "gateway.factory-reset", "restore", "sessions", "tls.test", "vault",
)  # fmt: skip
"""What protects the gateway, and everything below these names."""
OWNERS = {
    "clock", "clock.speed", "clock.step", "clock.zone", "firmware.piece", "ports", "sockets",
    "status",
}  # fmt: skip
"""For whoever has the state directory: a demo's clock, and this machine's insides."""
COUNTERS = {"counters.reset"}
"""Advanced, and so Totem, may reset counters."""


def entries() -> tuple[Command | Stream, ...]:  # type: ignore[type-arg]
    return orders().entries


def test_every_order_is_of_one_of_the_manual_s_kinds() -> None:
    for entry in entries():
        expected = EVERYBODY if entry.name in LOOKING else ADMINISTRATORS
        if entry.name in OWNERS:
            expected = frozenset()
        elif entry.name in COUNTERS:
            expected = EVERYBODY - {Profile.USER}
        elif any(entry.name == name or entry.name.startswith(f"{name}.") for name in OFFICERS):
            expected = OFFICER
        assert entry.profiles == expected, entry.name


def test_what_user_may_order_changes_nothing() -> None:
    assert [e.name for e in entries() if Profile.USER in e.profiles and e.audited] == []


def test_cyber_may_whatever_anybody_may_and_totem_what_advanced_may() -> None:
    for entry in entries():
        assert not entry.profiles or Profile.CYBER in entry.profiles, entry.name
        assert (Profile.TOTEM in entry.profiles) == (Profile.ADVANCED in entry.profiles), entry.name
