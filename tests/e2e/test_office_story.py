"""An officer secures a gateway out of its box, in a real browser that runs no scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.office import log_in, press, program, row, visiting
from running import Gateway
from running.gateway import PASSWORD

GOOD = "Str0ng&er than before"

pytestmark = pytest.mark.peer("chromium")


@pytest.fixture
def gateway(office: Gateway) -> Gateway:
    return office


@pytest.fixture
def officer(gateway: Gateway, browser: Browser) -> Iterator[Page]:
    """A browser in which Cyber is logged in."""
    with visiting(browser) as page:
        log_in(page, gateway, "cyber")
        yield page


@pytest.mark.manual(85)
def test_the_officer_sees_and_manages_all_profiles(gateway: Gateway, officer: Page) -> None:
    officer.goto(gateway.url("/profile"))
    for name in ("User", "Advanced user", "Totem user", "Administrator", "Cybersecurity"):
        expect(row(officer, name).first).to_be_visible()
    expect(row(officer, "Totem user")).to_contain_text("Disabled")
    press(row(officer, "Totem user"), "Enable")
    expect(row(officer, "Totem user")).not_to_contain_text("Disabled")
    press(row(officer, "Totem user"), "Disable")
    expect(row(officer, "Totem user")).to_contain_text("Disabled")
    year = str(gateway_year(gateway) + 1)
    expect(row(officer, "Administrator").first).to_contain_text(year)  # it expires then


def gateway_year(gateway: Gateway) -> int:
    return int(gateway.get("/api/v1/gateway")["time"][:4])


def test_a_locked_profile_gets_a_password_that_the_officer_gives(
    gateway: Gateway, browser: Browser, officer: Page
) -> None:
    with visiting(browser) as other:
        for _ in range(3):
            other.goto(gateway.url("/login?profile=advanced"))
            other.get_by_label("Password", exact=True).fill("wrong")
            other.get_by_role("main").get_by_role("button").click()
        expect(other.get_by_role("alert")).to_contain_text("locked")
        officer.goto(gateway.url("/profile"))
        expect(row(officer, "Advanced user")).to_contain_text("Locked for 60\N{NO-BREAK SPACE}min")
        press(row(officer, "Advanced user"), "Unlock")
        expect(row(officer, "Advanced user")).not_to_contain_text("Locked")
        set_password(officer, "short")
        expect(officer.get_by_role("alert")).to_contain_text("at least 10 characters")
        set_password(officer, GOOD)
        expect(officer.get_by_role("status")).to_contain_text("The password was set.")
        log_in(other, gateway, "advanced", GOOD)


def set_password(officer: Page, password: str) -> None:
    officer.get_by_label("Profile").select_option("advanced")
    officer.get_by_label("New password", exact=True).fill(password)
    officer.get_by_label("New password once more").fill(password)
    press(officer, "Set the password")


def test_a_passphrase_is_shown_once_and_recovers_the_officer(
    gateway: Gateway, officer: Page
) -> None:
    officer.goto(gateway.url("/profile"))
    press(officer, "Generate a passphrase")
    passphrase = officer.locator("#secret").inner_text()
    assert len(passphrase.replace("-", "")) == 26
    officer.goto(gateway.url("/profile"))
    expect(officer.locator("#secret")).to_have_count(0)
    officer.goto(gateway.url("/recovery"))
    officer.get_by_label("Passphrase").fill(passphrase)
    officer.get_by_label("New password", exact=True).fill(GOOD)
    officer.get_by_label("New password once more").fill(GOOD)
    officer.get_by_role("main").get_by_role("button").click()
    log_in(officer, gateway, "cyber", GOOD)
    gateway.own_passwords()


@pytest.mark.manual(66)
def test_totem_is_shut_until_the_officer_opens_it(gateway: Gateway, officer: Page) -> None:
    assert not enters(gateway, "totem", "Totem")
    officer.goto(gateway.url("/profile"))
    press(row(officer, "Totem user"), "Enable")
    assert enters(gateway, "totem", "Totem")
    press(row(officer, "Totem user"), "Disable")
    assert not enters(gateway, "totem", "Totem")
    gateway.order("accounts.unlock", profile="totem")


def test_a_program_gets_a_token_that_looks_until_it_is_revoked(
    gateway: Gateway, officer: Page
) -> None:
    officer.goto(gateway.url("/profile"))
    officer.get_by_label("Name of the token").fill("<scada>")
    officer.get_by_label("Read-only").check()
    press(officer, "Make a token")
    expect(officer.get_by_role("alert")).to_contain_text("name")
    officer.get_by_label("Name of the token").fill("scada")
    officer.get_by_label("Rights of").select_option("cyber")
    officer.get_by_label("Read-only").check()
    press(officer, "Make a token")
    token = officer.locator("#secret").inner_text()
    officer.goto(gateway.url("/profile"))
    expect(officer.locator("#secret")).to_have_count(0)
    expect(row(officer, "scada")).to_contain_text("Read-only")
    status, told = program(gateway, "/api/v1/commands/accounts", {}, token)
    assert (status, len(told["result"]["accounts"])) == (200, 4)
    order = {"profile": "totem", "enabled": True}
    assert program(gateway, "/api/v1/commands/accounts.enable", order, token)[0] == 403
    press(row(officer, "scada"), "Revoke")
    expect(officer.get_by_role("status")).to_have_text("The token was revoked.")
    assert program(gateway, "/api/v1/gateway", token=token)[0] == 401


@pytest.mark.manual(80)
def test_the_passphrase_is_copied_with_one_click(gateway: Gateway, browser: Browser) -> None:
    with visiting(browser, scripts=True) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        log_in(page, gateway, "cyber")
        page.goto(gateway.url("/profile"))
        press(page, "Generate a passphrase")
        press(page, "Copy")
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator("#secret").inner_text()


def test_another_session_is_ended_from_here(
    gateway: Gateway, browser: Browser, officer: Page
) -> None:
    with visiting(browser) as other:
        log_in(other, gateway, "admin")
        officer.goto(gateway.url("/profile"))
        press(row(officer, "Administrator").last, "End")
        expect(officer.get_by_role("status")).to_contain_text("ended")
        other.goto(gateway.url("/system"))
        expect(other.get_by_role("heading", name="Log in")).to_be_visible()


def enters(gateway: Gateway, profile: str, password: str) -> bool:
    """Whether a program elsewhere can log in so."""
    given = {"profile": profile, "password": password}
    return program(gateway, "/api/v1/session", given)[0] == 200


@pytest.mark.manual(77, 255, 256)
def test_the_policy_is_changed_as_a_whole_or_not_at_all(
    gateway: Gateway, browser: Browser, officer: Page
) -> None:
    officer.goto(gateway.url("/security"))
    officer.get_by_label("Login attempts").fill("5")
    officer.get_by_label("Lock duration").fill("10")
    officer.get_by_label("Session duration").fill("20")
    officer.get_by_label("Text of the banner").fill("Keep <out>")
    officer.get_by_label("Legal banner").check()
    press(officer, "Save")
    expect(officer.get_by_role("status")).to_have_text("Saved.")
    expect(officer.get_by_label("Lock duration")).to_have_value("10")
    policy = {f["path"]: f["value"] for f in gateway.order("settings", path="policy")["fields"]}
    assert policy["policy.login_tries"] == 5
    assert policy["policy.session_minutes"] == 20
    with visiting(browser) as other:
        other.goto(gateway.url("/login"))
        expect(other.get_by_role("note")).to_have_text("Keep <out>")
    wrong = [enters(gateway, "admin", "wrong") for _ in range(4)]
    assert enters(gateway, "admin", PASSWORD)
    wrong += [enters(gateway, "admin", "wrong") for _ in range(5)]
    assert not any(wrong)
    assert not enters(gateway, "admin", PASSWORD)
    officer.goto(gateway.url("/profile"))
    expect(row(officer, "Administrator").first).to_contain_text(
        "Locked for 10\N{NO-BREAK SPACE}min"
    )
    press(row(officer, "Administrator").first, "Unlock")
    assert enters(gateway, "admin", PASSWORD)
    officer.goto(gateway.url("/security"))
    officer.get_by_label("Legal banner").uncheck()
    officer.get_by_label("Login attempts").evaluate("input => { input.max = 99 }")
    officer.get_by_label("Login attempts").fill("50")
    press(officer, "Save")
    expect(officer.get_by_text("Write a whole number from 1 to 20.")).to_be_visible()
    expect(officer.get_by_label("Login attempts")).to_have_value("50")
    expect(officer.get_by_label("Legal banner")).not_to_be_checked()
    assert gateway.order("settings", path="policy.banner")["fields"][0]["value"] is True
    gateway.order("settings.reset", path="policy")


@pytest.mark.manual(298)
def test_an_administrator_reboots_and_identifies_but_secures_nothing(
    gateway: Gateway, browser: Browser
) -> None:
    with visiting(browser) as page:
        log_in(page, gateway, "admin")
        page.goto(gateway.url("/system"))
        expect(page.get_by_role("link", name="Cybersecurity")).to_have_count(0)
        press(page, "Blink")
        expect(page.get_by_role("status")).to_contain_text("blinks")
        assert gateway.get("/api/v1/panel")["lamps"]["on"]["light"] == "blinking"
        for path in ("/security",):
            answer = page.goto(gateway.url(path))
            assert answer is not None
            assert answer.status == 403
        page.goto(gateway.url("/system"))
        with gateway.rebooting():
            press(page, "Reboot")
            expect(page.get_by_text("The gateway restarts.")).to_be_visible()
