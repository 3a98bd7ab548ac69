"""The agent: reads a datagram, decides who asks, answers or stays silent."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from digigate.commands import Caller
from digigate.services.snmp.access import V1, V3, Access, Right
from digigate.services.snmp.ber import OCTETS, SEQUENCE, element, integer, pack, tlv, unpack
from digigate.services.snmp.counters import OIDS, Counters, counted
from digigate.services.snmp.door import Address, Reply
from digigate.services.snmp.pdu import (
    GET,
    GET_NEXT,
    REPORT,
    RESPONSE,
    SET,
    TRAP,
    TRAP_V1,
    VARBINDS_MAX,
    Pdu,
    Refusal,
    parsed,
    refusal,
    response,
    varbind,
)
from digigate.services.snmp.reading import READS, read
from digigate.services.snmp.secure import (
    REPORTABLE,
    Forged,
    Header,
    Misplaced,
    Secured,
    Unusual,
    read_header,
)
from digigate.services.snmp.seldom import Ration, Seldom
from digigate.services.snmp.setting import Setting, Turns, old_status
from digigate.services.snmp.telling.pdus import AUTHENTICATION_FAILURE
from digigate.services.snmp.tree import ErrorStatus, Notices, Notification, Outcome, View, Writer
from digigate.settings.profiles import Profile

ENVELOPE = 4
"""Octets of tag and length around a message."""


class Dropped(Exception):
    """The message deserves no answer; the text says why."""


class Reporter(Protocol):
    """Who answers what cannot be served."""

    def report(self, message: bytes, header: Header) -> bytes | None:
        """The Report that the message deserves; None = silence."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the agent works with."""

    access: Access
    view: View
    writer: Writer
    notices: Notices
    counters: Counters
    secured: Secured
    reporter: Reporter | None
    """None where nobody has a user of version 3."""
    message_max: int
    tells_failures: Callable[[], bool]
    """Whether managers are told of wrong credentials."""


class Asked(NamedTuple):
    """A request of somebody whom we know."""

    pdu: Pdu
    version: int
    right: Right
    room: int
    """Octets that a response may have."""
    wrap: Callable[[bytes], bytes]
    """Make a message of a response."""
    address: Address


