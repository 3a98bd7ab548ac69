"""The Modbus TCP server behind the gate, on real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from digigate.errors import ListenError
from digigate.services.modbus import Connection, TcpDoor
from digigate.settings.sections import Firewall
from modbus import POLLED, UNPOLLED, adu
from modbus.serving import HOST, PLACE, Client, Served, served, until

READ_POLLED = b"\x03\x48\x00\x00\x7d"
READ_LINE = b"\x03\x00\x01\x00\x01"
PLACES = PLACE.connections


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as gateway:
        yield gateway


def right(served: Served, transaction: int = 1) -> bytes:
    data = served.plant.octets(POLLED, 0x4800, 125)
    return adu(transaction, POLLED, bytes((3, 250)) + data)


async def connect(served: Served, count: int) -> list[Client]:
    clients = [await served.connect() for _ in range(count)]
    await until(lambda: len(served.server._guests) >= min(count, PLACES))
    return clients


@pytest.mark.manual(11)
async def test_32_clients_are_served_and_one_more_is_refused(gateway: Served) -> None:
    clients = await connect(gateway, PLACES)
    assert PLACES == 32
    extra = await gateway.connect()
    extra.send(adu(1, POLLED, READ_POLLED))
    assert await extra.frame() == b""
    for number, client in enumerate(clients):
        assert await client.ask(adu(number, POLLED, READ_POLLED)) == right(gateway, number)

    await clients.pop().leave()
    newcomer = await gateway.connect()
    assert await newcomer.ask(adu(5, POLLED, READ_POLLED)) == right(gateway, 5)


@pytest.mark.manual(11)
async def test_32_clients_ask_at_once(gateway: Served) -> None:
    clients = await connect(gateway, PLACES)

    async def ask(client: Client) -> list[bytes]:
        return [await client.ask(adu(i, POLLED, READ_POLLED)) for i in range(20)]

    expected = [right(gateway, i) for i in range(20)]
    assert await asyncio.gather(*map(ask, clients)) == [expected] * PLACES


async def test_a_slow_reader_holds_up_nobody_and_loses_nothing(gateway: Served) -> None:
    slow, quick = await connect(gateway, 2)
    count = 20_000  # 5 MB of answers: more than sockets hold
    slow.send(*(adu(i & 0xFFFF, POLLED, READ_POLLED) for i in range(count)))
    for i in range(50):
        assert await quick.ask(adu(i, POLLED, READ_POLLED)) == right(gateway, i)
    for i in range(count):
        assert await slow.frame() == right(gateway, i & 0xFFFF)


async def test_a_client_that_closes_its_sending_half_gets_what_is_at_hand(gateway: Served) -> None:
    (client,) = await connect(gateway, 1)
    client.send(*(adu(i, POLLED, READ_POLLED) for i in range(3)))
    client.close_sending_half()
    assert [await client.frame() for _ in range(4)] == [*(right(gateway, i) for i in range(3)), b""]
    await until(lambda: not gateway.server._guests)


async def test_a_reset_amid_a_frame_frees_the_place(gateway: Served) -> None:
    resetting, other = await connect(gateway, 2)
    resetting.send(adu(1, POLLED, READ_POLLED)[:9])
    assert await other.ask(adu(1, POLLED, READ_POLLED)) == right(gateway)
    resetting.reset()
    await until(lambda: len(gateway.server._guests) == 1)
    assert await other.ask(adu(1, POLLED, READ_POLLED)) == right(gateway)


async def test_requests_of_a_client_that_is_gone_leave_the_queue(gateway: Served) -> None:
    gateway.plant.line.open.clear()
    (client,) = await connect(gateway, 1)
    client.send(*(adu(i, UNPOLLED, READ_LINE) for i in range(4)))
    await until(lambda: len(gateway.plant.line.asked) == 4)
    client.close()
    await until(lambda: len(gateway.plant.line.cancelled) == 4)
    assert len(gateway.plant.line.begun) == 1


async def test_noise_ends_its_own_connection_only(gateway: Served) -> None:
    noisy, other = await connect(gateway, 2)
    noisy.send(b"GET / HTTP/1.1\r\n\r\n")
    assert await noisy.frame() == b""
    assert await other.ask(adu(1, POLLED, READ_POLLED)) == right(gateway)


async def test_a_flood_is_cut_by_the_gate(tmp_path: Path) -> None:
    async with served(tmp_path, limits=Firewall(requests=100)) as gateway:
        (client,) = await connect(gateway, 1)
        client.send(*(adu(i, POLLED, READ_POLLED) for i in range(500)))
        frames = 0
        while await client.frame():
            frames += 1
        assert frames <= 100
        assert [e.client for e in gateway.gate.exclusions()] == [HOST]


async def test_an_idle_client_is_dropped_and_a_waiting_one_is_not(tmp_path: Path) -> None:
    hasty = replace(PLACE, idle_timeout=0.5)
    async with served(tmp_path, place=hasty) as gateway:
        gateway.plant.line.open.clear()
        idle, waiting = await connect(gateway, 2)
        waiting.send(adu(1, UNPOLLED, READ_LINE))
        assert await idle.frame() == b""
        gateway.plant.line.open.set()
        assert await waiting.frame() == adu(1, UNPOLLED, b"\x03\x02\x60\x07")


async def test_the_system_looks_for_peers_that_are_gone(gateway: Served) -> None:
    await connect(gateway, 1)
    (connection,) = gateway.server._guests
    end: socket.socket = connection.transport.get_extra_info("socket")
    assert end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == PLACE.keepalive == 60
    assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


async def test_at_its_end_the_server_lets_go_of_everything(gateway: Served) -> None:
    clients = await connect(gateway, 3)
    port = gateway.port
    gateway.task.cancel()
    assert [await client.frame() for client in clients] == [b""] * 3
    await until(lambda: not gateway.server._guests)
    assert gateway.ports.all() == {}
    with pytest.raises(OSError, match="Connect"):
        await asyncio.open_connection(HOST, port)


async def test_a_taken_port_is_said(gateway: Served) -> None:
    taken = replace(PLACE, port=gateway.port)
    welcome = partial(Connection, gateway.plant.handler)
    second = TcpDoor(taken, gateway.gate, gateway.ports, welcome)
    with pytest.raises(ListenError, match="already in use"):
        await second.run(lambda: None)
