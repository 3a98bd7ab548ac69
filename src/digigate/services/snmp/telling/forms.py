"""The two ways of v1 and v2c: traps, which are sent and forgotten, and informs."""

import asyncio
import secrets
from collections.abc import Sequence

from digigate.services.snmp import ber
from digigate.services.snmp.pdu import INFORM, RESPONSE, TRAP
from digigate.services.snmp.telling.channel import Channel
from digigate.services.snmp.telling.pdus import (
    V1,
    V2C,
    community_message,
    v1_pdu,
    v2_pdu,
)
from digigate.services.snmp.telling.posting import Form, Outcome, Posting

TRIES = (1.0, 2.0, 4.0, 8.0)
"""Seconds for a receipt: the first time, then three times more."""
REQUESTS = 2**31


def request_number() -> int:
    """A number that nobody guesses and no other inform has."""
    return secrets.randbelow(REQUESTS)


def v1_traps(community: str) -> "Traps":
    """As RFC 1157 has them."""
    return Traps(
        lambda posting, sender: community_message(
            V1, community, v1_pdu(posting.told, posting.uptime, sender)
        )
    )


def v2c_traps(community: str) -> "Traps":
    """As RFC 3416 has them."""
    return Traps(
        lambda posting, _: community_message(
            V2C, community, v2_pdu(TRAP, posting.told, posting.uptime, request_number())
        )
    )


class Traps:
    """Sends once; nothing comes back."""

    def __init__(self, form: Form) -> None:
        self._form = form

    async def deliver(self, channel: Channel, posting: Posting) -> Outcome:
        """Put it onto its way."""
        channel.send(self._form(posting, channel.own_address))
        return Outcome.SENT


class CommunityInforms:
    """Sends informs of v2c until one is acknowledged."""

    def __init__(self, community: str, tries: Sequence[float] = TRIES) -> None:
        self._community = community
        self._tries = tries

    async def deliver(self, channel: Channel, posting: Posting) -> Outcome:
        """All tries are the same message, so that a receiver knows it again."""
        request = request_number()
        pdu = v2_pdu(INFORM, posting.told, posting.uptime, request)
        message = community_message(V2C, self._community, pdu)
        for within in self._tries:
            channel.send(message)
            if await _heard(channel, request, within):
                return Outcome.ACKNOWLEDGED
        return Outcome.LOST


async def _heard(channel: Channel, request: int, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            while receipt(await channel.receive()) != request:
                continue
    except TimeoutError:
        return False
    return True


def receipt(message: bytes) -> int | None:
    """The request that a message of v2c answers; None where it is no such message."""
    try:
        _, at, end = ber.element(message, 0, len(message))
        _, first, at = ber.element(message, at, end)
        version = message[first:at]
        _, _, at = ber.element(message, at, end)  # the community
        kind, at, end = ber.element(message, at, end)
        if version != bytes((V2C,)) or kind != RESPONSE:
            return None
        return answered_request(message, at, end)
    except ValueError:
        return None


def answered_request(message: bytes, at: int, end: int) -> int:
    """The request-id with which a PDU begins; raises ValueError where it does not."""
    tag, first, last = ber.element(message, at, end)
    if tag != ber.INTEGER:
        raise ValueError("a PDU begins with its request-id")
    return int.from_bytes(message[first:last], "big", signed=True)
