"""pysnmp's engine behind the agent: it answers with Reports what cannot be served (RFC 3414 §3.2).

Discovery, unknown users, wrong signatures and messages out of time come here; a few a minute from
honest managers. It is told our id, boots and time, so there is one authority.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pysnmp.carrier.asyncio.dgram.udp import DOMAIN_NAME
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.proto.rfc1902 import Integer32

from digigate.services.snmp.authority import Authority
from digigate.services.snmp.ber import OCTETS, SEQUENCE, integer, tlv
from digigate.services.snmp.counters import Counters
from digigate.services.snmp.pdu import QUESTION
from digigate.services.snmp.secure import REPORTABLE, ROOM_MIN, USM, VERSION, Header, Secured
from digigate.services.snmp.usm import User
from digigate.settings.sections import Authentication, Privacy

log = logging.getLogger(__name__)

NOWHERE = ("0.0.0.0", 0)  # noqa: S104 -- pysnmp wants an address; we know where answers go
AUTHENTICATIONS = {
    Authentication.NONE: config.USM_AUTH_NONE,
    Authentication.MD5: config.USM_AUTH_HMAC96_MD5,
    Authentication.SHA: config.USM_AUTH_HMAC96_SHA,
    Authentication.SHA256: config.USM_AUTH_HMAC192_SHA256,
    Authentication.SHA512: config.USM_AUTH_HMAC384_SHA512,
}
PRIVACIES = {
    Privacy.NONE: config.USM_PRIV_NONE,
    Privacy.DES: config.USM_PRIV_CBC56_DES,
    Privacy.AES: config.USM_PRIV_CFB128_AES,
    Privacy.AES192: config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    Privacy.AES256: config.USM_PRIV_CFB256_AES_BLUMENTHAL,
}
SYMBOLS: Mapping[str, tuple[str, str]] = {
    "unknown_security_models": ("__SNMP-MPD-MIB", "snmpUnknownSecurityModels"),
    "invalid_messages": ("__SNMP-MPD-MIB", "snmpInvalidMsgs"),
    "unknown_pdu_handlers": ("__SNMP-MPD-MIB", "snmpUnknownPDUHandlers"),
    "unsupported_levels": ("__SNMP-USER-BASED-SM-MIB", "usmStatsUnsupportedSecLevels"),
    "not_in_time_windows": ("__SNMP-USER-BASED-SM-MIB", "usmStatsNotInTimeWindows"),
    "unknown_user_names": ("__SNMP-USER-BASED-SM-MIB", "usmStatsUnknownUserNames"),
    "unknown_engine_ids": ("__SNMP-USER-BASED-SM-MIB", "usmStatsUnknownEngineIDs"),
    "wrong_digests": ("__SNMP-USER-BASED-SM-MIB", "usmStatsWrongDigests"),
    "decryption_errors": ("__SNMP-USER-BASED-SM-MIB", "usmStatsDecryptionErrors"),
}
"""pysnmp's counterparts of our counters."""


class Past(NamedTuple):
    """Ourselves as somebody knew us before the last start."""

    id: bytes
    boots: int
    time: int = 0


class Reporter:
    """Answers one message at a time; importing and making it takes half a second."""

    def __init__(
        self, authority: Authority, users: Sequence[User], counters: Counters, room: int
    ) -> None:
        self._authority = authority
        self._counters = counters
        self._outbox = _Outbox()
        self._engine = SnmpEngine(maxMessageSize=room)  # an id given here would be kept in /tmp
        self._engine.register_transport_dispatcher(self._outbox)
        self._boots = self._symbol("__SNMP-FRAMEWORK-MIB", "snmpEngineBoots")
        self._time = self._symbol("__SNMP-FRAMEWORK-MIB", "snmpEngineTime")
        self._counts = {name: self._symbol(*place) for name, place in SYMBOLS.items()}
        identity = self._symbol("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
        identity.syntax = identity.syntax.clone(authority.id)
        self._engine.snmpEngineID = identity.syntax
        for user in users:
            self._add(user)
        self._warm_up(users)

    def report(self, message: bytes, header: Header) -> bytes | None:
        """The Report that the message deserves; None = silence."""
        if header.engine and header.engine != self._authority.id:
            message = _discovery(header)  # pysnmp would take it for another authority's
        self._tell()
        try:
            self._engine.message_dispatcher.receive_message(
                self._engine, DOMAIN_NAME, NOWHERE, message
            )
            self._outbox.handle_timer_tick(time.monotonic())
        except Exception as error:  # pysnmp meets octets from outside with any exception
            self._counters.in_parse_errors += 1
            log.debug("pysnmp failed", extra={"reason": repr(error)})
        self._ask()
        return self._outbox.taken()

    def _warm_up(self, users: Sequence[User]) -> None:
        """Let pysnmp load now what it would load with the first messages, eight times as slow."""
        counters, self._counters = self._counters, Counters()
        past = Past(self._authority.id, self._authority.boots - 1)
        nobody = Header(integer(0), ROOM_MIN, REPORTABLE, b"", 0, 0, b"", 0, 0, b"", 0)
        self.report(_discovery(nobody), nobody)
        for user in users:
            late = Secured(past, {}, ROOM_MIN).sealed(QUESTION, nobody.message_id, user)
            self.report(late, nobody._replace(engine=past.id))
        self._counters = counters

    def _add(self, user: User) -> None:
        auth, privacy = AUTHENTICATIONS[user.auth], PRIVACIES[user.privacy]
        name = user.name.decode()
        if user.signature is None:
            config.add_v3_user(self._engine, name)
        elif user.seal is None:
            config.add_v3_user(self._engine, name, auth, user.password)
        else:
            config.add_v3_user(self._engine, name, auth, user.password, privacy, user.password)

    def _tell(self) -> None:
        """Let pysnmp know how late it is and what was counted so far."""
        self._boots.syntax = self._boots.syntax.clone(self._authority.boots)
        self._time.syntax = Integer32(self._authority.time)  # its own type knows no other clock
        for name, symbol in self._counts.items():
            symbol.syntax = symbol.syntax.clone(getattr(self._counters, name) & 0xFFFFFFFF)

    def _ask(self) -> None:
        for name, symbol in self._counts.items():
            setattr(self._counters, name, int(symbol.syntax))

    def _symbol(self, module: str, name: str) -> Any:  # noqa: ANN401 -- pysnmp's are untyped
        (symbol,) = self._engine.get_mib_builder().import_symbols(module, name)
        return symbol


class _Outbox(AbstractTransportDispatcher):  # type: ignore[misc]
    """Keeps what pysnmp would send."""

    def __init__(self) -> None:
        super().__init__()
        self._message: bytes | None = None

    def send_message(self, outgoingMessage: bytes, *_: object) -> None:  # noqa: N803 -- pysnmp's
        self._message = bytes(outgoingMessage)

    def taken(self) -> bytes | None:
        """The message, once."""
        message, self._message = self._message, None
        return message


def _discovery(header: Header) -> bytes:
    """The same question to nobody in particular (RFC 3414 §4)."""
    head = header.message_id + integer(header.room) + bytes((OCTETS, 1, REPORTABLE)) + USM
    nobody = bytes((OCTETS, 0))
    security = tlv(SEQUENCE, nobody + integer(0) + integer(0) + 3 * nobody)
    scoped = tlv(SEQUENCE, 2 * nobody + QUESTION)
    return tlv(SEQUENCE, VERSION + tlv(SEQUENCE, head) + tlv(OCTETS, security) + scoped)
