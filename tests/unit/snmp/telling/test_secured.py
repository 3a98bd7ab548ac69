"""Informs of v3 and a receiver whose engine restarts, forgets users or is replaced."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from digigate.errors import Refused
from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.counters import USM
from digigate.services.snmp.pdu import REPORT, RESPONSE
from digigate.services.snmp.secure import Secured, Unusual, read_header
from digigate.services.snmp.telling.channel import Channel
from digigate.services.snmp.telling.pdus import varbind
from digigate.services.snmp.telling.posting import Outcome, Posting
from digigate.services.snmp.telling.secured import (
    NOBODY,
    Known,
    RemoteEngine,
    SecuredInforms,
)
from digigate.services.snmp.tree import Notification
from digigate.services.snmp.usm import User
from digigate.settings.sections import Authentication, Privacy

OWN, FIRST, SECOND = (bytes.fromhex(f"800011cb05{n:016x}") for n in (1, 2, 3))
TOLD = Notification((1, 3, 6, 1, 4, 1, 4555, 10, 90, 0, 14))
LEVELS = {
    0: (Authentication.NONE, Privacy.NONE),
    1: (Authentication.SHA256, Privacy.NONE),
    3: (Authentication.SHA, Privacy.AES),
}
Handle = Callable[[bytes], bytes | None]


def known(level: int, password: str = "sesame-open") -> Known:
    return partial(User, b"reader", password, *LEVELS[level])


class Receiver(Channel):
    """An engine at the other end, which answers as RFC 3414 wants it."""

    def __init__(self, level: int = 3, engine: bytes = FIRST, boots: int = 4) -> None:
        self.level = level
        self.told: list[bytes] = []
        self.reports = 0
        self.answers: asyncio.Queue[bytes] = asyncio.Queue()
        self.begin(engine, boots, 1000)

    def begin(self, engine: bytes, boots: int, time: int) -> None:
        """Start (anew)."""
        self.engine = RemoteEngine(engine, boots, time)
        self.user = known(self.level)(engine)
        self.secured = Secured(self.engine, {}, 4096, context=OWN)

    def send(self, message: bytes) -> None:
        _, at, end = ber.element(message, 0, len(message))
        header = read_header(message, at + 3, end)
        number = header.message_id
        if header.engine != self.engine.id:
            return self.report(number, 4, signed=False)
        if header.user != b"reader":
            return self.report(number, 3, signed=False)
        try:
            scoped, at, end = self.secured.opened(message, header, self.user)
        except Unusual as error:
            late = "window" in str(error)
            return self.report(number, 2 if late else 5, signed=late)
        _, at, end = ber.element(scoped, at, end)
        self.told.append(number)
        answer = ber.tlv(RESPONSE, scoped[at:end])
        return self.answers.put_nowait(self.secured.sealed(answer, number, self.user))

    def report(self, number: bytes, kind: int, *, signed: bool) -> None:
        """One of the counters of the user-based security model."""
        self.reports += 1
        oid: Oid = (*USM, kind, 0)
        bound = ber.tlv(ber.SEQUENCE, varbind(oid, ber.integer(1, ber.COUNTER32)))
        pdu = ber.tlv(REPORT, ber.integer(0) * 3 + bound)
        user = self.user if signed else NOBODY
        self.answers.put_nowait(self.secured.sealed(pdu, number, user))

    async def receive(self) -> bytes:
        return await self.answers.get()


def informs(
    level: int, tries: tuple[float, ...] = (5.0,), password: str = "sesame-open"
) -> SecuredInforms:
    return SecuredInforms(OWN, known(level, password), 4096, tries)


@pytest.mark.parametrize("level", LEVELS)
async def test_a_receiver_is_found_out_once_and_acknowledges(level: int) -> None:
    receiver, courier = Receiver(level), informs(level)
    for _ in range(3):
        assert await courier.deliver(receiver, Posting(TOLD, 1)) is Outcome.ACKNOWLEDGED
    assert len(receiver.told) == 3
    assert receiver.reports == 1


async def test_a_receiver_that_has_restarted_is_asked_for_its_time() -> None:
    receiver, courier = Receiver(), informs(3)
    await courier.deliver(receiver, Posting(TOLD, 1))
    receiver.begin(FIRST, 5, 2)
    assert await courier.deliver(receiver, Posting(TOLD, 1)) is Outcome.ACKNOWLEDGED
    assert receiver.reports == 2


async def test_another_engine_at_the_same_place_is_found_out_anew() -> None:
    receiver, courier = Receiver(), informs(3)
    await courier.deliver(receiver, Posting(TOLD, 1))
    receiver.begin(SECOND, 1, 1)
    assert await courier.deliver(receiver, Posting(TOLD, 1)) is Outcome.ACKNOWLEDGED


async def test_what_is_reported_against_us_is_said() -> None:
    with pytest.raises(Refused, match="another password for this user"):
        await informs(3, password="another-one").deliver(Receiver(), Posting(TOLD, 1))


async def test_a_forged_answer_acknowledges_nothing() -> None:
    class Forger(Receiver):
        def begin(self, engine: bytes, boots: int, time: int) -> None:
            super().begin(engine, boots, time)
            self.answered = Secured(self.engine, {}, 4096, context=OWN)

        async def receive(self) -> bytes:
            message = await super().receive()
            return message if self.reports == 1 and not self.told else message[:-1] + b"\x00"

    assert await informs(3, (0.1, 0.1)).deliver(Forger(), Posting(TOLD, 1)) is Outcome.LOST


async def test_an_older_time_is_no_news() -> None:
    engine = RemoteEngine(FIRST, 4, 1000)
    engine.learn(4, 10)
    engine.learn(3, 5000)
    assert (engine.boots, engine.time) == (4, 1000)
    engine.learn(4, 2000)
    engine.learn(5, 1)
    assert (engine.boots, engine.time) == (5, 1)
