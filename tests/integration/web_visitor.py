"""Visitors of a site that takes orders: they log in, fill in forms, order something."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from digigate.commands import Arguments, Command, Json, Stream
from digigate.settings.profiles import ADMINISTRATORS, OFFICER, Profile
from digigate.settings.sections import Firewall
from integration.web_site import Site, any_port, built, serving
from unit.web.gateway_view import Plant

GOOD, BETTER = "Ab3$efghij", "Kl7$mnopqr"
SID = "__Host-sid"
ORDER = "/api/v1/commands"


async def restart(_: Arguments) -> Json:
    return "restarted"


async def endless(_: Arguments) -> AsyncGenerator[Json, None]:
    while True:
        yield "still here"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def staffed(folder: Path) -> AsyncIterator[Site]:
    """A site that takes orders of every profile, and does not tire of requests."""
    plant = Plant()
    plant.commands.add(Command("restart", Arguments, restart, ADMINISTRATORS))
    plant.commands.add(Command("seal", Arguments, restart, OFFICER))
    plant.commands.add(Stream("endless", Arguments, endless, ADMINISTRATORS))
    busy = Firewall(requests=20_000)
    async with serving(built(folder), plant, any_port(), firewall=busy) as site:
        yield site


async def page(site: Site, path: str, **options: Any) -> tuple[str, str]:
    """The path that a visitor ends at, and the text of that page."""
    async with site.session.get(site.url(path), **options) as answer:
        return answer.url.path, await answer.text()


async def send(
    site: Site, path: str, /, headers: Any = None, **fields: str
) -> tuple[int, str, str]:
    """Fill in the form of a page; status, where the visitor ends, and the text there."""
    _, text = await page(site, path)
    fields.setdefault("csrf", token(text))
    async with site.session.post(site.url(path), data=fields, headers=headers) as answer:
        return answer.status, answer.url.path, await answer.text()


def token(text: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found
    return found[1]


def sid(site: Site) -> str | None:
    return next((c.value for c in site.session.cookie_jar if c.key == SID), None)


async def enter(site: Site, profile: str = "admin", password: str = GOOD) -> Any:
    """Log in by the API as somebody with a password of his own; what the gateway tells of him."""
    if site.entrance.accounts.must_change(Profile(profile)):
        await site.entrance.accounts.set(Profile(profile), password)
    given = {"profile": profile, "password": password}
    headers = {"X-CSRF-Token": (await site.get("/api/v1/session"))[1]["csrf"]}
    address = site.url("/api/v1/session")
    async with site.session.post(address, json=given, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def order(site: Site, name: str, **headers: str) -> int:
    address = site.url(f"/api/v1/commands/{name}")
    async with site.session.post(address, json={}, headers=headers) as answer:
        return answer.status
