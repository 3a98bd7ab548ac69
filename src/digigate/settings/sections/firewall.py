"""Limits of each client, and who may come at all (§11.3.5)."""

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from digigate.settings.profiles import BY_OFFICER, Access
from digigate.settings.sections.fields import Form, Section, Unit

RULES_MAX = 10
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
GUARDED = Access(change=None)
"""Changed by the owner, or by `firewall.rules`, which knows who would be shut out."""


def mac_or_all(text: str) -> str:
    """Refuse what is neither a MAC address nor `*`; in lower case with colons."""
    plain = text.strip().lower().replace("-", ":")
    if plain != "*" and not MAC.fullmatch(plain):
        raise ValueError(f"{text!r} is no MAC address; write one such as 00:1a:2b:3c:4d:5e, or *")
    return plain


def ip_or_stars(text: str) -> str:
    """Refuse what is neither an IP address, nor one with `*` for some of its numbers, nor `*`."""
    plain = text.strip()
    parts = plain.split(".")
    if plain == "*" or (len(parts) == 4 and "*" in parts and all(map(_octet_or_star, parts))):
        return plain
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        raise ValueError(
            f"{text!r} is no IP address; write one such as 192.168.0.7, 192.168.*.* or *"
        ) from None


def port_or_all(text: str) -> str:
    """Refuse what is neither a port's number nor `*`."""
    plain = text.strip()
    if plain != "*" and not (plain.isascii() and plain.isdigit() and 1 <= int(plain) <= 65535):
        raise ValueError(f"{text!r} is no port; write a number from 1 to 65535, or *")
    return plain


def _octet_or_star(part: str) -> bool:
    return part == "*" or (part.isascii() and part.isdigit() and int(part) <= 255)


class FirewallRule(Section):
    """A line of the white list; `*` stands for all."""

    mac: Annotated[str, AfterValidator(mac_or_all), Form("a MAC address or *"), GUARDED] = "*"
    ip: Annotated[
        str, AfterValidator(ip_or_stars), Form("an IP address, its numbers may be *; or *"), GUARDED
    ] = "*"
    protocol: Annotated[Literal["*", "tcp", "udp"], GUARDED] = "*"
    port: Annotated[
        str,
        BeforeValidator(lambda given: str(given) if type(given) is int else given),
        AfterValidator(port_or_all),
        Form("a port's number or *"),
        GUARDED,
    ] = "*"


class Firewall(Section):
    """Limits per client address over all services (§11.3.5)."""

    kbits: Annotated[int, Field(ge=16, le=1_000_000), Unit("kbit/s"), BY_OFFICER] = 20_000
    requests: Annotated[int, Field(ge=1, le=100_000), Unit("1/s"), BY_OFFICER] = 10_000
    block_seconds: Annotated[Literal[30], Unit("s"), BY_OFFICER] = 30
    """How long who exceeds a limit gets no answer: fixed by §11.3.5."""
    rules: Annotated[
        tuple[FirewallRule, ...], Field(max_length=RULES_MAX), Form("at most 10 rules"), GUARDED
    ] = ()
    """With rules, a client that matches none is dropped; who matches is limited all the same."""
    outgoing: Annotated[bool, GUARDED] = False
    """The rules hold for servers that the gateway calls, too."""
    mirror_to_nftables: Annotated[bool, BY_OFFICER] = False
    """The kernel drops whom we excluded; takes the program nft and the right CAP_NET_ADMIN."""
