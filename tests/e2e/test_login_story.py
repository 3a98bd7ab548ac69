"""An administrator logs in for the first time, in a real browser with and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.visitor import opened, visit
from running import Gateway, free_demo

GOOD = "Ab3$efghij"

pytestmark = pytest.mark.peer("chromium")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("login") / "state") as gateway:
        yield gateway


def log_in(page: Page, gateway: Gateway, profile: str, password: str) -> None:
    page.goto(gateway.url("/login"))
    page.get_by_label("Profile").select_option(profile)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button").click()


@pytest.mark.manual(60)
def test_the_first_login_gives_the_profile_a_password_of_its_own(gateway: Gateway) -> None:
    complaints: list[str] = []
    with opened(complaints, scripts=False) as page:
        log_in(page, gateway, "admin", "Admin")
        expect(page.get_by_role("heading", name="Change the password")).to_be_visible()
        page.get_by_label("Present password").fill("Admin")
        page.get_by_label("New password", exact=True).fill(GOOD)
        page.get_by_label("New password once more").fill(GOOD)
        page.get_by_role("main").get_by_role("button").click()
        page.wait_for_url(gateway.url("/"))
    assert complaints == []


def test_what_an_administrator_may_order_is_there_once_he_is_in(gateway: Gateway) -> None:
    complaints: list[str] = []
    gateway.own_passwords()
    with opened(complaints) as page:
        visit(page, gateway, "/commissioning")
        expect(page.get_by_role("link", name="Configuration")).to_have_count(0)
        page.get_by_role("link", name="Log in").click()
        log_in(page, gateway, "admin", GOOD)
        visit(page, gateway, "/commissioning")
        expect(page.get_by_role("link", name="Configuration")).to_be_visible()
        page.get_by_role("button", name="Start the search").click()
        expect(page.get_by_text("Searching").first).to_be_visible()
        page.get_by_role("button", name="Stop the search").click()
        expect(page.get_by_role("button", name="Start the search")).to_be_visible()
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert complaints == []