class Agent:
    """Answers reads at once and lets writes wait for their turn; an `Answering` for the door."""

    def __init__(
        self, parts: Parts, seldom: Seldom | None = None, reports: Ration | None = None
    ) -> None:
        self._parts = parts
        self._counters = parts.counters
        self._view = parts.view
        self._heads = {
            integer(version) + tlv(OCTETS, community): right
            for (version, community), right in parts.access.communities.items()
        }
        """Version and community as they stand in a message: found by one look."""
        self._turns = Turns(parts.writer)
        self._seldom = seldom or Seldom()
        self._reports = reports or Ration()
        self._reply: Reply | None = None

    def take(self, datagram: bytes, address: Address) -> bytes | None:
        """The answer, where there is one at once; whatever is wrong with a datagram is counted."""
        self._counters.in_packets += 1
        try:
            answer = self._answer(datagram, address)
        except (ValueError, IndexError):
            self._counters.in_parse_errors += 1
            self._seldom.say("malformed", str(address[0]))
            return None
        except Dropped as why:
            self._seldom.say(str(why), str(address[0]))
            return None
        if answer is not None:
            self._counters.out_packets += 1
        return answer

    async def work(self, reply: Reply) -> None:
        """Carry writes out, until cancelled."""
        self._reply = reply
        await self._turns.work()

    def _answer(self, data: bytes, address: Address) -> bytes | None:
        if len(data) > self._parts.message_max:
            self._counters.silent_drops += 1
            raise Dropped("too long")
        tag, at, end = element(data, 0, len(data))
        if tag != SEQUENCE or data[at : at + 2] != b"\x02\x01":
            raise ValueError("a message begins with its version")
        stop = at + 5 + data[at + 4]
        right = self._heads.get(data[at:stop])
        if right is not None:
            return self._plain(data, at, stop, end, right, address)
        version = data[at + 2]
        if version not in self._parts.access.versions:
            self._counters.in_bad_versions += 1
            raise Dropped(f"version {version}")
        if version == V3:
            return self._secured(data, at + 3, end, address)
        return self._odd(data, at, end, address)

    def _odd(self, data: bytes, at: int, end: int, address: Address) -> bytes | None:
        """Versions 1 and 2c: a community that nobody has, or one that is written in a long way."""
        tag, begin, stop = element(data, at + 3, end)
        if tag != OCTETS:
            raise ValueError("a community is an octet string")
        right = self._parts.access.communities.get((data[at + 2], data[begin:stop]))
        if right is None:
            self._counters.in_bad_community_names += 1
            self._tell_failure()
            raise Dropped("unknown community")
        return self._plain(data, at, stop, end, right, address)

    def _plain(
        self, data: bytes, at: int, stop: int, end: int, right: Right, address: Address
    ) -> bytes | None:
        """Versions 1 and 2c: version and community stand from `at` to `stop`."""
        head = data[at:stop]
        room = self._parts.message_max - len(head) - ENVELOPE
        wrap = partial(_enveloped, head)
        return self._serve(Asked(parsed(data, stop, end), head[2], right, room, wrap, address))

    def _secured(self, data: bytes, at: int, end: int, address: Address) -> bytes | None:
        """Version 3: `at` is what follows the version."""
        header = read_header(data, at, end)
        secured = self._parts.secured
        try:
            user = secured.user(header)
            scoped, at, end = secured.opened(data, header, user)
        except Unusual as why:
            return self._unusual(data, header, why, address)
        except Misplaced as where:
            self._counters.add(where.counter)
            if not header.flags & REPORTABLE:
                raise Dropped("another context") from None
            report = report_of(where.counter, self._counters)
            return secured.sealed(report, header.message_id, user)
        pdu = parsed(scoped, at, end)
        room = min(header.room, self._parts.message_max) - secured.around(user)
        wrap = partial(secured.sealed, message_id=header.message_id, user=user)
        right = self._parts.access.rights[user.name]
        return self._serve(Asked(pdu, V3, right, room, wrap, address))

    def _unusual(self, data: bytes, header: Header, why: Unusual, address: Address) -> bytes | None:
        """A Report, where one is wanted; every session begins with a question for our engine id,
        which is worth no line in the log.
        """
        if isinstance(why, Forged):
            self._tell_failure()
        if header.engine:
            self._seldom.say(str(why), str(address[0]))
        reporter = self._parts.reporter
        if reporter is None or not header.flags & REPORTABLE:
            self._counters.add(why.counter)
            return None
        if not self._reports.take():
            self._counters.add(why.counter)
            raise Dropped("too many Reports")
        return reporter.report(data, header)

    def _serve(self, asked: Asked) -> bytes | None:
        kind = asked.pdu.kind
        counters = self._counters
        if kind in READS:
            if kind == GET:
                counters.in_get_requests += 1
            elif kind == GET_NEXT:
                counters.in_get_nexts += 1
            return self._read(asked)
        if kind == SET:
            counters.in_set_requests += 1
            return self._write(asked)
        counters.unknown_pdu_handlers += 1
        if kind == RESPONSE:
            counters.in_get_responses += 1
        elif kind in {TRAP, TRAP_V1}:
            counters.in_traps += 1
        raise Dropped("no request")

    def _read(self, asked: Asked) -> bytes:
        pdu, counters = asked.pdu, self._counters
        try:
            found = read(self._view, pdu, asked.room, old=asked.version == V1)
        except Refusal as refused:
            return self._refused(asked, refused.status, refused.index)
        counters.in_total_req_vars += len(pdu.names)
        counters.out_get_responses += 1
        return asked.wrap(found)

    def _write(self, asked: Asked) -> bytes | None:
        pdu = asked.pdu
        if len(pdu.names) > VARBINDS_MAX:
            return self._refused(asked, ErrorStatus.TOO_BIG)
        if not asked.right.writes:
            if asked.version != V3:
                self._counters.in_bad_community_uses += 1
            return self._refused(asked, ErrorStatus.NO_ACCESS, 1 if pdu.names else 0)
        wanted = [(unpack(name), value) for name, value in zip(pdu.names, pdu.values, strict=True)]
        client = str(asked.address[0])
        setting = Setting(
            wanted,
            Caller(f"SNMP {asked.right.name}", Profile.ADMIN, client),
            (asked.address, asked.right, pdu.request_id, pdu.varbinds),
            partial(self._written_later, asked),
        )
        try:
            outcome = self._turns.take(setting)
        except asyncio.QueueFull:
            self._counters.silent_drops += 1
            raise Dropped("too many writes wait") from None
        return None if outcome is None else self._written(asked, outcome)

    def _written_later(self, asked: Asked, outcome: Outcome) -> None:
        self._counters.out_packets += 1
        if self._reply is not None:
            self._reply(self._written(asked, outcome), asked.address)

    def _written(self, asked: Asked, outcome: Outcome) -> bytes:
        if outcome.status is not ErrorStatus.NO_ERROR:
            return self._refused(asked, outcome.status, outcome.index)
        pdu = asked.pdu
        self._counters.in_total_set_vars += len(pdu.names)
        self._counters.out_get_responses += 1
        whole = pdu.varbinds
        return asked.wrap(response(pdu.request_id, whole[element(whole, 0, len(whole))[1] :]))

    def _refused(self, asked: Asked, status: ErrorStatus, index: int = 0) -> bytes:
        if asked.version == V1:
            status = old_status(status)
        self._counters.out_get_responses += 1
        self._counters.refused(status)
        return asked.wrap(refusal(asked.pdu, status, index))

    def _tell_failure(self) -> None:
        if self._parts.tells_failures():
            self._parts.notices.send(Notification(AUTHENTICATION_FAILURE))


def _enveloped(head: bytes, pdu: bytes) -> bytes:
    return tlv(SEQUENCE, head + pdu)


def report_of(counter: str, counters: Counters) -> bytes:
    """A Report of what was just counted."""
    listed = varbind(pack(OIDS[counter]) + b"\x00", counted(counters, counter))
    return response(integer(0), listed, kind=REPORT)
