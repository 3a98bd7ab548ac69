"""The white list as rules that are ready to be compared (§11.3.5)."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from digigate.settings.sections import FirewallRule

ALL = "*"
MacOf = Callable[[str], str | None]
Protocol = Literal["tcp", "udp"]


@dataclass(frozen=True, slots=True)
class Door:
    """Where somebody knocks."""

    service: str
    protocol: Protocol
    port: int


@dataclass(frozen=True, slots=True)
class Match:
    """One rule; None matches everything."""

    mac: str | None
    ip: re.Pattern[str] | str | None
    protocol: str | None
    port: int | None

    def admits(self, client: str, protocol: Protocol, port: int, mac_of: MacOf) -> bool:
        """Whether it lets this client in there; the MAC is looked up only if all else matches."""
        if self.protocol not in {None, protocol} or self.port not in {None, port}:
            return False
        if not self._names(client):
            return False
        return self.mac is None or mac_of(client) == self.mac

    def _names(self, client: str) -> bool:
        if isinstance(self.ip, re.Pattern):
            return self.ip.fullmatch(client) is not None
        return self.ip is None or self.ip == client


def compiled(rules: Iterable[FirewallRule]) -> tuple[Match, ...]:
    """The rules of the settings, ready to be compared."""
    return tuple(
        Match(
            None if rule.mac == ALL else rule.mac,
            _address(rule.ip),
            None if rule.protocol == ALL else rule.protocol,
            None if rule.port == ALL else int(rule.port),
        )
        for rule in rules
    )


def plain(address: str) -> str:
    """An address in its one written form: without its zone, IPv4 inside IPv6 as IPv4."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def _address(text: str) -> re.Pattern[str] | str | None:
    """`192.168.*.*` compares octet by octet; an address without stars in its one written form."""
    if text == ALL:
        return None
    if ALL in text:
        return re.compile(
            r"\.".join(r"\d{1,3}" if part == ALL else part for part in text.split("."))
        )
    return plain(text)
