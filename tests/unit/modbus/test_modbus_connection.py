"""One connection without a socket: order, bounds, ends."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from digigate.services.modbus.connection import HELD, IN_FLIGHT, TURN, Connection
from digigate.services.modbus.hall import Guest
from modbus import OFFLINE, POLLED, UNPOLLED, FakeTransport, Plant, adu, answers

READ_POLLED = b"\x03\x48\x00\x00\x01"
READ_LINE = b"\x03\x00\x01\x00\x01"
BAD_HEADERS = [
    pytest.param("0001 0001 0006 04", id="protocol 1"),
    pytest.param("0001 0100 0006 04", id="protocol 256"),
    pytest.param("0001 0000 0000", id="length 0"),
    pytest.param("0001 0000 0001", id="length 1"),
    pytest.param("0001 0000 00ff", id="length 255"),
    pytest.param("0001 0000 ffff", id="length 65535"),
]


class Desk:
    """A hall with one place."""

    def __init__(self, *, places: int = 1) -> None:
        self.places = places
        self.spent: list[tuple[str, int]] = []
        self.admits = True

    def enter(self, guest: Guest) -> bool:
        self.places -= 1
        return self.places >= 0

    def leave(self, guest: Guest) -> None:
        self.places += 1

    def purse(self, client: str) -> Callable[[int], bool]:
        def spend(requests: int) -> bool:
            self.spent.append((client, requests))
            return self.admits

        return spend


class Client:
    """One connection to a plant, fed by hand."""

    def __init__(self, plant: Plant, desk: Desk | None = None) -> None:
        self.desk = desk or Desk()
        self.connection = Connection(plant.handler, self.desk)
        self.transport = FakeTransport(self.connection)
        self.connection.connection_made(self.transport)

    def send(self, *frames: bytes) -> None:
        self.connection.data_received(b"".join(frames))

    def got(self) -> list[tuple[int, int, bytes]]:
        return answers(bytes(self.transport.written))


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_two_requests_in_one_segment_are_both_answered_in_one_write() -> None:
    client = Client(Plant())
    client.send(adu(1, POLLED, READ_POLLED), adu(2, 255, b"\x03\xc3\x50\x00\x01"))
    assert client.got() == [(1, POLLED, b"\x03\x02\xb8\x00"), (2, 255, b"\x03\x02\x00S")]
    assert client.transport.writes == 1


@pytest.mark.parametrize("transaction", [0, 1, 0x8000, 0xFFFF])
@pytest.mark.parametrize("unit", [POLLED, 0, 255])
async def test_transaction_and_unit_come_back(transaction: int, unit: int) -> None:
    client = Client(Plant())
    client.send(adu(transaction, unit, READ_POLLED))
    assert [(t, u) for t, u, _ in client.got()] == [(transaction, unit)]


async def test_answers_keep_the_order_of_the_requests() -> None:
    plant = Plant()
    plant.line.open.clear()
    client = Client(plant)
    client.send(adu(1, UNPOLLED, READ_LINE), adu(2, POLLED, READ_POLLED), adu(3, 0, b"\x07"))
    await settle()
    assert client.got() == []
    plant.line.open.set()
    await settle()
    assert [t for t, _, _ in client.got()] == [1, 2, 3]


async def test_pipelined_reads_wait_for_the_line_side_by_side() -> None:
    plant = Plant()
    plant.line.open.clear()
    client = Client(plant)
    client.send(*(adu(i, UNPOLLED, READ_LINE) for i in range(5)))
    await settle()
    assert len(plant.line.asked) == 5


async def test_no_more_than_some_requests_of_one_client_wait_for_the_line() -> None:
    plant = Plant()
    plant.line.open.clear()
    client = Client(plant)
    client.send(*(adu(i, UNPOLLED, READ_LINE) for i in range(3 * IN_FLIGHT)))
    await settle()
    assert len(plant.line.asked) == IN_FLIGHT
    plant.line.open.set()
    for _ in range(20):
        await settle()
    assert [t for t, _, _ in client.got()] == list(range(3 * IN_FLIGHT))


async def test_reading_pauses_while_too_much_waits() -> None:
    plant = Plant()
    plant.line.open.clear()
    client = Client(plant)
    client.send(*(adu(i, UNPOLLED, READ_LINE) for i in range(HELD // 12 + IN_FLIGHT + 1)))
    assert not client.transport.is_reading()
    plant.line.open.set()
    for _ in range(200):
        await settle()
    assert client.transport.is_reading()
    assert len(client.got()) == HELD // 12 + IN_FLIGHT + 1


async def test_who_reads_behind_his_own_write_gets_what_he_wrote() -> None:
    plant = Plant()
    plant.line.turns = 5
    client = Client(plant)
    client.send(
        adu(1, POLLED, READ_POLLED),
        adu(2, POLLED, b"\x06\x48\x00\x12\x34"),
        adu(3, POLLED, READ_POLLED),
    )
    await settle()
    assert [pdu.hex() for _, _, pdu in client.got()] == ["0302b800", "0648001234", "03021234"]


async def test_a_write_waits_for_the_reads_before_it() -> None:
    plant = Plant()
    plant.line.open.clear()
    client = Client(plant)
    client.send(adu(1, UNPOLLED, READ_LINE), adu(2, UNPOLLED, b"\x06\x00\x01\x12\x34"))
    await settle()
    assert [pdu[0] for _, pdu, _, _ in plant.line.asked] == [3]
    plant.line.open.set()
    await settle()
    assert [pdu[0] for _, _, pdu in client.got()] == [3, 6]


async def test_a_long_burst_is_answered_in_turns() -> None:
    client = Client(Plant())
    client.send(*(adu(i, POLLED, READ_POLLED) for i in range(3 * TURN)))
    assert len(client.got()) == TURN
    await settle()
    assert [t for t, _, _ in client.got()] == list(range(3 * TURN))


async def test_octets_that_come_between_two_turns_wait_for_theirs() -> None:
    client = Client(Plant())
    client.send(*(adu(i, POLLED, READ_POLLED) for i in range(TURN + 1)))
    client.send(adu(TURN + 1, POLLED, READ_POLLED))
    assert len(client.got()) == TURN
    await settle()
    assert [t for t, _, _ in client.got()] == list(range(TURN + 2))


@pytest.mark.parametrize("header", BAD_HEADERS)
async def test_a_header_that_is_none_ends_the_connection_behind_what_came_before(
    header: str,
) -> None:
    client = Client(Plant())
    client.send(adu(7, POLLED, READ_POLLED), bytes.fromhex(header))
    assert [t for t, _, _ in client.got()] == [7]
    assert client.transport.is_closing()


async def test_a_wrong_header_lets_the_line_answer_what_came_before() -> None:
    plant = Plant()
    plant.line.open.clear()
    client = Client(plant)
    client.send(adu(7, UNPOLLED, READ_LINE), b"\x00\x01\x00\x01\x00\x06")
    await settle()
    assert not client.transport.is_closing()
    assert not client.transport.is_reading()
    plant.line.open.set()
    await settle()
    assert [t for t, _, _ in client.got()] == [7]
    assert client.transport.is_closing()


async def test_a_dropped_client_leaves_nothing_on_the_line() -> None:
    plant = Plant()
    plant.line.open.clear()
    client = Client(plant)
    client.send(*(adu(i, UNPOLLED, READ_LINE) for i in range(3)))
    await settle()
    client.connection.connection_lost(ConnectionResetError())
    await settle()
    assert len(plant.line.cancelled) == 3
    assert client.got() == []


async def test_a_client_that_takes_no_answers_gets_no_more() -> None:
    plant = Plant()
    client = Client(plant)
    client.connection.pause_writing()
    client.send(adu(1, POLLED, READ_POLLED))
    client.send(*(adu(i, POLLED, READ_POLLED) for i in range(2, HELD // 12 + 2)))
    assert client.got() == []
    assert not client.transport.is_reading()
    client.connection.resume_writing()
    for _ in range(20):
        await settle()
    assert len(client.got()) == HELD // 12 + 1
    assert client.transport.is_reading()


async def test_without_a_place_the_connection_is_aborted() -> None:
    desk = Desk(places=0)
    client = Client(Plant(), desk)
    assert client.transport.aborted
    await settle()
    assert desk.places == 0


async def test_each_request_is_spent_for_its_client() -> None:
    client = Client(Plant())
    client.send(adu(1, POLLED, READ_POLLED))
    client.send(*(adu(i, 255, b"\x07") for i in range(5)))
    assert client.desk.spent == [("192.0.2.7", 1), ("192.0.2.7", 5)]


@pytest.mark.parametrize("pdu", [READ_POLLED, b"\x07"])
async def test_an_excluded_client_is_cut_without_an_answer(pdu: bytes) -> None:
    client = Client(Plant())
    client.desk.admits = False
    client.send(adu(1, POLLED, pdu))
    assert client.transport.aborted
    assert client.got() == []


async def test_only_whole_requests_keep_a_connection_alive() -> None:
    client = Client(Plant())
    client.connection.active = False
    active = []
    for part in (adu(1, POLLED, READ_POLLED)[:-1], b"\x01"):
        client.send(part)
        active.append(client.connection.active)
    assert active == [False, True]


async def test_who_waits_for_the_line_is_not_idle() -> None:
    plant = Plant()
    plant.line.open.clear()
    client = Client(plant)
    asking = [client.connection.is_asking]
    client.send(adu(1, OFFLINE, READ_LINE))
    asking.append(client.connection.is_asking)
    client.connection.pause_writing()
    asking.append(client.connection.is_asking)
    assert asking == [False, True, False]


async def test_a_bug_in_an_answer_ends_its_connection_and_is_reported() -> None:
    class Broken:
        own_units: frozenset[int] = frozenset()

        def registers(self, unit: int, start: int, count: int) -> None:
            return None

        def answer(self, unit: int, pdu: bytes, client: object) -> Awaitable[bytes]:
            async def fail() -> bytes:
                raise ZeroDivisionError

            return fail()

    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: reported.append(context["exception"])
    )
    connection = Connection(Broken(), Desk())
    transport = FakeTransport(connection)
    connection.connection_made(transport)
    connection.data_received(adu(1, 4, READ_LINE))
    await settle()
    assert transport.aborted
    assert [type(error) for error in reported] == [ZeroDivisionError]
