"""The page in a real browser: what a visitor sees, and that the browser had nothing to block."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from e2e.visitor import CHROMIUM, FLAGS, PATIENT, visit
from running import Gateway, eventually, free_demo

MIB = Path(__file__).resolve().parents[2] / "mibs" / "SOCOMEC-DIRIS-PRODUCTS-MIB.txt"

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


LIBRARY = {
    "Gateways": ["D-50", "D-50v2", "D-70", "G-30/G-40", "G-50/G-60", "M-50", "M-70"],
    "DIRIS B": ["B-10", "B-30 RF", "B-30 RS485"],
    "DIRIS Digiware": [
        "D-40", "I-30", "I-30 dc", "I-31", "I-33", "I-35", "I-35 dc", "I-43", "I-45", "I-60",
        "I-61", "IO-10", "IO-20", "S-130", "S-135", "S-Datacenter", "U-10", "U-20", "U-30",
        "U-31 dc", "U-32 dc", "R-60",
    ],
    "COUNTIS": [
        "Ci", "E03", "E04", "E13", "E14", "E17", "E18", "E23", "E24", "E27", "E28", "E33", "E34",
        "E43", "E44", "E44R", "E47", "E48", "E53", "ECI32", "ECI3",
    ],
    "DIRIS A": [
        "A-10", "A-20", "A-30", "A-40", "A-40 Ethernet", "A-40 Profibus", "A14", "A17",
        "A17 2In", "A17 THD", "A17 THD In", "A60", "A80",
    ],
    "Switches": ["ATyS p M", "C55", "C65", "C66"],
    "Old DIRIS A": ["A10", "A20", "A20v2", "A40v2", "A40v3"],
}  # fmt: skip
"""What the manual prints (§11.2.1)."""


@pytest.mark.manual(102, 103, 104, 105, 106, 107, 108)
def test_the_add_dialog_offers_the_manuals_list(demo: Gateway, page: Page) -> None:
    visit(page, demo, "/devices")
    page.get_by_role("button", name="Add a product").click()
    product = page.get_by_role("dialog").get_by_label("Product")
    expect(product.locator("option")).to_have_count(76)  # and "choose"
    offered = product.locator("optgroup").evaluate_all(
        "groups => groups.map(g => [g.label, [...g.children].map(o => o.textContent)])"
    )
    assert dict(offered) == LIBRARY


def test_who_may_not_add_is_told_how_it_is_done(
    demo: Gateway, page: Page, complaints: list[str]
) -> None:
    visit(page, demo, "/devices")
    page.get_by_role("button", name="Add a product").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Product").select_option(label="I-35")
    dialog.get_by_label("Address").fill("30")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text(
        "digigate topology add digiware-i35 30 --bus digiware"
    )
    assert all("403" in complaint for complaint in complaints)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.manual(206)
def test_the_services_offer_the_mib(demo: Gateway, page: Page, complaints: list[str]) -> None:
    visit(page, demo, "/services")
    with page.expect_download() as download:
        page.get_by_role("link", name=MIB.name).click()
    assert download.value.suggested_filename == MIB.name
    assert download.value.path().read_text() == MIB.read_text()
    assert complaints == []
