"""Whether the product is damaged (§13, system alarm 5): its NET ID, serial number and MAC."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from digigate.conditions import Conditions
from digigate.identity import Identity

DAMAGED = "product.damaged"
NETWORK = Path("/sys/class/net")
ERASED = 0xFFFFFFFF  # what a memory reads that lost its contents
ETHERNET = "1"  # ARPHRD_ETHER

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


class Soundness:
    """Keeps one condition per cause."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions

    def judge(self, identity: Identity, macs: Iterable[str]) -> None:
        """Say what is wrong now and end what is well again."""
        for subject, reason in damages(identity, macs).items():
            self._conditions.judge(DAMAGED, subject, reason)


def damages(identity: Identity, macs: Iterable[str]) -> Mapping[str, str]:
    """What is wrong with each of the three; empty = nothing.

    A NET ID of 0 and a serial number of zeros mean that nobody has set them yet; that is no
    damage. Without any Ethernet interface there is no MAC to be wrong.
    """
    found = tuple(macs)
    return {
        "net_id": "the NET ID FFFFFFFF is invalid" if identity.net_id == ERASED else "",
        "serial": _serial_fault(identity.serial),
        "mac": ""
        if not found or any(map(_is_station, found))
        else f"no network interface has a valid MAC address: {', '.join(found)}",
    }


def host_macs(network: Path = NETWORK) -> tuple[str, ...]:
    """The MAC of each Ethernet interface of this machine."""
    found = []
    for interface in sorted(network.glob("*")):
        try:
            kind = (interface / "type").read_text().strip()
            address = (interface / "address").read_text().strip().lower()
        except OSError:  # it has gone meanwhile
            continue
        if kind == ETHERNET:
            found.append(address)
    return tuple(found)


def _serial_fault(serial: str) -> str:
    """Eleven digits that begin with year and week of manufacture."""
    if not set(serial) - {"0"}:
        return ""
    if not 1 <= int(serial[2:4]) <= 53:
        return f"the serial number {serial} is invalid: {serial[2:4]} is no week of a year"
    return ""


def _is_station(mac: str) -> bool:
    """Whether it is the address of one station: no group, not zero."""
    if not _MAC.fullmatch(mac) or mac == "00:00:00:00:00:00":
        return False
    return not int(mac[:2], 16) & 1
