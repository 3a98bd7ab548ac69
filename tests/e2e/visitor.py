"""A visitor's browser: headless Chromium that writes down what it has to complain of."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright

from running import Gateway

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PATIENT = 60_000  # milliseconds

expect.set_options(timeout=PATIENT)


@contextmanager
def opened(complaints: list[str], locale: str = "en-GB", *, scripts: bool = True) -> Iterator[Page]:
    """A page of a browser of its own; errors of console and scripts go to `complaints`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            ignore_https_errors=True, locale=locale, java_script_enabled=scripts
        )
        page = context.new_page()
        page.set_default_timeout(PATIENT)
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()


def visit(page: Page, gateway: Gateway, path: str) -> None:
    """Open one of the pages and wait until its stream is live."""
    page.goto(gateway.url(path))
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
