"""The officer saves the configuration, looks into the file and restores it, without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from e2e.office import log_in, press, visiting
from running import Gateway

PHRASE = "a phrase of mine, long"

pytestmark = pytest.mark.peer("chromium")


@pytest.fixture
def officer(office: Gateway, browser: Browser) -> Iterator[Page]:
    with visiting(browser) as page:
        log_in(page, office, "cyber")
        page.goto(office.url("/system"))
        page.get_by_role("link", name="Backup").click()
        yield page


def part(page: Page, title: str) -> Locator:
    """The section under a heading."""
    heading = page.get_by_role("heading", name=title, exact=True)
    return page.locator("section").filter(has=heading)


def test_a_backup_is_saved_looked_into_and_restored(
    office: Gateway, officer: Page, tmp_path: Path
) -> None:
    office.order("settings.set", path="policy.banner_text", value="As it was")
    saving = part(officer, "Save the configuration")
    saving.get_by_label("Passphrase").fill(PHRASE)
    with officer.expect_download() as coming:
        press(saving, "Save")
    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    assert file.name.endswith(".backup")
    assert b"As it was" not in file.read_bytes()
    office.order("settings.set", path="policy.banner_text", value="As it is")
    looking = part(officer, "Look into a backup")
    looking.get_by_label("Backup file").set_input_files(file)
    looking.get_by_label("Passphrase").fill("some other phrase")
    press(looking, "Show")
    expect(officer.get_by_role("alert")).to_be_visible()
    looking.get_by_label("Backup file").set_input_files(file)
    looking.get_by_label("Passphrase").fill(PHRASE)
    press(looking, "Show")
    found = part(officer, "In this backup")
    expect(found).to_contain_text('setting: policy.banner_text: "As it is" -> "As it was"')
    assert office.order("settings", path="policy.banner_text")["fields"][0]["value"] == "As it is"


def test_without_a_file_nothing_is_restored(officer: Page) -> None:
    restoring = part(officer, "Restore")
    restoring.get_by_label("Passphrase").fill(PHRASE)
    press(restoring, "Restore")
    expect(officer.get_by_role("alert")).to_contain_text("Choose a backup file first")
