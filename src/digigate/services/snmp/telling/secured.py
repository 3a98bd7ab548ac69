"""The two ways of v3: traps by our own engine's time, informs by that of the receiver."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum, auto

from digigate.errors import Refused
from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.counters import USM
from digigate.services.snmp.pdu import INFORM, QUESTION, REPORT, RESPONSE, TRAP
from digigate.services.snmp.secure import (
    SIGNED,
    VERSION,
    Engine,
    Header,
    Secured,
    Unusual,
    read_header,
)
from digigate.services.snmp.telling.channel import Channel
from digigate.services.snmp.telling.forms import TRIES, answered_request, request_number
from digigate.services.snmp.telling.pdus import v2_pdu
from digigate.services.snmp.telling.posting import Outcome, Posting
from digigate.services.snmp.usm import User
from digigate.settings.sections import Authentication, Privacy

NOBODY = User(b"", "", Authentication.NONE, Privacy.NONE, b"")
OUT_OF_TIME, UNKNOWN_ENGINE = 2, 4
ROUNDS = 4
"""How often a receiver that says it is another, or another time, is asked within one try."""
REFUSALS = {
    1: "it has another authentication or privacy for this user",
    3: "it does not know this user",
    5: "it has another password for this user",
    6: "it cannot unseal: its privacy or its password for this user is another one",
}
"""What the Reports of the user-based security model mean, by the last but one arc."""

Known = Callable[[bytes], User]
"""The user as the engine with this id knows him."""


class SecuredTraps:
    """Sends once, as our own engine; nothing comes back."""

    def __init__(self, own: Engine, known: Known, room: int) -> None:
        self._user = known(own.id)
        self._secured = Secured(own, {}, room)

    async def deliver(self, channel: Channel, posting: Posting) -> Outcome:
        """Put it onto its way."""
        await _keyed(self._user)
        number = ber.integer(request_number())
        pdu = v2_pdu(TRAP, posting.told, posting.uptime, request_number())
        channel.send(self._secured.sealed(pdu, number, self._user))
        return Outcome.SENT


class SecuredInforms:
    """Sends until one is acknowledged; `context` is our own engine, of which it is told."""

    def __init__(
        self, context: bytes, known: Known, room: int, tries: Sequence[float] = TRIES
    ) -> None:
        self._context = context
        self._known = known
        self._room = room
        self._tries = tries
        self._peer: Peer | None = None

    async def deliver(self, channel: Channel, posting: Posting) -> Outcome:
        """Find out the receiver's engine first, where it is not known.

        Raises:
            Refused: the receiver says what is wrong with our messages.
        """
        request = request_number()
        pdu = v2_pdu(INFORM, posting.told, posting.uptime, request)
        for within in self._tries:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._told(channel, pdu, request)
                    return Outcome.ACKNOWLEDGED
        self._peer = None
        return Outcome.LOST

    async def _told(self, channel: Channel, pdu: bytes, request: int) -> None:
        """Returns once the receiver has it."""
        for _ in range(ROUNDS):
            peer = self._peer
            if peer is None:
                peer = self._peer = await self._met(channel)
            number = ber.integer(request_number())
            channel.send(peer.secured.sealed(pdu, number, peer.user))
            answer = await _answered(channel, peer, number, request)
            if answer is Answer.RECEIVED:
                return
            if answer is Answer.ANOTHER_ENGINE:
                self._peer = None
        raise TimeoutError

    async def _met(self, channel: Channel) -> "Peer":
        """The engine that answers there (RFC 3414 §4)."""
        number = ber.integer(request_number())
        nobody = Secured(RemoteEngine(b"", 0, 0), {}, self._room, asks=True)
        channel.send(nobody.sealed(QUESTION, number, NOBODY))
        while True:
            message = await channel.receive()
            with suppress(ValueError, IndexError):
                header = _header(message)
                if header.message_id == number and header.engine:
                    break
        engine = RemoteEngine(header.engine, header.boots, header.time)
        user = self._known(engine.id)
        await _keyed(user)
        return Peer(engine, user, self._context, self._room)


class RemoteEngine:
    """The engine of a receiver, whose time goes on as ours does."""

    def __init__(self, id_: bytes, boots: int, time_: int) -> None:
        self.id = id_
        self.boots = boots
        self._ahead = time_ - time.monotonic()

    @property
    def time(self) -> int:
        """Seconds since it started, as far as we know."""
        return max(0, int(time.monotonic() + self._ahead))

    def learn(self, boots: int, time_: int) -> None:
        """What a message of its own says, where that is news (RFC 3414 §3.2)."""
        if (boots, time_) > (self.boots, self.time):
            self.boots = boots
            self._ahead = time_ - time.monotonic()


class Answer(Enum):
    """What a receiver says to an inform."""

    RECEIVED = auto()
    OUT_OF_TIME = auto()  # and what time it is
    ANOTHER_ENGINE = auto()


class Peer:
    """A receiver, and the user by whom it knows us."""

    def __init__(self, engine: RemoteEngine, user: User, context: bytes, room: int) -> None:
        self.user = user
        self._engine = engine
        self._context = context
        self._room = room
        self.secured = self._secured()

    def read(self, message: bytes, number: bytes, request: int) -> Answer | None:
        """What a message says to ours; None where it is another one's answer.

        Raises:
            Refused: our messages are not taken.
            ValueError, IndexError, Unusual: it makes no sense, or is not the receiver's.
        """
        header = _header(message)
        if header.message_id != number:
            return None
        scoped, at, end = self._opened(message, header)
        kind, at, end = ber.element(scoped, at, end)
        if kind == RESPONSE and header.flags & 3 == self.user.level:
            return Answer.RECEIVED if answered_request(scoped, at, end) == request else None
        return self._reported(_first_object(scoped, at, end)) if kind == REPORT else None

    def _opened(self, message: bytes, header: Header) -> tuple[bytes, int, int]:
        """Octets in which the PDU stands; a Report may come unsigned."""
        signature = self.user.signature
        if header.flags & SIGNED == 0 or signature is None:
            _, at, end = ber.element(message, header.scoped_at, len(message))
            for _ in ("context engine", "context name"):
                _, _, at = ber.element(message, at, end)
            return message, at, end
        if signature.holds(message, header.signed_at):
            self._learn(header)
        return self.secured.opened(message, header, self.user)

    def _learn(self, header: Header) -> None:
        boots = self._engine.boots
        self._engine.learn(header.boots, header.time)
        if self._engine.boots != boots:
            self.secured = self._secured()

    def _secured(self) -> Secured:
        return Secured(self._engine, {}, self._room, context=self._context, asks=True)

    def _reported(self, told: Oid) -> Answer:
        kind = told[-2] if told[: len(USM)] == USM else 0
        if kind == OUT_OF_TIME:
            return Answer.OUT_OF_TIME
        if kind == UNKNOWN_ENGINE:
            return Answer.ANOTHER_ENGINE
        why = REFUSALS.get(kind, f"it reports {'.'.join(map(str, told))}")
        raise Refused(f"the receiver takes no informs of user {self.user.name.decode()}: {why}")


async def _answered(channel: Channel, peer: Peer, number: bytes, request: int) -> Answer:
    while True:
        message = await channel.receive()
        with suppress(ValueError, IndexError, Unusual):
            if (answer := peer.read(message, number, request)) is not None:
                return answer


async def _keyed(user: User) -> None:
    """Make the user's keys off the loop: each takes a megabyte of hashing."""
    if "signature" not in vars(user):
        await asyncio.to_thread(lambda: (user.signature, user.seal))


def _header(message: bytes) -> Header:
    _, at, end = ber.element(message, 0, len(message))
    if message[at : at + len(VERSION)] != VERSION:
        raise ValueError("not a message of version 3")
    return read_header(message, at + len(VERSION), end)


def _first_object(pdu: bytes, at: int, end: int) -> Oid:
    """The first object that a PDU speaks of."""
    for _ in ("request-id", "error-status", "error-index"):
        _, _, at = ber.element(pdu, at, end)
    for _ in ("all varbinds", "the first"):
        _, at, end = ber.element(pdu, at, end)
    _, at, end = ber.element(pdu, at, end)
    return ber.unpack(pdu[at:end])
