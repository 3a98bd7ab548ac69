"""The network interfaces: what /sys/class/net tells of each, with its traffic."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digigate.services.snmp.mib2.proc import Counters

UP = 0x1
PROMISCUOUS = 0x100
FACTS = (
    "ifindex",
    "type",
    "mtu",
    "speed",
    "address",
    "flags",
    "operstate",
    "carrier",
    "ifalias",
)
"""The files of an interface that are read; some say nothing while it is down."""


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface; `kind` by the kernel's numbers of hardware (ARPHRD)."""

    index: int
    name: str
    kind: int
    mtu: int
    speed: int  # Mbit/s; 0 = nobody knows
    mac: bytes
    flags: int
    state: str  # as `operstate` has it
    carrier: bool
    alias: str
    traffic: Mapping[str, int]

    @property
    def enabled(self) -> bool:
        """Whether it is meant to be up."""
        return bool(self.flags & UP)

    @property
    def works(self) -> bool:
        """Whether it is up; loopback and the like know only that they have a carrier."""
        return self.state == "up" or (self.state == "unknown" and self.enabled and self.carrier)


def interfaces(place: Path, traffic: Counters) -> tuple[Interface, ...]:
    """All of them by rising index; none where `place` is not there."""
    try:
        names = [entry.name for entry in place.iterdir()]
    except OSError:
        return ()
    found = (interface(name, _facts(place / name), traffic.get(name, {})) for name in names)
    return tuple(sorted(filter(None, found), key=lambda each: each.index))


def interface(name: str, facts: Mapping[str, str], traffic: Mapping[str, int]) -> Interface | None:
    """One of them from what its files say; None where it has no index (any more)."""
    index = _number(facts, "ifindex")
    if index <= 0:
        return None
    return Interface(
        index,
        name,
        _number(facts, "type"),
        _number(facts, "mtu"),
        max(0, _number(facts, "speed")),
        _mac(facts.get("address", "")),
        _number(facts, "flags"),
        facts.get("operstate", "unknown"),
        _number(facts, "carrier") == 1,
        facts.get("ifalias", ""),
        traffic,
    )


def _facts(place: Path) -> dict[str, str]:
    found = {}
    for fact in FACTS:
        try:
            found[fact] = (place / fact).read_text(errors="replace").strip()
        except OSError:
            continue
    return found


def _number(facts: Mapping[str, str], fact: str) -> int:
    try:
        return int(facts.get(fact, "0"), 0)
    except ValueError:
        return 0


def _mac(text: str) -> bytes:
    """The octets; none where they are all zero, as loopback has them."""
    try:
        octets = bytes.fromhex(text.replace(":", ""))
    except ValueError:
        return b""
    return octets if any(octets) else b""
