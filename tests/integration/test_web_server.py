"""The web server over real TLS, asked by aiohttp's client, curl and bare sockets."""

import asyncio
import json
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from digigate.errors import ListenError
from digigate.firewall import Gate
from digigate.security.certificates import Certificates
from digigate.services.web import WebServer
from digigate.services.web.connection import Limits
from digigate.settings.sections import Firewall, Web
from digigate.state import Ports, StateDirectory
from running import eventually
from unit.web.gateway_view import METER, Plant, m50

PATIENT = Limits()
HASTY = replace(PATIENT, handshake=0.3, request=0.3, idle=0.3)
SOON = 20.0  # seconds: far more than any of this takes


@dataclass
class Site:
    """A running server and a client that trusts it."""

    plant: Plant
    gate: Gate
    ports: dict[str, int]
    session: aiohttp.ClientSession
    task: asyncio.Task[None]

    def url(self, path: str) -> str:
        return f"https://127.0.0.1:{self.ports['https']}{path}"

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        async with self.session.get(self.url(path), **options) as answer:
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.text()

    def connect(self, *, tls: bool = True) -> socket.socket:
        """A bare connection, for what no decent client does; it blocks, at most `SOON`."""
        plain = socket.create_connection(("127.0.0.1", self.ports["https"]), timeout=SOON)
        if not tls:
            return plain
        try:
            return trusting().wrap_socket(plain)
        except OSError:
            plain.close()
            raise

    async def talk(self, said: bytes, *, tls: bool = True) -> bytes:
        """All that is answered until the server ends the connection, in whatever way."""
        return await asyncio.to_thread(self._talk, said, tls)

    def _talk(self, said: bytes, tls: bool) -> bytes:
        received = b""
        with self.connect(tls=tls) as channel:
            channel.sendall(said)
            with suppress(ConnectionError, ssl.SSLError):
                while more := channel.recv(4096):
                    received += more
        return received


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@asynccontextmanager
async def serving(
    folder: Path,
    plant: Plant,
    web: Web,
    limits: Limits = PATIENT,
    firewall: Firewall = Firewall(),  # noqa: B008 -- frozen
) -> AsyncIterator[Site]:
    with StateDirectory(folder / "state") as state:
        gate, ports = Gate(firewall, plant.conditions), Ports(state)
        pair = Certificates(state, plant.clock)
        server = WebServer(
            web, gate, ports, pair, plant.view, limits=limits, static=folder / "static"
        )
        up = asyncio.Event()
        task = asyncio.create_task(server.run(up.set))
        waiting = asyncio.create_task(up.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            await task
        connector = aiohttp.TCPConnector(ssl=trusting())
        async with aiohttp.ClientSession(connector=connector) as session:
            try:
                yield Site(plant, gate, ports.all(), session, task)
            finally:
                task.cancel()
                await asyncio.wait({task}, timeout=SOON)
        assert task.cancelled()
        assert ports.all() == {}
        assert gate.sockets() == ()


def any_port(**more: Any) -> Web:
    return Web(host="127.0.0.1", https_port=0, **more)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    static = tmp_path / "static" / "assets"
    static.mkdir(parents=True)
    (static / "index-1a2b.js").write_text("export {};\n" * 200)
    (static.parent / "index.html").write_text("<!doctype html><title>digigate</title>")
    async with serving(tmp_path, Plant(), any_port(hosts=("gateway.test",))) as running:
        yield running


async def test_the_api_answers(site: Site) -> None:
    site.plant.poll(milliamperes=4200)
    assert (await site.get("/api/v1/gateway"))[1]["order_code"] == "4829 0220"
    assert [d["address"] for d in (await site.get("/api/v1/devices"))[1]["devices"]] == [4, 20]
    assert (await site.get(f"/api/v1/devices/{METER}"))[1]["name"] == "I-30 workshop"
    status, shown = await site.get(f"/api/v1/devices/{METER}/readings?load=2")
    assert (status, [r["value"] for r in shown["readings"]]) == (200, [4.2])
    assert len((await site.get("/api/v1/loads"))[1]["loads"]) == 2
    assert [b["name"] for b in (await site.get("/api/v1/buses"))[1]["buses"]] == ["digiware"]
    assert (await site.get("/api/v1/services"))[1]["services"][0]["port"] == 8443
    assert (await site.get("/api/v1/conditions"))[1] == {"conditions": []}
    assert "/api/v1/stream" in (await site.get("/api/v1/openapi.json"))[1]["paths"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/devices/99", 404, "not_found"),
        ("/api/v1/devices/four", 404, "not_found"),
        ("/api/v1/devices/%C2%B2", 404, "not_found"),
        ("/api/v1/devices/4/readings?load=x", 400, "bad_request"),
        ("/api/v1/stream?topics=weather", 400, "bad_request"),
        ("/api/v1/stream?device=99", 404, "not_found"),
        ("/api/v1/nothing", 404, "not_found"),
    ],
)
async def test_a_refusal_of_the_api_is_json(site: Site, path: str, status: int, code: str) -> None:
    answered, body = await site.get(path)
    assert (answered, body["error"]["code"]) == (status, code)
    assert body["error"]["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/api/v1/devices", "/api/v1/nothing"])
