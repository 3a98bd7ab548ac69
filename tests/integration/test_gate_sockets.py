"""Real asyncio servers behind the gate: a flooding client is shut out, a good one is served."""

import asyncio
import gc
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import ListenError
from digigate.firewall import Gate
from digigate.firewall.gate import CLIENTS_MAX
from digigate.security.certificates import PAIR, Certificates
from digigate.security.vault import Vault
from digigate.settings.sections import Firewall
from digigate.state import StateDirectory

LINE_MAX = 2**20  # more than the gate lets through
BAD, GOOD = "127.0.0.2", "127.0.0.3"
LIMITS = Firewall(kbits=1_000_000, requests=100)


class Site:
    """An echo server of each kind behind one gate, whose exclusions end when a test says so."""

    def __init__(self, limits: Firewall = LIMITS) -> None:
        self.conditions = Conditions(Clock())
        self.ends: list[Callable[[], None]] = []
        self.gate = Gate(limits, self.conditions, later=lambda _, end: self.ends.append(end))
        self.unowned: list[dict[str, object]] = []

    async def serve_line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Echo lines, counting each as a request."""
        client = writer.get_extra_info("peername")[0]
        with suppress(ConnectionError):
            while (line := await reader.readline()) and self.gate.spend(client):
                writer.write(line)
                await writer.drain()
        writer.close()

    @asynccontextmanager
    async def tcp(self, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.unowned.append(context))
        sock = self.gate.listen_tcp("127.0.0.1" if context else "0.0.0.0", 0, "echo")
        serve = self.serve_line
        async with await asyncio.start_server(serve, sock=sock, ssl=context, limit=LINE_MAX):
            yield sock.getsockname()[1]
        gc.collect()
        assert self.unowned == []


class EchoDatagrams(asyncio.DatagramProtocol):
    """Sends each datagram back."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


