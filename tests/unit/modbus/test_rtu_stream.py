"""RTU over TCP and on the USB port: one master, answers in order, silence for who is not there."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digigate.bus.frames import build
from digigate.services.modbus import Client, RtuConnection, RtuPort
from digigate.services.modbus.hall import Guest
from digigate.services.modbus.rtu.stream import WAITING, Conversation
from modbus import OFFLINE, POLLED, REFUSING, SILENT, STRANGER, UNPOLLED, FakeTransport, Plant
from modbus.plant import GATEWAY

READ = b"\x03\x48\x00\x00\x02"
READ_LINE = b"\x03\x00\x01\x00\x01"
SOCO = b"\x03\xc3\x50\x00\x01"


class OpenHouse:
    """A hall that lets everybody in while it is open."""

    def __init__(self, *, is_open: bool = True, spends: bool = True) -> None:
        self.is_open = is_open
        self.spends = spends
        self.left: list[Guest] = []

    def enter(self, guest: Guest) -> bool:
        return self.is_open

    def leave(self, guest: Guest) -> None:
        self.left.append(guest)

    def purse(self, client: str) -> Callable[[int], bool]:
        return lambda _: self.spends


class Talk:
    """A conversation with the plant, and what it said."""

    def __init__(self, plant: Plant | None = None) -> None:
        self.plant = plant or Plant()
        self.said = bytearray()
        self.bugs: list[BaseException] = []
        client = Client("usb", "usb")
        self.talk = Conversation(self.plant.handler, client, self.said.extend, self.bugs.append)

    async def hear(self, *pieces: bytes) -> bytes:
        for piece in pieces:
            self.talk.take(piece)
            await until(lambda: not (self.talk.is_asking or self.talk._waiting))
        assert self.bugs == []
        said, self.said[:] = bytes(self.said), b""
        return said


async def until(true: Callable[[], bool]) -> None:
    for _ in range(100_000):
        if true():
            return
        await asyncio.sleep(0)
    raise AssertionError("the conversation has stalled")


async def test_slaves_and_the_gateway_answer() -> None:
    talk = Talk()
    data = talk.plant.octets(POLLED, 0x4800, 2)
    assert await talk.hear(build(POLLED, READ)) == build(POLLED, b"\x03\x04" + data)
    assert await talk.hear(build(UNPOLLED, READ_LINE)) == build(UNPOLLED, b"\x03\x02\x60\x07")
    for unit in (255, GATEWAY.address):
        assert await talk.hear(build(unit, SOCO)) == build(unit, b"\x03\x02\x00S")


@pytest.mark.parametrize(
    ("unit", "answer"),
    [
        (STRANGER, b""),
        (SILENT, b"\x83\x0b"),
        (OFFLINE, b"\x83\x0b"),
        (REFUSING, b"\x83\x02"),
    ],
)
async def test_who_is_not_there_is_silent_and_who_does_not_answer_is_said(
    unit: int, answer: bytes
) -> None:
    assert await Talk().hear(build(unit, READ)) == (build(unit, answer) if answer else b"")


async def test_a_broadcast_is_obeyed_by_the_gateway_and_answered_by_nobody() -> None:
    talk = Talk()
    assert await talk.hear(build(0, b"\x06\xe3\x00\x03\xe8")) == b""
    assert talk.plant.site.own._locks.is_open("usb")
    assert await talk.hear(build(0, SOCO)) == b""
    assert talk.plant.line.asked == []


async def test_answers_come_in_the_order_of_the_requests() -> None:
    talk = Talk()
    said = await talk.hear(build(UNPOLLED, READ_LINE) + build(255, SOCO) + build(POLLED, READ))
    assert [said[0], said[7], said[14]] == [UNPOLLED, 255, POLLED]


async def test_a_master_that_floods_is_answered_in_part() -> None:
    talk = Talk()
    said = await talk.hear(build(UNPOLLED, READ_LINE) * 100)
    assert len(said) == 7 * (1 + WAITING)


async def test_who_has_gone_keeps_the_line_no_longer() -> None:
    talk = Talk()
    talk.plant.line.open.clear()
    talk.talk.take(build(UNPOLLED, READ_LINE) * 2)
    await until(lambda: bool(talk.plant.line.begun))
    talk.talk.end()
    await until(lambda: bool(talk.plant.line.cancelled))
    assert not talk.talk.is_asking


async def test_a_bug_is_told() -> None:
    talk = Talk()

    async def fail(*_: object) -> bytes:
        raise ZeroDivisionError

    talk.plant.handler._requests = type("Broken", (), {"request": fail})()
    talk.talk.take(build(UNPOLLED, READ_LINE))
    await until(lambda: bool(talk.bugs))
    assert isinstance(talk.bugs[0], ZeroDivisionError)


async def test_a_serial_port_begins_anew_each_time_it_opens() -> None:
    plant, said = Plant(), bytearray()
    port = RtuPort("usb", plant.handler)
    port.heard(build(255, SOCO), 0.0)
    port.attach(said.extend)
    port.heard(build(255, SOCO)[:5], 0.0)
    port.detach("pulled")
    assert port.down_reason == "pulled"
    port.attach(said.extend)
    port.heard(build(255, SOCO)[5:], 0.0)
    assert said == b""
    port.heard(build(255, SOCO), 0.0)
    assert said == build(255, b"\x03\x02\x00S")


async def test_a_connection_takes_a_place_and_gives_it_back() -> None:
    hall = OpenHouse()
    connection = RtuConnection(Plant().handler, hall, "rtu_tcp")
    transport = FakeTransport(connection)
    connection.connection_made(transport)
    seen = []
    connection.active = False
    for piece in (build(255, SOCO)[:3], build(255, SOCO)[3:]):
        connection.data_received(piece)
        seen.append(connection.active)
    assert seen == [False, True]
    assert transport.written == build(255, b"\x03\x02\x00S")
    connection.pause_writing()
    assert not transport.is_reading()
    connection.resume_writing()
    assert transport.is_reading()
    transport.close()
    await until(lambda: hall.left == [connection])


@pytest.mark.parametrize("hall", [OpenHouse(is_open=False), OpenHouse(spends=False)])
async def test_who_has_no_place_or_asks_too_much_is_cut(hall: OpenHouse) -> None:
    connection = RtuConnection(Plant().handler, hall, "rtu_tcp")
    transport = FakeTransport(connection)
    connection.connection_made(transport)
    connection.data_received(build(255, SOCO))
    assert transport.aborted


UNITS = st.sampled_from([POLLED, UNPOLLED, SILENT, OFFLINE, REFUSING, STRANGER, 0, 255, 12])
PDUS = st.sampled_from(
    [READ, READ_LINE, SOCO, b"\x06\x00\x01\x12\x34", b"\x11", b"\x2b\x0e\x01\x00"]
)
FRAMES = st.builds(build, UNITS, PDUS)
STREAMS = st.lists(st.one_of(FRAMES, st.binary(max_size=60)), max_size=14).map(b"".join)
CUTS = st.lists(st.integers(0, 500), max_size=20)


async def conversation(stream: bytes, cuts: list[int]) -> bytes:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    return await Talk().hear(*(stream[a:b] for a, b in pairwise(places)))


@settings(deadline=None, max_examples=60)
@given(STREAMS, CUTS)
def test_the_pieces_do_not_matter(stream: bytes, cuts: list[int]) -> None:
    assert asyncio.run(conversation(stream, cuts)) == asyncio.run(conversation(stream, []))


@settings(deadline=None, max_examples=60)
@given(STREAMS, CUTS)
def test_a_conversation_is_never_deaf(stream: bytes, cuts: list[int]) -> None:
    said = asyncio.run(conversation(stream + build(255, SOCO), cuts))
    assert said.endswith(build(255, b"\x03\x02\x00S"))
