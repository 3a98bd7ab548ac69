"""The page in a real browser: what a visitor sees, and that the browser had nothing to block."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from e2e.visitor import CHROMIUM, FLAGS, PATIENT, visit
from running import Gateway, eventually, free_demo

pytestmark = pytest.mark.peer("chromium")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("page") / "state") as gateway:
        eventually(
            lambda: all(
                device["state"] == "online" for device in gateway.get("/api/v1/devices")["devices"]
            ),
            what="every slave online",
        )
        yield gateway


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(ignore_https_errors=True, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENT)
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def test_the_overview_shows_every_device_and_leads_to_its_values(
    demo: Gateway, page: Page, complaints: list[str]
) -> None:
    visit(page, demo, "/")
    for device in demo.get("/api/v1/devices")["devices"]:
        expect(page.get_by_text(device["name"], exact=True).first).to_be_visible()
    page.get_by_role("link", name="Workshop", exact=True).first.click()
    expect(page).to_have_url(demo.url("/devices/4"))
    expect(page.get_by_role("row", name="Current I1")).to_contain_text(" A")
    assert complaints == []


def test_values_move_without_a_reload(demo: Gateway, page: Page, complaints: list[str]) -> None:
    visit(page, demo, "/devices/4")
    row = page.get_by_role("row", name="Current I1")
    before = row.inner_text()
    expect(row).not_to_have_text(before)
    assert complaints == []


def test_french_is_one_click_away(demo: Gateway, page: Page, complaints: list[str]) -> None:
    visit(page, demo, "/")
    page.get_by_role("button", name="FR").or_(page.get_by_text("FR", exact=True)).first.click()
    expect(page.get_by_role("link", name="Équipements").first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert complaints == []


def test_a_silent_slave_is_shown_as_such_and_comes_back(
    demo: Gateway, page: Page, complaints: list[str]
) -> None:
    visit(page, demo, "/devices/5")
    demo.plant("slave.off", address=5)
    try:
        expect(page.get_by_text("No answer", exact=True).first).to_be_visible()
    finally:
        demo.plant("slave.on", address=5)
    expect(page.get_by_text("Online").first).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("width", [360, 768, 1920])
@pytest.mark.parametrize(
    "path", ["/", "/loads", "/devices/4", "/buses", "/commissioning", "/workshop", "/services"]
)
def test_no_page_is_wider_than_the_screen(
    demo: Gateway, page: Page, complaints: list[str], path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    visit(page, demo, path)
    expect(page.get_by_role("main")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


def test_without_scripts_the_page_says_so(demo: Gateway, browser: Browser) -> None:
    context = browser.new_context(ignore_https_errors=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.url("/"))
    notice = page.locator("noscript")
    expect(notice).to_be_visible()
    assert "JavaScript" in (notice.text_content() or "")
    context.close()
