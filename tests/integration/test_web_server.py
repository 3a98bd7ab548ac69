"""The web server over real TLS: API, pages and stream."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from digigate.errors import ListenError
from integration.web_site import SOON, Site, any_port, built, curl, redirecting, serving
from unit.web.gateway_view import METER, Plant, m50


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    web = any_port(hosts=("gateway.test",))
    async with serving(built(tmp_path), Plant(), web) as running:
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


@pytest.mark.parametrize("path", ["/", "/devices", "/devices/4", "/loads", "/buses", "/services"])
async def test_every_view_is_the_page(site: Site, path: str) -> None:
    assert await site.get(path) == (200, "<!doctype html><title>digigate</title>")


async def test_assets_are_compressed_and_kept(site: Site) -> None:
    async with site.session.get(site.url("/assets/index-1a2b.js")) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert await answer.text() == "export {};\n" * 200


async def test_files_for_other_programs_are_saved_under_their_names(site: Site) -> None:
    async with site.session.get(site.url("/mibs/X-MIB.txt")) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="X-MIB.txt"'
        assert (answer.status, answer.content_type) == (200, "text/plain")
        assert await answer.text() == "X-MIB DEFINITIONS ::= BEGIN END\n"
    assert (await site.get("/mibs/Y-MIB.txt"))[0] == 404


async def test_an_m50_has_no_measurements(tmp_path: Path) -> None:
    async with serving(tmp_path, m50(), any_port()) as site:
        hidden = ["/api/v1/loads", "/api/v1/devices/4/readings", "/loads"]
        hidden += ["/api/v1/stream?topics=loads", "/api/v1/stream?device=4"]
        assert {path: (await site.get(path))[0] for path in hidden} == dict.fromkeys(hidden, 404)
        assert (await site.get("/api/v1/devices/4"))[0] == 200


async def test_an_m70_has_them(site: Site) -> None:
    shown = ["/api/v1/loads", "/api/v1/devices/4/readings", "/loads"]
    assert {path: (await site.get(path))[0] for path in shown} == dict.fromkeys(shown, 200)


async def test_a_page_that_was_not_built_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path, Plant(), any_port()) as site:
        status, text = await site.get("/")
        assert (status, "make" in text) == (503, True)


async def test_the_plain_port_only_points_to_https(tmp_path: Path) -> None:
    async with serving(tmp_path, Plant(), any_port()) as site, redirecting(site) as port:
        plain = f"http://127.0.0.1:{port}"
        for path in ("/", "/devices/4?x=1", "/api/v1/gateway"):
            async with site.session.get(plain + path, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["Location"]) == (308, site.url(path))
        async with site.session.get(plain, headers={"Host": "evil.test"}) as answer:
            assert answer.status == 421


async def test_a_port_that_is_taken_is_one_plain_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        web = any_port().model_copy(update={"https_port": taken})
        with pytest.raises(ListenError, match=str(taken)):
            async with serving(tmp_path, Plant(), web):
                pass
        async with serving(tmp_path, Plant(), any_port()) as site:
            with pytest.raises(ListenError, match=f"{taken} is already in use.*null closes it"):
                async with redirecting(site, taken):
                    pass
            assert (await site.get("/api/v1/buses"))[0] == 200


async def test_the_plain_port_says_when_there_are_no_pages(tmp_path: Path) -> None:
    async with serving(tmp_path, Plant(), any_port()) as site, redirecting(site) as port:
        site.ground.ports.withdraw("https")
        async with site.session.get(f"http://127.0.0.1:{port}/") as answer:
            assert (answer.status, "not served" in await answer.text()) == (503, True)
        site.ground.ports.announce("https", site.ports["https"])


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


@pytest.mark.peer("curl")
async def test_curl_reads_the_api_and_heads_without_a_body(site: Site) -> None:
    status, body = await curl(site, "/api/v1/gateway")
    assert (status, json.loads(body)["site"]) == (200, "PLANT 7")
    status, body = await curl(site, "/api/v1/gateway", "--head", "--output", "/dev/null")
    assert (status, body) == (200, "")


async def test_a_bug_of_ours_is_logged_and_not_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> tuple[()]:
        raise LookupError("the inner secret")

    plant = Plant()
    view = replace(plant.view, health=broken)
    async with serving(tmp_path, plant, any_port(), view=view) as site:
        status, body = await site.get("/api/v1/services")
        assert (status, body["error"]["code"]) == (500, "internal_server_error")
        assert "secret" not in json.dumps(body)
        assert (await site.get("/api/v1/buses"))[0] == 200
    (record,) = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], LookupError)
