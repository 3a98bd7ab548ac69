"""What several stories share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from e2e.visitor import CHROMIUM, FLAGS
from running import Gateway, free_demo


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway of all stories of the officer: each leaves it as it was."""
    with free_demo(tmp_path_factory.mktemp("office") / "state") as gateway:
        gateway.own_passwords()
        yield gateway
