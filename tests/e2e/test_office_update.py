"""The officer loads firmware files on a page without scripts; only a good one is installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.office import log_in, press, visiting
from releases import Maker
from running import Gateway

pytestmark = pytest.mark.peer("chromium")


@pytest.fixture(scope="module")
def maker(office: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Maker:
    maker = Maker(tmp_path_factory.mktemp("maker"))
    maker.is_trusted_by(office.state)
    return maker


@pytest.fixture
def officer(office: Gateway, browser: Browser) -> Iterator[Page]:
    with visiting(browser) as page:
        log_in(page, office, "cyber")
        page.goto(office.url("/system"))
        page.get_by_role("link", name="Update").click()
        yield page


def load(page: Page, file: Path) -> None:
    page.get_by_label("Firmware file").set_input_files(file)
    press(page, "Load")


@pytest.mark.manual(291)
def test_the_tab_is_for_cyber_only(office: Gateway, browser: Browser, officer: Page) -> None:
    expect(officer.get_by_role("heading", name="Consistency check")).to_be_visible()
    with visiting(browser) as admin:
        log_in(admin, office, "admin")
        admin.goto(office.url("/system"))
        expect(admin.get_by_role("link", name="Update")).to_have_count(0)
        answer = admin.goto(office.url("/system/update"))
        assert answer is not None
        assert answer.status == 403


@pytest.mark.manual(292)
def test_other_kinds_of_files_are_refused(officer: Page, maker: Maker) -> None:
    other = maker.tiny("50.0.1").rename(maker.folder / "50.0.1.zip")
    load(officer, other)
    expect(officer.get_by_role("alert")).to_contain_text("choose a .dfu file")
    expect(officer.get_by_role("button", name="Update", exact=True)).to_be_disabled()


@pytest.mark.manual(293)
def test_only_a_file_that_was_found_good_can_be_installed(officer: Page, maker: Maker) -> None:
    update = officer.get_by_role("button", name="Update", exact=True)
    expect(update).to_be_disabled()
    good = maker.tiny("50.0.0")
    corrupt = maker.folder / "corrupt.dfu"
    octets = bytearray(good.read_bytes())
    octets[len(octets) // 2] ^= 1
    corrupt.write_bytes(octets)
    load(officer, corrupt)
    expect(officer.get_by_role("alert")).to_contain_text("damaged on its way")
    expect(update).to_be_disabled()
    load(officer, good)
    expect(officer.get_by_text("The file is consistent and its signature is good.")).to_be_visible()
    expect(officer.locator("#check")).to_contain_text("50.0.0")
    expect(update).to_be_enabled()
    press(officer, "Discard the file")
    expect(officer.get_by_text("No file is loaded.")).to_be_visible()
    expect(update).to_be_disabled()


def test_a_file_larger_than_any_other_body_is_heard_to_its_end(officer: Page, maker: Maker) -> None:
    large = maker.folder / "large.dfu"
    large.write_bytes(bytes(3 << 20))
    load(officer, large)
    expect(officer.get_by_role("alert")).to_contain_text("this is no .dfu file")
