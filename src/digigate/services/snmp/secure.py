"""Messages of version 3 under the user-based security model (RFC 3412 §6, RFC 3414 §3)."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from digigate.services.snmp.authority import GREATEST
from digigate.services.snmp.ber import INTEGER, OCTETS, SEQUENCE, element, integer, tlv
from digigate.services.snmp.usm import Seal, User

SIGNED, SEALED, REPORTABLE = 1, 2, 4
VERSION = b"\x02\x01\x03"
USM = b"\x02\x01\x03"
ROOM_MIN = 484
"""Octets that every manager takes (RFC 3412 §6.3)."""
WINDOW = 150
"""Seconds that a manager's idea of our time may differ."""
AROUND = 90
"""Octets around a PDU beside engine ids, user and signature, at most."""


class Unusual(Exception):
    """The message is well formed, but nothing that can be served: a Report may be due.

    `counter` names what is counted of it where nobody wants a Report.
    """

    def __init__(self, text: str, counter: str) -> None:
        super().__init__(text)
        self.counter = counter


class Forged(Unusual):
    """The signature is not the user's."""


class Misplaced(Exception):
    """A user of ours asks what is not ours; `counter` names what a Report tells him."""

    def __init__(self, counter: str) -> None:
        super().__init__(counter)
        self.counter = counter


class Header(NamedTuple):
    """What a message says of itself before anything of it is believed."""

    message_id: bytes
    """The whole element."""
    room: int
    flags: int
    engine: bytes
    boots: int
    time: int
    user: bytes
    signed_at: int
    """Where the signature stands."""
    signed: int
    """How long it is."""
    salt: bytes
    scoped_at: int
    """Where the scoped PDU stands, or the octet string that it is sealed in."""


class Frame(NamedTuple):
    """What is the same in every message to one user."""

    head: bytes
    """After the message's number."""
    engine: bytes
    """Of the security parameters, up to the time."""
    named: bytes
    """After the time, up to the salt; zeros stand where the signature will."""


def read_header(data: bytes, at: int, end: int) -> Header:
    """What follows the version.

    Raises:
        ValueError: it is not a message of version 3 and of this security model.
        IndexError: it is cut off.
    """
    id_at, head_end = _span(data, at, end, SEQUENCE)
    _, stop = _span(data, id_at, head_end, INTEGER)
    message_id = data[id_at:stop]
    room, stop = _number(data, stop, head_end)
    at, stop = _span(data, stop, head_end, OCTETS)
    flags = data[at]
    if room < ROOM_MIN or stop != at + 1 or flags & 3 == SEALED or data[stop:head_end] != USM:
        raise ValueError("no such size, flags or security model")
    at, scoped_at = _span(data, head_end, end, OCTETS)
    at, stop = _span(data, at, scoped_at, SEQUENCE)
    if stop != scoped_at:
        raise ValueError("security parameters are one sequence")
    at, engine_end = _span(data, at, stop, OCTETS)
    engine = data[at:engine_end]
    boots, at = _number(data, engine_end, stop)
    time, at = _number(data, at, stop)
    at, user_end = _span(data, at, stop, OCTETS)
    user = data[at:user_end]
    sign_at, sign_end = _span(data, user_end, stop, OCTETS)
    salt_at, salt_end = _span(data, sign_end, stop, OCTETS)
    if salt_end != stop or len(user) > 32:
        raise ValueError("security parameters are six")
    return Header(
        message_id,
        room,
        flags,
        engine,
        boots,
        time,
        user,
        sign_at,
        sign_end - sign_at,
        data[salt_at:salt_end],
        scoped_at,
    )


class Engine(Protocol):
    """Whose messages are read or written: `Authority`, or another engine as a manager knows it."""

    @property
    def id(self) -> bytes:
        """Its id."""

    @property
    def boots(self) -> int:
        """How often it has started."""

    @property
    def time(self) -> int:
        """Seconds since it has."""


