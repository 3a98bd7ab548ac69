"""Every order and every route for every profile: what docs/rights.md says is what happens."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from digigate.commands import Arguments, Command, Json, Stream
from digigate.errors import SettingsError
from digigate.services.web import server
from digigate.services.web.route import Route
from digigate.services.web.routes import ROUTES
from digigate.settings.profiles import Profile
from digigate.settings.sections import Firewall
from house.generate import RIGHTS, orders
from integration.web_site import Site, any_port, serving, trusting
from unit.web.gateway_view import Plant

TABLE = orders().entries
BUSY = Firewall(requests=20_000)
SID = "__Host-sid"
DONE = "the handler ran"
ORDERING = {"/api/v1/commands/{name}", "/api/v1/events/{name}"}
REFUSED = {403, "/login"}


@dataclass(frozen=True)
class Somebody:
    """One way to ask: with a session, with a token, or with nothing."""

    name: str
    profile: Profile
    headers: dict[str, str]
    csrf: str = ""


def tables() -> dict[str, dict[Profile, str]]:
    """What the document says, by order or request."""
    said = {}
    for line in RIGHTS.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"\| `(.+?)` \| (.*) \|$", line):
            marks = [mark.strip() for mark in found[2].split("|")]
            said[found[1]] = dict(zip(Profile, marks, strict=True))
    return said


async def ran(_: web.Request) -> web.Response:
    return web.Response(text=DONE)


def harmless(route: Route) -> Route:
    """The route with its guards; nothing happens behind them but that it is said."""
    return route if route.path in ORDERING else replace(route, handler=ran)


async def nothing(_: Arguments) -> Json:
    raise SettingsError(DONE)


def told(_: Arguments) -> Any:
    raise SettingsError(DONE)


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(server, "ROUTES", tuple(map(harmless, ROUTES)))
    plant = Plant()
    for entry in TABLE:
        if isinstance(entry, Stream):
            plant.commands.add(replace(entry, arguments=Arguments, events=told))
        else:
            plant.commands.add(replace(entry, arguments=Arguments, effect=nothing, rights=None))
    async with serving(tmp_path, plant, any_port(), firewall=BUSY) as site:
        yield site


async def everybody(site: Site) -> AsyncIterator[Somebody]:
    """All that may ask; each with a password of its own."""
    yield Somebody("nobody", Profile.USER, {})
    entrance = site.entrance
    await entrance.accounts.enable(Profile.TOTEM, True)
    for profile in list(Profile)[1:]:
        await entrance.accounts.set(profile, "Ab3$efghij")
    for profile in Profile:
        secret, session = entrance.sessions.begin(profile, "127.0.0.1")
        headers = {"Cookie": f"{SID}={secret}", "X-CSRF-Token": session.csrf}
        if profile is not Profile.USER:
            yield Somebody(profile, profile, headers, session.csrf)
            secret, _ = await entrance.tokens.add(f"for {profile}", profile, 1)
            yield Somebody(f"token {profile}", profile, {"Authorization": f"Bearer {secret}"})


@pytest.mark.manual(69)
async def test_every_order_is_open_to_those_whom_the_table_names(site: Site) -> None:
    said, walked = tables(), 0
    async with stranger() as session:
        async for who in everybody(site):
            for entry in site.plant.commands.entries:
                outcome = await ordered(site, session, who, entry)
                mine = who.name.startswith("token") and not getattr(entry, "programs", True)
                expected = bool(said[entry.name][who.profile]) and not mine
                assert (outcome == 400) == expected, (who.name, entry.name, outcome)
                walked += 1
    assert walked == 9 * len(site.plant.commands.entries)


async def ordered(
    site: Site, session: aiohttp.ClientSession, who: Somebody, entry: Command[Any] | Stream[Any]
) -> int:
    """The status: 400 is what our stand-in answers, 403 a refusal."""
    if isinstance(entry, Stream):
        address = site.url(f"/api/v1/events/{entry.name}")
        async with session.get(address, headers=who.headers) as answer:
            assert answer.status != 400 or DONE in await answer.text()
            return answer.status
    address = site.url(f"/api/v1/commands/{entry.name}")
    async with session.post(address, json={}, headers=who.headers) as answer:
        assert answer.status != 400 or DONE in await answer.text()
        return answer.status


@pytest.mark.manual(88)
async def test_every_route_is_open_to_those_whom_the_table_names(site: Site) -> None:
    said = tables()
    async with stranger() as session:
        async for who in everybody(site):
            for route in ROUTES:
                if route.path in ORDERING:
                    continue
                outcome = await asked(site, session, who, route)
                expected = bool(said[f"{route.method} {route.path}"][who.profile])
                assert (outcome not in REFUSED) == expected, (who.name, route, outcome)


async def asked(
    site: Site, session: aiohttp.ClientSession, who: Somebody, route: Route
) -> int | str:
    """The status, or the path to which the visitor was sent."""
    path = re.sub(r"{\w+(:.+)?}", "4", route.path)
    headers, body = dict(who.headers), None
    if route.method == "POST" and not path.startswith("/api/"):
        token = who.csrf or "t" * 43
        headers.setdefault("Cookie", f"__Host-pre={token}")
        body = {"csrf": token}
    asking = session.request(
        route.method, site.url(path), headers=headers, data=body, allow_redirects=False
    )
    async with asking as answer:
        if answer.status == 303:
            return answer.headers["Location"].partition("?")[0]
        assert answer.status == 403 or DONE in await answer.text(), (who.name, route)
        return answer.status


@pytest.mark.parametrize(
    ("token", "more"),
    [
        ("", {}),
        ("guess", {}),
        (None, {"Origin": "https://evil.test"}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
    ],
    ids=["no token", "another token", "another origin", "another site"],
)
async def test_nothing_is_changed_from_another_site(
    site: Site, token: str | None, more: dict[str, str]
) -> None:
    """In the name of Cyber, by any form and any request that changes something."""
    await site.entrance.accounts.set(Profile.CYBER, "Ab3$efghij")
    secret, cyber = site.entrance.sessions.begin(Profile.CYBER, "127.0.0.1")
    csrf = cyber.csrf if token is None else token
    headers = {"Cookie": f"{SID}={secret}", "X-CSRF-Token": csrf} | more
    changing = [r for r in ROUTES if r.method != "GET" and (more or not r.streams)]
    assert len(changing) > 10
    async with stranger() as session:
        for route in changing:
            address = site.url(route.path.replace("{name}", "gateway.reboot"))
            asking = session.request(route.method, address, headers=headers, data={"csrf": csrf})
            async with asking as answer:
                assert answer.status == 403, route
    assert site.entrance.sessions.is_open(cyber)


def stranger() -> aiohttp.ClientSession:
    """A client that keeps no cookies: each request says who asks."""
    connector = aiohttp.TCPConnector(ssl=trusting())
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def test_the_document_has_every_order_and_every_route() -> None:
    named = {entry.name for entry in TABLE}
    assert set(tables()) == named | {f"{route.method} {route.path}" for route in ROUTES}
