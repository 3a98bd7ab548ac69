"""What the gateway may call where the rules hold for that, too: names are resolved first."""

import asyncio
import socket

from digigate.errors import SettingsError, Unreachable
from digigate.firewall.gate import Gate
from digigate.firewall.rules import Protocol, plain

PATIENCE = 10.0  # seconds for the resolver
KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


async def admitted(gate: Gate, host: str, port: int, protocol: Protocol = "tcp") -> str:
    """The address at which the gateway may call a server; the host itself where no rule asks.

    Call this and no name: a name can mean another address a moment later.

    Raises:
        SettingsError: the rules name none of its addresses.
        Unreachable: the name has no address.
    """
    if not gate.guards_outgoing:
        return host
    addresses = await _resolved(host, port, protocol)
    named = (each for each in addresses if gate.admits_outgoing(each, protocol, port))
    address = next(named, None)
    if address is None:
        raise SettingsError(
            f"the firewall's rules do not let the gateway call {host} at {protocol} port {port}:"
            f" add a rule for {' or '.join(addresses)}, or leave what it calls free"
        )
    return address


async def _resolved(host: str, port: int, protocol: Protocol) -> tuple[str, ...]:
    """Each address once, in the order in which they are to be tried."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PATIENCE):
            found = await loop.getaddrinfo(host, port, type=KINDS[protocol])
    except (OSError, UnicodeError) as error:  # OSError: also what the resolver says, and no answer
        raise Unreachable(f"{host} has no address: {error or 'no answer'}") from error
    return tuple(dict.fromkeys(plain(str(place[0])) for *_, place in found))