async def test_nothing_can_be_written(site: Site, method: str, path: str) -> None:
    async with site.session.request(method, site.url(path)) as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET,HEAD"


@pytest.mark.parametrize("path", ["/", "/devices", "/devices/4", "/loads", "/buses", "/services"])
async def test_every_view_is_the_page(site: Site, path: str) -> None:
    assert await site.get(path) == (200, "<!doctype html><title>digigate</title>")


async def test_assets_are_compressed_and_kept(site: Site) -> None:
    async with site.session.get(site.url("/assets/index-1a2b.js")) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert await answer.text() == "export {};\n" * 200


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
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Server" not in answer.headers
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("gateway.test:8443", 200), ("10.9.8.7", 200), ("evil.test", 421)],
)
async def test_foreign_names_are_sent_away(site: Site, host: str, status: int) -> None:
    assert (await site.get("/api/v1/gateway", headers={"Host": host}))[0] == status


@pytest.mark.manual(1)
async def test_an_m50_has_no_measurements(tmp_path: Path) -> None:
    async with serving(tmp_path, m50(), any_port()) as site:
        hidden = ["/api/v1/loads", "/api/v1/devices/4/readings", "/loads"]
        hidden += ["/api/v1/stream?topics=loads", "/api/v1/stream?device=4"]
        assert {path: (await site.get(path))[0] for path in hidden} == dict.fromkeys(hidden, 404)
        assert (await site.get("/api/v1/devices/4"))[0] == 200


@pytest.mark.manual(1)
async def test_an_m70_has_them(site: Site) -> None:
    shown = ["/api/v1/loads", "/api/v1/devices/4/readings", "/loads"]
    assert {path: (await site.get(path))[0] for path in shown} == dict.fromkeys(shown, 200)


async def test_a_page_that_was_not_built_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path, Plant(), any_port()) as site:
        status, text = await site.get("/")
        assert (status, "make" in text) == (503, True)


async def test_the_plain_port_only_points_to_https(tmp_path: Path) -> None:
    async with serving(tmp_path, Plant(), any_port(http_port=0)) as site:
        plain = f"http://127.0.0.1:{site.ports['http']}"
        for path in ("/", "/devices/4?x=1", "/api/v1/gateway"):
            async with site.session.get(plain + path, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["Location"]) == (308, site.url(path))
        async with site.session.get(plain, headers={"Host": "evil.test"}) as answer:
            assert answer.status == 421


async def test_a_port_that_is_taken_is_one_plain_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        for web in (any_port(http_port=taken), any_port().model_copy(update={"https_port": taken})):
            with pytest.raises(ListenError, match=str(taken)):
                async with serving(tmp_path, Plant(), web):
                    pass


async def test_the_stream_tells_the_state_and_then_the_news(site: Site) -> None:
    url = site.url("/api/v1/stream?topics=conditions&device=4")
    async with asyncio.timeout(SOON), site.session.get(url) as answer:
        assert answer.content_type == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        events = _events(answer.content)
        assert (await anext(events)) == ("conditions", {"conditions": []})
        topic, first = await anext(events)
        assert (topic, first["readings"][0]["quality"]) == ("readings", "unread")
        site.plant.poll(milliamperes=9900)
        site.plant.later(0.6)
        topic, second = await anext(events)
        assert (topic, second["readings"][0]["value"]) == ("readings", 9.9)
        site.plant.conditions.set("slave.timeout", "20", "no answer")
        site.plant.later(1.1)
        topic, third = await anext(events)
        assert (topic, third["conditions"][0]["subject"]) == ("conditions", "20")


async def _events(content: aiohttp.StreamReader) -> AsyncIterator[tuple[str, Any]]:
    topic = ""
    async for line in content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "event":
            topic = value
        elif name == "data":
            yield topic, json.loads(value)


async def test_a_server_that_stops_ends_its_streams(tmp_path: Path) -> None:
    async with (
        asyncio.timeout(SOON),
        serving(tmp_path, Plant(), any_port()) as site,
        site.session.get(site.url("/api/v1/stream")) as answer,
    ):
        assert await answer.content.readline() == b"retry: 2000\n"
        site.task.cancel()
        assert b"event: gateway" in await answer.content.read()


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


@pytest.mark.peer("curl")
async def test_curl_reads_the_api_and_heads_without_a_body(site: Site) -> None:
    status, body = await curl(site, "/api/v1/gateway")
    assert (status, json.loads(body)["site"]) == (200, "PLANT 7")
    status, body = await curl(site, "/api/v1/gateway", "--head", "--output", "/dev/null")
    assert (status, body) == (200, "")


async def curl(site: Site, path: str, *options: str) -> tuple[int, str]:
    command = ["curl", "--silent", "--insecure", "--write-out", "\n%{http_code}", *options]
    done = await asyncio.to_thread(
        subprocess.run,
        [*command, site.url(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=SOON,
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body
