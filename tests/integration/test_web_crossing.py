"""What comes from pages of others, or makes no sense, orders nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from integration.web_site import Site
from integration.web_visitor import SID, enter, order, send, sid, staffed


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with staffed(tmp_path) as site:
        yield site


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
