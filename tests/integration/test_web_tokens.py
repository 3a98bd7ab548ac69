"""Programs that show a token: what they may, and when it is over."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from digigate.commands import Arguments, Command
from digigate.settings.profiles import ADMINISTRATORS, Profile
from digigate.settings.sections import Policy
from integration.web_site import SOON, Site
from integration.web_visitor import (
    ORDER,
    restart,
    staffed,
)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with staffed(tmp_path) as site:
        yield site


async def bearing(site: Site, secret: str, method: str, path: str) -> tuple[int, str]:
    """A request of a program that shows this token; orders have no arguments."""
    shown = {"Authorization": f"Bearer {secret}"}
    body: Any = {} if method == "POST" else None
    address = site.url(path)
    async with site.session.request(method, address, headers=shown, json=body) as answer:
        return answer.status, await answer.text()


async def test_a_program_orders_what_the_profile_of_its_token_may(site: Site) -> None:
    secret, token = await site.entrance.tokens.add("scada", Profile.ADMIN, 30)
    assert (await bearing(site, secret, "POST", f"{ORDER}/restart"))[0] == 200
    assert (await bearing(site, secret, "POST", f"{ORDER}/seal"))[0] == 403
    assert '"profile":"admin"' in (await bearing(site, secret, "GET", "/api/v1/session"))[1]
    await site.entrance.tokens.revoke(token.id)
    for path in ("/api/v1/session", "/api/v1/devices"):
        assert (await bearing(site, secret, "GET", path))[0] == 401


async def test_a_token_that_only_looks_changes_nothing(site: Site) -> None:
    site.plant.commands.add(Command("look", Arguments, restart, ADMINISTRATORS, audited=False))
    secret, _ = await site.entrance.tokens.add("screen", Profile.CYBER, 30, read_only=True)
    assert (await bearing(site, secret, "POST", f"{ORDER}/look"))[0] == 200
    status, text = await bearing(site, secret, "POST", f"{ORDER}/restart")
    assert (status, "may only look" in text) == (403, True)
    assert (await bearing(site, secret, "POST", "/api/v1/firmware"))[0] == 403


async def test_the_policy_shuts_tokens_at_once(site: Site) -> None:
    secret, _ = await site.entrance.tokens.add("scada", Profile.ADMIN, 30)
    site.plant.policy = Policy(api_tokens=False)
    assert (await bearing(site, secret, "POST", f"{ORDER}/restart"))[0] == 401


async def test_events_end_with_the_token(site: Site) -> None:
    secret, token = await site.entrance.tokens.add("scada", Profile.ADMIN, 30)
    shown = {"Authorization": f"Bearer {secret}"}
    async with site.session.get(site.url("/api/v1/events/endless"), headers=shown) as answer:
        assert answer.status == 200
        await answer.content.readline()
        await site.entrance.tokens.revoke(token.id)
        async with asyncio.timeout(SOON):
            rest = await answer.content.read()
    assert b"event: end" in rest


@pytest.mark.parametrize("shown", ["Bearer nonsense", "Bearer \N{LATIN SMALL LETTER E WITH ACUTE}"])
async def test_a_token_that_is_none_is_not_taken_for_user(site: Site, shown: str) -> None:
    async with site.session.get(
        site.url("/api/v1/devices"), headers={"Authorization": shown}
    ) as answer:
        assert answer.status == 401
