"""Many who are silent or slow, and one who is neither; and bodies that are made to hurt."""

import asyncio
import gzip
import io
import resource
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from digigate.commands import Arguments, Command, Json
from digigate.settings.profiles import EVERYBODY
from digigate.settings.sections import Firewall
from integration.web_site import PATIENT, SOON, Site, any_port, built, serving
from unit.web.gateway_view import Plant

CROWD, PER_SOURCE = 1000, 16
ORDER = "/api/v1/commands/echo"
BUSY = Firewall(requests=20_000)
HELLO = b"\x16\x03\x01\x02\x00\x01\x00"
TRICKLE = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


async def echo(_: Arguments) -> Json:
    return "heard"


def plant() -> Plant:
    plant = Plant()
    plant.commands.add(Command("echo", Arguments, echo, EVERYBODY))
    return plant


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with serving(built(tmp_path), plant(), any_port()) as running:
        yield running


@contextmanager
def many_descriptors(count: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        pytest.skip(f"this machine allows {hard} descriptors only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("said", [b"", HELLO], ids=["silent", "half a hello"])
async def test_a_thousand_connections_shut_nobody_out(tmp_path: Path, said: bytes) -> None:
    with many_descriptors(4096), ExitStack() as crowd:
        async with serving(tmp_path, plant(), any_port(), firewall=BUSY) as site:
            coming = asyncio.create_task(_come(crowd, site.ports["https"], said))
            answered = 0
            while not coming.done() or answered < 20:
                await _asked_anew(site)
                answered += 1
            await coming


async def _come(crowd: ExitStack, port: int, said: bytes) -> None:
    """A thousand connections from many addresses, none of which ever asks anything."""
    loop = asyncio.get_running_loop()
    for number in range(CROWD):
        channel = crowd.enter_context(socket.socket())
        channel.bind((f"127.0.1.{1 + number // PER_SOURCE}", 0))
        channel.setblocking(False)
        with suppress(ConnectionError):
            await loop.sock_connect(channel, ("127.0.0.1", port))
            await loop.sock_sendall(channel, said)


async def _asked_anew(site: Site) -> None:
    """One request over a connection of its own; a browser would try thrice, too."""
    async with asyncio.timeout(SOON):
        for _ in range(3):
            with suppress(aiohttp.ClientConnectionError):
                answer = await site.get("/api/v1/conditions", headers={"Connection": "close"})
                assert answer[0] == 200
                return
    pytest.fail("three tries, and no answer")


async def test_heads_that_trickle_shut_nobody_out(tmp_path: Path) -> None:
    """Slowloris: more of them than there are places, over finished handshakes."""
    limits = replace(PATIENT, total=8, per_client=4)
    async with serving(tmp_path, plant(), any_port(), limits, BUSY) as site:
        channels = []
        for number in range(16):
            source = (f"127.0.1.{1 + number // 4}", 0)
            connecting = asyncio.open_connection(
                "127.0.0.1", site.ports["https"], local_addr=source, ssl=False
            )
            _, writer = await connecting
            channels.append(writer)
        for _ in range(5):
            for writer in channels:
                writer.write(TRICKLE[:5])
            await _asked_anew(site)
        for writer in channels:
            writer.close()


async def test_a_body_that_trickles_is_cut_off(tmp_path: Path) -> None:
    def trickle(site: Site) -> float:
        """Promise a body and send it bit by bit; seconds until the server has had enough."""
        began = time.monotonic()
        head = f"POST {ORDER} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        with site.connect() as channel:
            channel.sendall(f"{head}Content-Length: 5000\r\n\r\n{{".encode())
            channel.settimeout(0.05)
            while time.monotonic() < began + SOON:
                try:
                    channel.sendall(b" ")
                    if channel.recv(100) == b"":
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
        return time.monotonic() - began

    async with serving(tmp_path, plant(), any_port(), replace(PATIENT, body=0.3)) as site:
        assert await asyncio.to_thread(trickle, site) < SOON
        async with site.session.post(site.url(ORDER), json={}) as answer:
            assert await answer.json() == {"result": "heard"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"[" * 500_000, {}, 400),
        (b'{"a":' * 100_000, {}, 400),
        (gzip.compress(bytes(50 << 20)), {"Content-Encoding": "gzip"}, 413),
        (b"{" + b" " * (2 << 20), {}, 413),
        (b"\xff\xfe{}", {}, 400),
    ],
    ids=["nested lists", "nested objects", "gzip bomb", "too long", "no text"],
)
async def test_a_body_made_to_hurt_is_refused(
    site: Site, body: bytes, headers: dict[str, str], status: int
) -> None:
    headers = {"Content-Type": "application/json", **headers}
    with suppress(aiohttp.ClientConnectionError):  # it may not have wanted to hear all of it
        sent = io.BytesIO(body)
        async with site.session.post(site.url(ORDER), data=sent, headers=headers) as answer:
            assert answer.status == status
    await _asked_anew(site)


async def test_a_form_of_a_million_fields_is_refused_unread(site: Site) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"a&" * 400_000, _endless()):
        with suppress(aiohttp.ClientConnectionError):
            async with site.session.post(site.url("/login"), data=body, headers=headers) as answer:
                assert answer.status == 413


async def _endless() -> AsyncIterator[bytes]:
    """Sent in chunks, without saying how long it will be."""
    for _ in range(10):
        yield b"a=b&" * 1000


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
        "Content-Length: 2\r\nContent-Length: 3",
        "Content-Length: -1",
        "Transfer-Encoding: chunked, identity",
        "X-Name : value",
        "X-Zero: a\x00b",
    ],
)
async def test_heads_that_two_servers_could_read_apart_are_refused(site: Site, head: str) -> None:
    asked = f"POST {ORDER} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n{{}}"
    assert (await site.talk(asked.encode())).split(b" ")[1] == b"400"


@pytest.mark.parametrize(
    "wished", ["/x%0d%0aSet-Cookie:%20a=b", "/login?next=/%0d%0aX-Planted:%201", "/?lang=%0d%0aX:1"]
)
async def test_no_address_plants_a_header(site: Site, wished: str) -> None:
    asked = f"GET {wished} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    head = (await site.talk(asked.encode())).partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nset-cookie: a=b" not in head
    assert b"\r\nx-planted" not in head
    assert b"\r\nx:1" not in head
