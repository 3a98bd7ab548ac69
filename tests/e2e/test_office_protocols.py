"""The administrator's page of the field protocols, without scripts: SNMP as Annexe I-6 sets it."""

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.office import log_in, press, visiting
from running import Gateway, free_demo

pytestmark = pytest.mark.peer("chromium")

PASSWORD = "sesame-open"
AGENT = {
    "contact": "Plant 7, +33 1 23 45",
    "location": "Hall 3",
    "v1_read": "see1", "v1_write": "do1", "v2_read": "see2", "v2_write": "do2",
    "v3_auth": "md5", "v3_privacy": "des",
    "v3_read_user": "eye", "v3_read_password": PASSWORD,
    "v3_write_user": "hand", "v3_write_password": PASSWORD + "2",
}  # fmt: skip
TRAPS = {
    "mode": "hosts", "host_1": "127.0.0.1", "host_2": "nms.example", "port_1": "11162",
    "port_2": "10162", "version": "v1", "community": "plant7", "minutes": "15",
}  # fmt: skip


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("protocols") / "state") as gateway:
        gateway.own_passwords()
        yield gateway


@pytest.fixture
def admin(gateway: Gateway, browser: Browser) -> Iterator[Page]:
    with visiting(browser) as page:
        log_in(page, gateway, "admin")
        page.goto(gateway.url("/protocols"))
        yield page


def fill(page: Page, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        field = page.locator(f"main [name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def save(page: Page, form: str) -> None:
    page.locator(f"form[action='/protocols/{form}']").get_by_role("button").click()


def settings(gateway: Gateway) -> dict[str, object]:
    told = gateway.order("settings", path="snmp")["fields"]
    return {field["path"].removeprefix("snmp."): field["value"] for field in told}


@pytest.mark.manual(207)
def test_all_of_annexe_i_6_is_set_on_the_page(gateway: Gateway, admin: Page) -> None:
    for version in ("v1", "v2c", "v3"):
        expect(admin.locator(f"[name={version}]")).to_be_checked()
    fill(admin, AGENT)
    admin.get_by_label("SNMP v1", exact=False).first.uncheck()
    save(admin, "snmp")
    expect(admin.get_by_role("status")).to_have_text("Saved.")
    fill(admin, TRAPS)
    save(admin, "snmp/traps")
    expect(admin.get_by_role("status")).to_have_text("Saved.")
    kept = settings(gateway)
    secrets = {"v3_read_password": "•" * 8, "v3_write_password": "•" * 8}
    assert {name: kept[name] for name in AGENT} == AGENT | secrets
    assert kept["v1"] is False
    told = {name: str(kept[f"traps.{name}"]) for name in TRAPS}
    assert told == TRAPS
    gateway.order("settings.reset", path="snmp.traps")


def test_a_secret_is_never_told_and_stays_until_it_is_removed(
    gateway: Gateway, admin: Page
) -> None:
    gateway.order("settings.set", path="snmp.v3_read_password", value=PASSWORD)
    admin.reload()
    assert PASSWORD not in admin.content()
    expect(admin.locator("[name=v3_read_password]")).to_have_value("")
    fill(admin, {"location": "Hall 4"})
    save(admin, "snmp")
    expect(admin.get_by_role("status")).to_have_text("Saved.")
    assert settings(gateway)["v3_read_password"] == "•" * 8
    admin.locator("[name=v3_read_password_none]").check()
    save(admin, "snmp")
    expect(admin.get_by_role("status")).to_have_text("Saved.")
    assert settings(gateway)["v3_read_password"] == ""


def test_what_is_wrong_stands_at_its_field_and_nothing_is_changed(
    gateway: Gateway, admin: Page
) -> None:
    before = settings(gateway)
    fill(admin, {"location": "Nowhere", "v1_read": "two words", "v3_write_password": "short"})
    save(admin, "snmp")
    faults = admin.locator(".fault").all_inner_texts()
    assert len(faults) == 2
    assert "without blanks" in faults[0]
    assert "8 to 16 characters" in faults[1]
    expect(admin.locator("[name=v1_read]")).to_have_value("two words")
    expect(admin.locator("[name=v3_write_password]")).to_have_value("")
    fill(admin, {"v1_read": "same", "v1_write": "same", "location": "Nowhere"})
    save(admin, "snmp")
    expect(admin.get_by_role("alert").first).to_contain_text("v1_read and v1_write are both 'same'")
    assert settings(gateway) == before


def test_a_test_notification_is_sent_and_what_became_of_it_is_said(
    gateway: Gateway, admin: Page
) -> None:
    press(admin, "Send a test notification")
    expect(admin.get_by_role("alert")).to_contain_text("nobody is told anything")
    with socket.socket(type=socket.SOCK_DGRAM) as manager:
        manager.bind(("127.0.0.1", 0))
        manager.settimeout(20)
        place = manager.getsockname()
        fill(admin, {"mode": "hosts", "host_1": place[0], "port_1": str(place[1])})
        save(admin, "snmp/traps")
        press(admin, "Send a test notification")
        target = f"127.0.0.1:{place[1]}"
        expect(admin.get_by_role("status")).to_have_text(f"{target}: sent.")
        assert b"test asked for by admin at 127.0.0.1" in manager.recv(65535)
    gateway.order("settings.reset", path="snmp.traps")


def test_the_page_speaks_french_and_offers_the_mib(gateway: Gateway, admin: Page) -> None:
    admin.get_by_role("link", name="FR").click()
    expect(admin.get_by_role("heading", name="Notifications SNMP (Traps)")).to_be_visible()
    expect(admin.get_by_label("Communauté de Trap")).to_have_value("public")
    with admin.expect_download() as coming:
        admin.get_by_role("link", name="Télécharger la MIB").click()
    text = coming.value.path().read_text()
    assert "SOCOMEC-DIRIS-PRODUCTS-MIB DEFINITIONS" in text
