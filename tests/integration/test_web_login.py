"""Logging in over HTTPS: pages without scripts, the API, and those who try to get in otherwise."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from digigate.commands import Arguments, Command, Json, Stream
from digigate.settings.profiles import ADMINISTRATORS, OFFICER, Profile
from digigate.settings.sections import Firewall, Policy
from integration.web_site import SOON, Site, any_port, built, serving
from unit.web.gateway_view import Plant

GOOD, BETTER = "Ab3$efghij", "Kl7$mnopqr"
DEFAULTS = {"advanced": "Avancé", "admin": "Admin", "cyber": "Cyber"}
SID = "__Host-sid"
ORDER = "/api/v1/commands"


async def restart(_: Arguments) -> Json:
    return "restarted"


async def endless(_: Arguments) -> AsyncGenerator[Json, None]:
    while True:
        yield "still here"
        await asyncio.sleep(0.05)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    plant = Plant()
    plant.commands.add(Command("restart", Arguments, restart, ADMINISTRATORS))
    plant.commands.add(Command("seal", Arguments, restart, OFFICER))
    plant.commands.add(Stream("endless", Arguments, endless, ADMINISTRATORS))
    busy = Firewall(requests=20_000)
    async with serving(built(tmp_path), plant, any_port(), firewall=busy) as site:
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


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": "guess"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_no_other_site_orders_in_our_name(site: Site, headers: dict[str, str]) -> None:
    """Published for the real box as CVE-2024-53684."""
    admin = await enter(site)
    genuine = {"X-CSRF-Token": admin["csrf"]} if set(headers) - {"X-CSRF-Token"} else {}
    assert await order(site, "restart", **(genuine | headers)) == 403
    assert await order(site, "restart", **{"X-CSRF-Token": admin["csrf"]}) == 200


async def test_a_simple_form_orders_nothing(site: Site) -> None:
    admin = await enter(site)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"Content-Type": kind, "X-CSRF-Token": admin["csrf"]}
        address = site.url("/api/v1/commands/restart")
        async with site.session.post(address, data=b"{}", headers=headers) as answer:
            assert answer.status == 415


@pytest.mark.parametrize("path", ["/login", "/logout", "/password", "/recovery"])
@pytest.mark.parametrize("csrf", ["", "guess"])
async def test_no_form_of_another_site_is_taken(site: Site, path: str, csrf: str) -> None:
    await enter(site)
    async with site.session.post(site.url(path), data={"csrf": csrf}) as answer:
        assert answer.status == 403
    body = b"csrf=x"
    headers = {"Content-Type": "text/plain"}
    async with site.session.post(site.url(path), data=body, headers=headers) as answer:
        assert answer.status == 415
    assert (await site.get("/api/v1/session"))[1]["profile"] == "admin"


async def test_nobody_logs_another_browser_in(site: Site) -> None:
    """The form of the login has a token of its own, which another site cannot know."""
    data = {"profile": "admin", "password": "Admin", "csrf": "x" * 43}
    async with site.session.post(site.url("/login"), data=data) as answer:
        assert answer.status == 403
    headers = {"Origin": "https://evil.test"}
    assert (await send(site, "/login", headers, profile="admin", password="Admin"))[0] == 403


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


@pytest.mark.parametrize(
    ("method", "header"),
    [
        ("GET", b"Cookie: __Host-sid=" + b"\xff" * 40),
        ("GET", b"Cookie: __Host-pre=" + b"\xff" * 40),
        ("GET", b"Authorization: Bearer \xff"),
        ("GET", b"Accept-Language: \xff"),
        ("DELETE", b"X-CSRF-Token: \xff"),
        ("DELETE", b"Origin: \xff"),
    ],
)
async def test_octets_that_are_no_text_are_no_failure(
    site: Site, method: str, header: bytes
) -> None:
    path = b"/login" if method == "GET" else b"/api/v1/session"
    await enter(site)
    cookie = b"" if b"Cookie" in header else f"Cookie: {SID}={sid(site)}\r\n".encode()
    head = method.encode() + b" " + path + b" HTTP/1.1\r\nHost: localhost\r\n"
    answer = await site.talk(head + cookie + header + b"\r\nConnection: close\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 4")), answer[:80]


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/login", FORM, b"profile=\xff&csrf=x"),
        ("/login", f"{FORM}; charset=none", b"profile=admin&csrf=x"),
        ("/login", "multipart/form-data", b"profile=admin"),
        ("/login", "multipart/form-data; boundary=x", b"no part"),
        ("/login", "multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
        ("/api/v1/session", "application/json", b"\xff"),
        ("/api/v1/session", "application/json; charset=none", b"{}"),
        ("/api/v1/session", "application/json", b"[" * 100_000),
        ("/api/v1/session", "application/json", b'{"profile": "admin", "password": "\\ud800"}'),
    ],
)
async def test_a_body_that_cannot_be_read_is_the_senders_fault(
    site: Site, path: str, kind: str, body: bytes
) -> None:
    headers = {"Content-Type": kind}
    async with site.session.post(site.url(path), data=body, headers=headers) as answer:
        assert 400 <= answer.status < 500, await answer.text()
