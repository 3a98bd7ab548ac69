"""The web server and those who mean it no good."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from digigate.settings.sections import Firewall
from integration.web_site import HASTY, PATIENT, SOON, Site, any_port, built, curl, serving
from running import eventually
from unit.web.gateway_view import Plant


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    web = any_port(hosts=("gateway.test",))
    async with serving(built(tmp_path), Plant(), web) as running:
        yield running


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/api/v1/devices", "/api/v1/nothing"])
async def test_nothing_can_be_written(site: Site, method: str, path: str) -> None:
    async with site.session.request(method, site.url(path)) as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET,HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "/../state/https.pem",
        "/assets/../../state/https.pem",
        "/%2e%2e/state/https.pem",
        "/assets/..%2f..%2fstate%2fhttps.pem",
        "/assets/%00",
        "//etc/passwd",
        "/assets",
    ],
)
@pytest.mark.peer("curl")
async def test_nothing_outside_the_page_is_served(site: Site, path: str) -> None:
    status, body = await curl(site, path, "--path-as-is")
    assert status == 404
    assert "PRIVATE" not in body


@pytest.mark.parametrize("path", ["/", "/api/v1/gateway", "/nothing", "/assets/index-1a2b.js"])
async def test_every_answer_is_sealed(site: Site, path: str) -> None:
    async with site.session.get(site.url(path)) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Server" not in answer.headers
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("gateway.test:8443", 200), ("10.9.8.7", 200), ("evil.test", 421)],
)
async def test_foreign_names_are_sent_away(site: Site, host: str, status: int) -> None:
    assert (await site.get("/api/v1/gateway", headers={"Host": host}))[0] == status


@pytest.mark.parametrize("tls", [True, False], ids=["after the handshake", "before it"])
async def test_a_silent_connection_is_dropped(tmp_path: Path, tls: bool) -> None:
    async with serving(tmp_path, Plant(), any_port(), HASTY) as site:
        assert await site.talk(b"", tls=tls) == b""


async def test_a_head_that_trickles_is_cut_off(tmp_path: Path) -> None:
    def trickle(site: Site) -> bool:
        """Send an endless header bit by bit; True once the server has had enough."""
        deadline = time.monotonic() + SOON
        with site.connect() as channel:
            channel.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            channel.settimeout(0.05)
            while time.monotonic() < deadline:
                try:
                    channel.sendall(b"x")
                    if channel.recv(100) == b"":
                        return True
                except TimeoutError:
                    continue
                except OSError:
                    return True
        return False

    async with serving(tmp_path, Plant(), any_port(), HASTY) as site:
        assert await asyncio.to_thread(trickle, site)


async def test_an_idle_connection_is_closed_after_its_time(tmp_path: Path) -> None:
    async with serving(tmp_path, Plant(), any_port(), HASTY) as site:
        asked = b"GET /api/v1/conditions HTTP/1.1\r\nHost: localhost\r\n\r\n"
        assert (await site.talk(asked)).endswith(b'{"conditions":[]}')


async def test_what_is_no_http_is_answered_without_details(site: Site) -> None:
    answer = await site.talk(b"\x16\x03 nonsense\r\n\r\n")
    assert answer.split(b" ")[1] == b"400"
    for secret in (b"aiohttp", b"Python", b"nonsense"):
        assert secret not in answer
    assert b"Content-Security-Policy" in answer


async def test_a_huge_body_is_refused_unread(site: Site) -> None:
    asked = f"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {2 << 20}\r\n\r\n"
    assert (await site.talk(asked.encode())).startswith(b"HTTP/1.1 413")


async def test_one_client_cannot_take_every_place(tmp_path: Path) -> None:
    def crowd(site: Site) -> bool:
        """Take all places, see the next one refused, give one back, get in again."""
        kept = [site.connect() for _ in range(3)]
        with pytest.raises(OSError):  # noqa: PT011 -- reset or end, as the timing has it
            site.connect()
        kept.pop().close()
        kept.append(eventually(site.connect, SOON, "a place"))
        for channel in kept:
            channel.close()
        return True

    limits = replace(PATIENT, per_client=3)
    async with serving(tmp_path, Plant(), any_port(), limits) as site:
        assert await asyncio.to_thread(crowd, site)


async def test_each_request_counts_at_the_gate(tmp_path: Path) -> None:
    strict = Firewall(requests=20)
    async with serving(tmp_path, Plant(), any_port(), firewall=strict) as site:
        with suppress(aiohttp.ClientError):
            for _ in range(200):
                assert (await site.get("/api/v1/gateway"))[0] == 200
        assert [exclusion.client for exclusion in site.gate.exclusions()] == ["127.0.0.1"]


async def test_who_does_not_take_what_is_sent_is_cut_off(tmp_path: Path) -> None:
    def sulk(site: Site) -> bool:
        """Ask for much and read nothing; True once the place is free for somebody else."""
        with site.connect() as sulking:
            sulking.sendall(b"GET /assets/big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n" * 4)
            eventually(site.connect, SOON, "a place").close()
        return True

    big = built(tmp_path) / "static" / "assets" / "big.bin"
    big.write_bytes(random.Random(1).randbytes(8 << 20))
    limits = replace(PATIENT, per_client=1, stall=0.3)
    async with serving(tmp_path, Plant(), any_port(), limits) as site:
        assert await asyncio.to_thread(sulk, site)
