"""Totem over HTTPS: shut out until Cyber lets it in, and never logged out by the time (§11.1)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from digigate.daemon.orders import enter_accounts
from digigate.settings.profiles import Profile
from integration.web_site import Site, any_port, built, serving
from unit.web.gateway_view import Plant

GOOD = "Ab3$efghij"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with serving(built(tmp_path), Plant(), any_port()) as site:
        enter_accounts(site.plant.commands, site.entrance.accounts)
        yield site


async def log_in(site: Site, profile: str, password: str) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": (await site.get("/api/v1/session"))[1]["csrf"]}
    given = {"profile": profile, "password": password}
    address = site.url("/api/v1/session")
    async with site.session.post(address, json=given, headers=headers) as answer:
        return answer.status, await answer.json()


async def let_in(site: Site) -> None:
    """As Cyber does, by the order behind the button of its page."""
    await site.entrance.accounts.set(Profile.CYBER, GOOD)
    _, cyber = await log_in(site, "cyber", GOOD)
    address, headers = "/api/v1/commands/accounts.enable", {"X-CSRF-Token": cyber["csrf"]}
    wanted = {"profile": "totem", "enabled": True}
    async with site.session.post(site.url(address), json=wanted, headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.manual(66)
async def test_totem_is_shut_out_until_cyber_lets_it_in(site: Site) -> None:
    assert (await log_in(site, "totem", "Totem"))[0] == 403
    await let_in(site)
    status, told = await log_in(site, "totem", "Totem")
    assert (status, told["profile"]) == (200, "totem")


@pytest.mark.manual(65)
async def test_time_does_not_log_totem_out(site: Site) -> None:
    await let_in(site)
    await log_in(site, "totem", "Totem")
    policy = site.plant.policy
    site.plant.later(2 * 60 * policy.session_minutes)
    assert (await site.get("/api/v1/session"))[1]["profile"] == "totem"
    site.plant.later(2 * 3600 * policy.session_hours)
    told = (await site.get("/api/v1/session"))[1]
    assert (told["profile"], told["seconds_left"]) == ("totem", None)
