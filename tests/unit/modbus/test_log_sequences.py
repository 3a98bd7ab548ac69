"""Who reads a slave's log has it alone until he leaves the log alone."""

import asyncio
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager

import pytest

from digigate.bus import Ask, Priority
from digigate.bus.access import Access
from digigate.catalogue import Catalogue
from digigate.services.modbus import Client, sequences
from digigate.services.modbus.sequences import Sequences

METER, OTHER = 4, 5
MODEL = Catalogue.load().models["diris-b30"]
BEGIN = b"\x10\x02\x70\x00\x01\x02\xff\xff"  # events-log-command 624
HEADER, DATA = b"\x03\x02\x80\x00\x03", b"\x03\x02\x83\x00\x08"
ELSEWHERE = b"\x03\x00\x00\x00\x01"
FIRST, SECOND = Client("192.0.2.7"), Client("192.0.2.7")


class Wire:
    """A line without slaves: notes who asked what, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[Hashable, bytes]] = []
        self.access = Access()
        self.access.line = self

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        self.asked.append((client, pdu))
        await asyncio.sleep(0)
        return pdu[:5]


class Bus:
    """The bus's own rule of sessions over one wire."""

    def __init__(self) -> None:
        self.wire = Wire()

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        if unit == 99:
            raise KeyError(unit)
        return await self.wire.access.request(unit, pdu, priority, client)

    @asynccontextmanager
    async def session(self, unit: int, client: Hashable) -> AsyncGenerator[Ask, None]:
        async def ask(pdu: bytes) -> bytes:
            return await self.request(unit, pdu, Priority.CLIENT, client)

        if unit == 99:
            raise KeyError(unit)
        async with self.wire.access.session(unit, client):
            yield ask


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    monkeypatch.setattr(sequences, "IDLE", 0.05)
    return Bus()


async def test_two_downloads_do_not_mix(bus: Bus) -> None:
    logs = Sequences(bus, lambda _: MODEL)

    async def download(client: Client) -> None:
        for pdu in (BEGIN, HEADER, DATA, BEGIN, DATA):
            await logs.request(METER, pdu, client=client)

    async with asyncio.timeout(30):
        await asyncio.gather(download(FIRST), download(SECOND))
    assert [client for client, _ in bus.wire.asked] == [FIRST] * 5 + [SECOND] * 5


async def test_others_may_have_the_slave_once_the_log_is_left_alone(bus: Bus) -> None:
    logs = Sequences(bus, lambda _: MODEL)
    async with asyncio.timeout(30):
        await logs.request(METER, BEGIN, client=FIRST)
        await logs.request(OTHER, ELSEWHERE, client=SECOND)
        await logs.request(METER, ELSEWHERE, client=FIRST)
        await logs.request(METER, ELSEWHERE, client=SECOND)
    assert [client for client, _ in bus.wire.asked] == [FIRST, SECOND, FIRST, SECOND]
    assert logs._holds == {}


async def test_what_is_no_log_takes_nothing(bus: Bus) -> None:
    logs = Sequences(bus, lambda unit: MODEL if unit == METER else None)
    for pdu in (ELSEWHERE, HEADER, b"\x03\x02\x70\x00\x01"):
        await logs.request(METER, pdu, client=FIRST)
    await logs.request(OTHER, BEGIN, client=FIRST)
    assert logs._holds == {}


async def test_who_gives_up_waiting_leaves_nothing_behind(bus: Bus) -> None:
    logs = Sequences(bus, lambda _: MODEL)
    await logs.request(METER, BEGIN, client=FIRST)
    waiting = asyncio.create_task(logs.request(METER, BEGIN, client=SECOND))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(30):
        while logs._tasks:
            await asyncio.gather(*logs._tasks, return_exceptions=True)
    assert [client for client, _ in bus.wire.asked] == [FIRST]
    assert logs._holds == {}


async def test_a_slave_that_has_left_is_unknown(bus: Bus) -> None:
    with pytest.raises(KeyError):
        await Sequences(bus, lambda _: MODEL).request(99, BEGIN, client=FIRST)