async def connect(
    port: int, client: str, context: ssl.SSLContext | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(
        "127.0.0.1",
        port,
        ssl=context,
        local_addr=(client, 0),
        server_hostname="localhost" if context else None,
    )


async def ask(port: int, client: str, context: ssl.SSLContext | None = None) -> bytes:
    """One request on a connection of its own; nothing where the gate refuses."""
    try:
        reader, writer = await connect(port, client, context)
    except (ConnectionError, ssl.SSLError):
        return b""
    try:
        writer.write(b"ping\n")
        return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


async def eventually(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 -- what is waited for knows no events
            await asyncio.sleep(0.01)


async def flood(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: int = 10_000
) -> int:
    """Ask until cut off; returns how many were answered."""
    answered = 0
    with suppress(ConnectionError):
        for _ in range(requests):
            writer.write(b"flood\n")
            if await reader.readline() != b"flood\n":
                break
            answered += 1
    writer.close()
    with suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()
    return answered


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context and one of a client that trusts it."""
    with StateDirectory(tmp_path) as state:
        server = Certificates(state, Clock(), Vault(state)).context()
    return server, ssl.create_default_context(cafile=tmp_path / PAIR)


@pytest.mark.manual(282, 284)
async def test_a_flooding_client_is_cut_off_and_another_is_served() -> None:
    site = Site()
    async with site.tcp() as port:
        idle_reader, idle_writer = await connect(port, BAD)
        good = asyncio.create_task(ask(port, GOOD))
        answered = await flood(*await connect(port, BAD))
        assert await good == b"ping\n"
        assert 90 <= answered < 9_000
        assert await idle_reader.read() == b"", "its other connection ends too"
        idle_writer.close()
        assert await ask(port, BAD) == b""
        for _ in range(20):
            assert await ask(port, GOOD) == b"ping\n"
        (condition,) = site.conditions.active("client.excluded")
        assert condition.subject == BAD
        site.ends.pop()()
        assert await ask(port, BAD) == b"ping\n"
        assert site.conditions.active() == ()


async def test_the_same_over_tls(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, trusting = tls
    site = Site()
    async with site.tcp(server) as port:
        answered = await flood(*await connect(port, BAD, trusting))
        assert 90 <= answered < 9_000
        assert await ask(port, BAD, trusting) == b""
        assert await ask(port, GOOD, trusting) == b"ping\n"
        site.ends.pop()()
        assert await ask(port, BAD, trusting) == b"ping\n"


async def test_connecting_too_often_is_a_flood(
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    site = Site(Firewall(requests=20))
    async with site.tcp(tls[0]) as port:
        for _ in range(200):
            with suppress(ConnectionError):
                _, writer = await asyncio.wait_for(connect(port, BAD), 5)
                writer.close()
            if site.gate.exclusions():
                break
        (exclusion,) = site.gate.exclusions()
        assert exclusion.client == BAD
        assert await ask(port, GOOD, tls[1]) == b"ping\n"


@pytest.mark.manual(281)
async def test_too_many_octets_are_refused_before_any_parser() -> None:
    site = Site(Firewall(kbits=800, requests=100_000))
    async with site.tcp() as port:
        _, writer = await connect(port, BAD)
        with suppress(ConnectionError):
            for _ in range(1_000):
                writer.write(b"x" * 1_000)
                await writer.drain()
        writer.close()
        await eventually(lambda: bool(site.gate.exclusions()))
        assert site.gate.exclusions()[0].reason == "sent more than 800 kbit/s (to echo)"
        assert await ask(port, GOOD) == b"ping\n"


async def test_an_excluded_client_is_excluded_from_every_service() -> None:
    site = Site()
    async with site.tcp() as first, site.tcp() as second:
        await flood(*await connect(first, BAD))
        assert await ask(second, BAD) == b""
        assert await ask(second, GOOD) == b"ping\n"


async def test_datagrams_of_a_flood_never_reach_the_service() -> None:
    site = Site()
    loop = asyncio.get_running_loop()
    sock = site.gate.listen_udp("127.0.0.1", 0, "snmp")
    address = sock.getsockname()
    transport, _ = await loop.create_datagram_endpoint(EchoDatagrams, sock=sock)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bad,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as good,
    ):
        for client, host in ((bad, BAD), (good, GOOD)):
            client.bind((host, 0))
            client.connect(address)
            client.setblocking(False)
        async with asyncio.timeout(20):
            for _ in range(2_000):  # one each turn: the loop reads one datagram a turn
                bad.send(b"flood")
                await asyncio.sleep(0)
            await loop.sock_sendall(good, b"ping")
            assert await loop.sock_recv(good, 100) == b"ping"
        answers = 0
        with suppress(BlockingIOError):
            while bad.recv(100):
                answers += 1
        assert 90 <= answers < 1_000
        assert site.gate.exclusions()[0].client == BAD
    transport.close()


async def test_an_ipv4_client_of_an_ipv6_socket_is_one_client() -> None:
    site = Site()
    try:
        sock = site.gate.listen_tcp("::", 0, "echo")
    except ListenError:
        pytest.skip("this machine has no IPv6")
    async with await asyncio.start_server(site.serve_line, sock=sock):
        await flood(*await connect(sock.getsockname()[1], BAD))
        assert [e.client for e in site.gate.exclusions()] == [BAD]


def test_a_taken_port_says_what_to_do() -> None:
    gate = Site().gate
    with gate.listen_tcp("127.0.0.1", 0, "modbus_tcp") as sock:
        port = sock.getsockname()[1]
        with pytest.raises(
            ListenError, match=rf"TCP port {port} is already in use on 127.0.0.1: .*modbus_tcp"
        ):
            gate.listen_tcp("127.0.0.1", port, "modbus_tcp")
    with gate.listen_tcp("127.0.0.1", port, "modbus_tcp"):
        pass


def test_two_services_never_share_a_udp_port() -> None:
    gate = Site().gate
    with gate.listen_udp("127.0.0.1", 0, "snmp") as sock:
        port = sock.getsockname()[1]
        with pytest.raises(ListenError, match="already in use"):
            gate.listen_udp("127.0.0.1", port, "snmp")


def test_an_address_of_another_machine_is_said() -> None:
    with pytest.raises(ListenError, match=r"192\.0\.2\.1 cannot be opened for https"):
        Site().gate.listen_tcp("192.0.2.1", 0, "https")


def test_the_gate_knows_its_open_sockets() -> None:
    gate = Site().gate
    with gate.listen_tcp("127.0.0.1", 0, "https") as tcp:
        with gate.listen_udp("127.0.0.1", 0, "snmp") as udp:
            assert set(gate.sockets()) == {tcp, udp}
            assert not tcp.getblocking()
            assert not udp.getblocking()
        assert gate.sockets() == (tcp,)
    assert gate.sockets() == ()


async def test_an_exclusion_ends_by_the_loop_s_own_time() -> None:
    conditions = Conditions(Clock())
    limits = Firewall(requests=10).model_copy(update={"block_seconds": 0.05})
    gate = Gate(limits, conditions)
    assert not gate.spend(BAD, 11)
    assert len(conditions.active()) == 1
    await eventually(lambda: not gate.exclusions())
    assert conditions.active() == ()
    assert gate.spend(BAD)


async def test_a_crowd_of_addresses_lets_nobody_send_more() -> None:
    """Its meter has lost its place to others, and still counts."""
    site = Site(Firewall(kbits=16, requests=100_000))
    async with site.tcp() as port:
        reader, writer = await connect(port, BAD)
        writer.write(b"first\n")
        assert await reader.readline() == b"first\n"
        for number in range(2 * CLIENTS_MAX):
            site.gate.spend(f"2001:db8::{number:x}")
        with suppress(ConnectionError):
            for _ in range(100):
                writer.write(b"x" * 999 + b"\n")
                if not await reader.readline():
                    break
        assert [exclusion.client for exclusion in site.gate.exclusions()] == [BAD]
        writer.close()
