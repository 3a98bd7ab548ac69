"""The plain pages in a browser: visitors of one's own, who log in and press buttons."""

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from e2e.visitor import PATIENT
from running import Gateway
from running.gateway import PASSWORD


@contextmanager
def visiting(browser: Browser, *, scripts: bool = False) -> Iterator[Page]:
    """A visitor of one's own; what the browser complained of fails the test."""
    complaints: list[str] = []
    context = browser.new_context(
        ignore_https_errors=True, locale="en-GB", java_script_enabled=scripts
    )
    page = context.new_page()
    page.set_default_timeout(PATIENT)
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    yield page
    context.close()
    assert [text for text in complaints if "status of 40" not in text] == []


def log_in(page: Page, gateway: Gateway, profile: str, password: str = PASSWORD) -> None:
    page.goto(gateway.url(f"/login?profile={profile}"))
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(gateway.url("/"))


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def press(place: Page | Locator, name: str) -> None:
    place.get_by_role("button", name=name, exact=True).click()


def program(
    gateway: Gateway, path: str, body: Any = None, token: str = ""
) -> tuple[int, dict[str, Any]]:
    """Status and answer of the API to a program elsewhere, which spends no try of this browser."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    asking = http.client.HTTPSConnection(
        "127.0.0.1",
        gateway.ports()["https"],
        timeout=PATIENT / 1000,
        source_address=("127.0.0.2", 0),
        context=context,
    )
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with closing(asking):
        said = None if body is None else json.dumps(body)
        asking.request("GET" if body is None else "POST", path, said, headers)
        answer = asking.getresponse()
        return answer.status, json.loads(answer.read())
