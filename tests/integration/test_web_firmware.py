"""Loading firmware over HTTPS: who may, what is taken, and what it costs (§11.3.6)."""

import asyncio
import os
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from digigate.firmware.update import Firmware, Patience
from digigate.settings.profiles import Profile
from digigate.settings.sections import Firewall
from integration.web_site import SOON, Site, any_port, built, serving
from integration.web_visitor import enter
from releases import Maker, tiny_wheel
from unit.web.gateway_view import Plant

OCTETS = "application/octet-stream"
LARGE = 3 << 20  # octets: more than any other body, and more than this firewall lets through


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    maker = Maker(tmp_path)
    maker.is_trusted_by(tmp_path / "gateway")
    return maker


@pytest.fixture
async def site(tmp_path: Path, maker: Maker) -> AsyncIterator[Site]:
    plant, state = Plant(), tmp_path / "gateway"
    firmware = Firmware(state, state / "slots", plant.conditions, lambda: Patience(5, 2))
    plant.load_firmware = firmware.stage
    limited = Firewall(kbits=8_000)
    async with serving(built(tmp_path), plant, any_port(), firewall=limited) as site:
        yield site


async def load(site: Site, data: bytes, name: str = "x.dfu", **headers: str) -> tuple[int, Any]:
    """A file by the API; the status and the answer."""
    headers.setdefault("Content-Type", OCTETS)
    address = site.url(f"/api/v1/firmware?name={name}")
    async with site.session.post(address, data=BytesIO(data), headers=headers) as answer:
        return answer.status, await answer.json()


async def tokens(site: Site) -> dict[str, str]:
    return {"X-CSRF-Token": (await site.get("/api/v1/session"))[1]["csrf"]}


def large_image(maker: Maker) -> bytes:
    filling = os.urandom(LARGE).hex()
    wheel = tiny_wheel(maker.folder, "60.0.0", files={"digigate/filling": filling})
    return maker.image(wheel).read_bytes()


async def test_only_cyber_may_load(site: Site, maker: Maker) -> None:
    image = maker.tiny("60.0.0").read_bytes()
    assert (await load(site, image))[0] in {401, 403}
    for profile in (Profile.ADVANCED, Profile.ADMIN):
        await enter(site, profile)
        assert (await load(site, image, **await tokens(site)))[0] == 403
    await enter(site, Profile.CYBER)
    assert (await load(site, image))[0] == 403  # another page may have sent it
    foreign = {"Origin": "https://elsewhere.example", **await tokens(site)}
    assert (await load(site, image, **foreign))[0] == 403
    status, answer = await load(site, image, **await tokens(site))
    assert (status, answer["result"]["ok"]) == (200, True)


async def test_a_large_file_is_taken_and_not_counted(site: Site, maker: Maker) -> None:
    await enter(site, Profile.CYBER)
    data = large_image(maker)
    assert len(data) > 2 * site.gate._rates.octets
    status, answer = await load(site, data, **await tokens(site))
    assert (status, answer["result"]["ok"], answer["result"]["size"]) == (200, True, len(data))
    assert site.gate.exclusions() == ()
    status, answer = await load(site, data[:-1] + b"!", name="x.bin", **await tokens(site))
    assert (status, answer["result"]["ok"]) == (200, False)
    assert ".dfu" in answer["result"]["reason"]


async def test_what_is_no_file_is_refused(site: Site) -> None:
    await enter(site, Profile.CYBER)
    token = await tokens(site)
    assert (await load(site, b"{}", **{**token, "Content-Type": "application/json"}))[0] == 415
    verdict = (await load(site, b"", **token))[1]["result"]
    assert (verdict["ok"], verdict["size"]) == (False, 0)


async def test_a_body_that_says_it_is_too_large_is_not_read(site: Site) -> None:
    await enter(site, Profile.CYBER)
    cookies = "; ".join(f"{c.key}={c.value}" for c in site.session.cookie_jar)
    head = (
        f"POST /api/v1/firmware?name=x.dfu HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n"
        f"X-CSRF-Token: {(await tokens(site))['X-CSRF-Token']}\r\nContent-Type: {OCTETS}\r\n"
        f"Content-Length: {80 << 20}\r\n\r\n"
    )
    assert (await site.talk(head.encode())).startswith(b"HTTP/1.1 413 ")


async def test_two_files_at_once_are_one_too_many(site: Site, maker: Maker) -> None:
    await enter(site, Profile.CYBER)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"begun"
        begun.set()
        await go_on.wait()

    headers = {**await tokens(site), "Content-Type": OCTETS}
    address = site.url("/api/v1/firmware?name=slow.dfu")
    first = asyncio.create_task(site.session.post(address, data=slow(), headers=headers))
    await begun.wait()
    image = maker.tiny("60.0.0").read_bytes()
    async with asyncio.timeout(SOON):
        status = 200  # until the first one has begun
        while status == 200:
            status, answer = await load(site, image, **await tokens(site))
    go_on.set()
    assert status == 409
    assert "being loaded" in answer["error"]["message"]
    async with await first as told:
        assert not (await told.json())["result"]["ok"]