class Secured:
    """Reads what users have signed and sealed for one engine, and writes alike; its boots stay.

    `context` is the engine whose objects are spoken of, where that is another one; who `asks` wants
    Reports of what is wrong with his messages.
    """

    def __init__(
        self,
        authority: Engine,
        users: Mapping[bytes, User],
        room: int,
        *,
        context: bytes | None = None,
        asks: bool = False,
    ) -> None:
        self._authority = authority
        self._users = users
        self._room = integer(room)
        self._frames: dict[bytes, Frame] = {}
        self._context = tlv(OCTETS, authority.id if context is None else context) + b"\x04\x00"
        self._flags = REPORTABLE if asks else 0

    def user(self, header: Header) -> User:
        """Who sent it, by name alone.

        Raises:
            Unusual: nobody we know, or not at his level.
        """
        user = self._users.get(header.user)
        if header.engine != self._authority.id:
            raise Unusual("unknown engine", "unknown_engine_ids")
        if user is None:
            raise Unusual("unknown user", "unknown_user_names")
        if header.flags & 3 != user.level:
            raise Unusual("not at the user's level", "unsupported_levels")
        return user

    def opened(self, message: bytes, header: Header, user: User) -> tuple[bytes, int, int]:
        """Octets in which the PDU stands, where it begins and ends.

        Raises:
            Unusual: the signature, the time or the seal is wrong.
            Misplaced: it asks another context than ours.
            ValueError: the scoped PDU is malformed.
        """
        self._check(message, header, user)
        scoped, at, end = message, header.scoped_at, len(message)
        if user.seal is not None:
            scoped = _unsealed(message, header, user.seal)
            at, end = 0, len(scoped)
        at, end = _span(scoped, at, end, SEQUENCE)
        context = self._context
        if scoped[at : at + len(context)] != context:
            ours = scoped.startswith(self._context[:-2], at)
            raise Misplaced("unknown_contexts" if ours else "unknown_pdu_handlers")
        return scoped, at + len(context), end

    def around(self, user: User) -> int:
        """Octets that a message to this user has around its PDU, at most."""
        signed = 0 if user.signature is None else user.signature.size
        return AROUND + 2 * len(self._authority.id) + len(user.name) + signed

    def sealed(self, pdu: bytes, message_id: bytes, user: User) -> bytes:
        """A whole message with this PDU in the name of this user."""
        frame = self._frames.get(user.name) or self._frame(user)
        boots, time = self._authority.boots, self._authority.time
        scoped, salt = tlv(SEQUENCE, self._context + pdu), b""
        if user.seal is not None:
            scoped, salt = user.seal.seal(scoped, boots, time)
            scoped = tlv(OCTETS, scoped)
        head = tlv(SEQUENCE, message_id + frame.head)
        parameters = b"%b%b%b\x04%c%b" % (
            frame.engine,
            integer(time),
            frame.named,
            len(salt),
            salt,
        )
        security = tlv(OCTETS, tlv(SEQUENCE, parameters))
        message = tlv(SEQUENCE, VERSION + head + security + scoped)
        signature = user.signature
        if signature is None:
            return message
        at = len(message) - len(scoped) - len(salt) - 2 - signature.size
        return message[:at] + signature.sign(message) + message[at + signature.size :]

    def _frame(self, user: User) -> Frame:
        size = 0 if user.signature is None else user.signature.size
        frame = self._frames[user.name] = Frame(
            self._room + bytes((OCTETS, 1, user.level | self._flags)) + USM,
            tlv(OCTETS, self._authority.id) + integer(self._authority.boots),
            tlv(OCTETS, user.name) + tlv(OCTETS, bytes(size)),
        )
        return frame

    def _check(self, message: bytes, header: Header, user: User) -> None:
        if user.signature is None:
            return
        signature, at = user.signature, header.signed_at
        if header.signed != signature.size or not signature.holds(message, at):
            raise Forged("wrong signature", "wrong_digests")
        boots = self._authority.boots
        if (
            header.boots != boots
            or boots == GREATEST
            or abs(header.time - self._authority.time) > WINDOW
        ):
            raise Unusual("not in the time window", "not_in_time_windows")


def _unsealed(message: bytes, header: Header, seal: Seal) -> bytes:
    at, end = _span(message, header.scoped_at, len(message), OCTETS)
    try:
        clear = seal.opened(message[at:end], header.salt, header.boots, header.time)
        _span(clear, 0, len(clear), SEQUENCE)
    except (ValueError, IndexError) as error:
        raise Unusual("cannot be unsealed", "decryption_errors") from error
    return clear


def _span(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins and ends."""
    if data[at] != tag:
        raise ValueError("another element was expected")
    size = data[at + 1]
    if size < 0x80:
        at += 2
        if at + size > end:
            raise ValueError("an element is cut off")
        return at, at + size
    _, at, end = element(data, at, end)
    return at, end


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    at, end = _span(data, at, end, INTEGER)
    if not 1 <= end - at <= 5:
        raise ValueError("no number of 32 bits")
    number = int.from_bytes(data[at:end], "big", signed=True)
    if not 0 <= number <= GREATEST:
        raise ValueError("no number of 31 bits")
    return number, end
