"""Logging in over HTTPS, by pages without scripts and by the API; how sessions end."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy
from integration.web_site import SOON, Site
from integration.web_visitor import (
    BETTER,
    GOOD,
    SID,
    enter,
    order,
    page,
    send,
    sid,
    staffed,
    token,
)

DEFAULTS = {"advanced": "Avancé", "admin": "Admin", "cyber": "Cyber"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with staffed(tmp_path) as site:
        yield site


@pytest.mark.manual(62)
async def test_the_login_page_offers_the_five_profiles(site: Site) -> None:
    _, text = await page(site, "/login")
    assert re.findall(r'<option value="(\w+)"', text) == [
        "user", "advanced", "totem", "admin", "cyber",
    ]  # fmt: skip
    assert "<script" not in text


@pytest.mark.manual(63)
async def test_user_opens_without_a_password_and_changes_nothing(site: Site) -> None:
    status, where, _ = await send(site, "/login", profile="user", password="")
    assert (status, where) == (200, "/")
    for name in ("restart", "seal"):
        assert await order(site, name) == 403


@pytest.mark.manual(70)
@pytest.mark.parametrize("profile", DEFAULTS)
async def test_the_first_login_leads_to_a_new_password_and_nowhere_else(
    site: Site, profile: str
) -> None:
    status, where, text = await send(
        site, "/login", profile=profile, password=DEFAULTS[profile], next="/devices"
    )
    assert (status, where) == (200, "/password")
    assert "must be changed" in text
    for path in ("/", "/devices", "/services", "/commissioning"):
        assert (await page(site, path))[0] == "/password"
    told = await site.get("/api/v1/session")
    assert told[1]["must_change"]
    assert await order(site, "restart", **{"X-CSRF-Token": told[1]["csrf"]}) == 403
    status, where, _ = await send(site, "/password", old=DEFAULTS[profile], new=GOOD, again=GOOD)
    assert (status, where) == (200, "/")
    assert not (await site.get("/api/v1/session"))[1]["must_change"]


@pytest.mark.parametrize(
    ("new", "again", "told"),
    [
        (GOOD, BETTER, "differ"),
        ("short", "short", "at least 10 characters, an upper-case letter, a digit"),
        ("Password123!", "Password123!", "no common password"),
        (GOOD, GOOD, "something else than before"),
    ],
)
async def test_a_bad_new_password_is_explained(site: Site, new: str, again: str, told: str) -> None:
    await enter(site)
    status, where, text = await send(site, "/password", old=GOOD, new=new, again=again)
    assert (status, where) == (400, "/password")
    assert told in text


async def test_the_pages_speak_french(site: Site) -> None:
    _, text = await page(site, "/login", headers={"Accept-Language": "fr-FR,fr;q=0.9"})
    assert "Se connecter" in text
    assert 'lang="fr"' in text
    await page(site, "/login?lang=fr")
    _, text = await page(site, "/password")
    assert "Se connecter" in text


async def test_orders_are_open_to_the_profiles_that_they_name(site: Site) -> None:
    admin = await enter(site)
    assert await order(site, "restart", **{"X-CSRF-Token": admin["csrf"]}) == 200
    assert await order(site, "seal", **{"X-CSRF-Token": admin["csrf"]}) == 403
    cyber = await enter(site, "cyber")
    assert await order(site, "restart", **{"X-CSRF-Token": cyber["csrf"]}) == 200
    assert await order(site, "seal", **{"X-CSRF-Token": cyber["csrf"]}) == 200


@pytest.mark.manual(255)
async def test_the_banner_is_shown_as_the_policy_says(site: Site) -> None:
    assert "authorised users only" not in (await page(site, "/login"))[1]
    site.plant.policy = Policy(banner=True)
    assert "authorised users only" in (await page(site, "/login"))[1]
    site.plant.policy = Policy(banner=True, banner_text="Plant 7 <only>")
    assert "Plant 7 &lt;only&gt;" in (await page(site, "/login"))[1]


@pytest.mark.manual(81)
async def test_a_passphrase_gives_cyber_a_new_password(site: Site) -> None:
    passphrase = await site.entrance.accounts.new_passphrase()
    wrong = {"passphrase": "AAAAA-AAAAA", "new": GOOD, "again": GOOD}
    status, _, text = await send(site, "/recovery", **wrong)
    assert (status, "is wrong" in text) == (400, True)
    right = wrong | {"passphrase": passphrase}
    assert (await send(site, "/recovery", **right))[:2] == (200, "/login")
    assert (await send(site, "/login", profile="cyber", password=GOOD))[:2] == (200, "/")


async def test_a_login_changes_the_id_of_the_session(site: Site) -> None:
    await enter(site)
    first = sid(site)
    await enter(site)
    second = sid(site)
    assert first != second
    assert first
    assert site.entrance.sessions.find(first) is None


async def test_an_id_that_somebody_made_up_is_no_session(site: Site) -> None:
    headers = {"Cookie": f"{SID}=made-up"}
    async with aiohttp.ClientSession() as stranger:
        address = site.url("/api/v1/session")
        async with stranger.get(address, headers=headers, ssl=False) as answer:
            assert (await answer.json())["profile"] == "user"


async def test_the_cookie_is_for_our_own_pages_over_tls_only(site: Site) -> None:
    await site.entrance.accounts.set(Profile.ADMIN, GOOD)
    given = {"profile": "admin", "password": GOOD}
    async with site.session.post(site.url("/api/v1/session"), json=given) as answer:
        (cookie,) = answer.headers.getall("Set-Cookie")
    assert cookie.startswith(f"{SID}=")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_logging_out_ends_it_on_our_side(site: Site) -> None:
    await enter(site)
    secret = sid(site)
    assert secret
    fields = {"csrf": token((await page(site, "/password"))[1])}
    async with site.session.post(site.url("/logout"), data=fields) as answer:
        assert answer.url.path == "/login"
    assert site.entrance.sessions.find(secret) is None


async def test_a_new_password_ends_every_other_session(site: Site) -> None:
    await enter(site)
    other, _ = site.entrance.sessions.begin(Profile.ADMIN, "10.0.0.9")
    await send(site, "/password", old=GOOD, new=BETTER, again=BETTER)
    assert site.entrance.sessions.find(other) is None
    assert (await site.get("/api/v1/session"))[1]["profile"] == "admin"


async def test_an_idle_session_ends(site: Site) -> None:
    await enter(site)
    site.plant.later(901)
    assert (await site.get("/api/v1/session"))[1]["profile"] == "user"


async def test_what_a_page_asks_by_itself_keeps_no_session(site: Site) -> None:
    await enter(site)
    site.plant.later(800)
    await site.get("/api/v1/session")
    site.plant.later(200)
    assert (await site.get("/api/v1/session"))[1]["profile"] == "user"


async def test_events_end_with_the_session(site: Site) -> None:
    await enter(site)
    async with site.session.get(site.url("/api/v1/events/endless")) as events:
        assert b"still here" in await events.content.readuntil(b"still here")
        for session in site.entrance.sessions.all():
            site.entrance.sessions.end(session)
        rest = await asyncio.wait_for(events.content.read(), SOON)
    assert rest.endswith(b"event: end\ndata: null\n\n")


async def test_a_hundred_guesses_at_once_are_three_tries(site: Site) -> None:
    async def guess(n: int) -> tuple[int, str]:
        given = {"profile": "admin", "password": f"guess {n}"}
        with suppress(aiohttp.ClientError):
            async with site.session.post(site.url("/api/v1/session"), json=given) as answer:
                return answer.status, (await answer.json())["error"]["message"]
        return 0, "no place"

    told = await asyncio.gather(*map(guess, range(100)))
    assert sum(text == "profile or password is wrong" for _, text in told) <= 2
    status, text = await guess(100)
    assert (status, "locked" in text) == (403, True)
    assert [c.subject for c in site.plant.conditions.active("account.locked")] == ["admin"]


async def test_nothing_tells_which_accounts_are_open(site: Site) -> None:
    """Totem is disabled, Advanced is not: wrong passwords are answered alike."""
    answers = [
        await send(site, "/login", profile=profile, password="wrong")
        for profile in ("advanced", "totem")
    ]
    first, second = (re.sub(r'value="[^"]*"| selected', "", text) for _, _, text in answers)
    assert first == second
    assert [status for status, _, _ in answers] == [403, 403]


@pytest.mark.parametrize(
    "wished", ["https://evil.test", "//evil.test", "/\\evil.test", "/\r\nSet-Cookie: a=b", "evil"]
)
async def test_a_login_leads_to_pages_of_ours_only(site: Site, wished: str) -> None:
    await site.entrance.accounts.set(Profile.ADMIN, GOOD)
    fields = {"profile": "admin", "password": GOOD, "next": wished}
    _, text = await page(site, "/login")
    fields["csrf"] = token(text)
    address = site.url("/login")
    async with site.session.post(address, data=fields, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/"
        assert "a" not in answer.cookies


async def test_what_is_typed_comes_back_as_text(site: Site) -> None:
    _, text = await page(site, "/login?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script" not in text
