"""Certificates, authorities and the audit log, on pages without scripts."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from e2e.office import log_in, press, row, visiting
from pki import Maker, serving
from running import Gateway, eventually

pytestmark = pytest.mark.peer("chromium")


@pytest.fixture
def officer(office: Gateway, browser: Browser) -> Iterator[Page]:
    with visiting(browser) as page:
        log_in(page, office, "cyber")
        page.goto(office.url("/security"))
        yield page


def pem(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    return file


@pytest.mark.manual(254)
def test_the_menu_has_the_four_tabs(officer: Page) -> None:
    tabs = officer.locator(".tabs").get_by_role("link")
    names = ["Security policy", "HTTPS", "CAs (FTPS/SMTPS)", "Firewall"]
    expect(tabs).to_have_text(names)
    for name in names:
        officer.get_by_role("link", name=name, exact=True).click()
        expect(officer.locator(".tabs [aria-current]")).to_have_text(name)


@pytest.mark.manual(270)
def test_the_switch_is_grey_until_certificate_and_key_are_loaded(
    office: Gateway, officer: Page, tmp_path: Path
) -> None:
    maker = Maker()
    made = maker.make()
    officer.get_by_role("link", name="HTTPS", exact=True).click()
    expect(officer.get_by_text("ECDSA is advised")).to_be_visible()
    switch = officer.get_by_role("checkbox", name="Uploaded certificate")
    expect(switch).to_be_disabled()
    certificate = officer.get_by_label("Certificate", exact=True)
    certificate.set_input_files(pem(tmp_path, "c.pem", made.pem))
    press(officer, "Upload")
    expect(officer.get_by_text("waits for its key")).to_be_visible()
    expect(switch).to_be_disabled()
    key = officer.get_by_label("Private key")
    key.set_input_files(pem(tmp_path, "wrong.pem", maker.make().key_pem))
    press(officer, "Upload")
    expect(officer.get_by_role("alert")).to_contain_text("not that of the certificate")
    key.set_input_files(pem(tmp_path, "k.pem", made.key_pem))
    press(officer, "Upload")
    expect(officer.get_by_text("CN=gateway.test").first).to_be_visible()
    expect(switch).to_be_enabled()
    press(officer, "Discard what was uploaded")
    expect(switch).to_be_disabled()
    assert office.order("certificates")["complete"] is False


@pytest.mark.manual(271)
def test_both_kinds_of_keys_are_served_and_one_is_advised(
    office: Gateway, officer: Page, tmp_path: Path
) -> None:
    maker, https = Maker(), ("127.0.0.1", office.ports()["https"])
    officer.get_by_role("link", name="HTTPS", exact=True).click()
    expect(officer.get_by_role("main")).to_contain_text("ECDSA is advised")
    former = ssl.get_server_certificate(https)
    for kind, rsa in (("rsa", maker.rsa(2048)), ("ecdsa", None)):
        made = maker.make(f"{kind}.test", key=rsa)
        certificate = officer.get_by_label("Certificate", exact=True)
        certificate.set_input_files(pem(tmp_path, "c.pem", made.pem))
        officer.get_by_label("Private key").set_input_files(pem(tmp_path, "k.pem", made.key_pem))
        press(officer, "Upload")
        expect(officer.get_by_text(f"CN={kind}.test").first).to_be_visible()
        officer.get_by_role("checkbox", name="Uploaded certificate").check()
        press(switching(officer), "Save")
        expect(officer.get_by_text("The uploaded certificate", exact=True)).to_be_visible()
        assert ssl.get_server_certificate(https) == made.pem
    officer.get_by_role("checkbox", name="Uploaded certificate").uncheck()
    press(switching(officer), "Save")
    press(officer, "Discard what was uploaded")
    assert ssl.get_server_certificate(https) == former


def switching(officer: Page) -> Locator:
    return officer.locator("form[action$='/https/switch']")


def test_the_plain_port_is_opened_and_closed_and_says_why_it_is_not_open(
    office: Gateway, officer: Page
) -> None:
    officer.get_by_role("link", name="HTTPS", exact=True).click()
    plain, port = officer.locator("form[action$='/https/plain']"), officer.get_by_label("HTTP port")
    port.fill("0")
    press(plain, "Save")
    eventually(lambda: office.ports().get("http"), what="the plain port")
    with socket.create_server(("0.0.0.0", 0)) as other:
        port.fill(str(other.getsockname()[1]))
        press(plain, "Save")
        eventually(lambda: "http" in failed(office), what="its end")
        officer.goto(office.url("/security/https"))
        expect(officer.get_by_role("alert")).to_contain_text("is already in use")
        port.fill("")
        press(plain, "Save")
    expect(officer.get_by_role("alert")).to_have_count(0)
    assert office.order("settings", path="web.http_port")["fields"][0]["value"] is None


def failed(office: Gateway) -> set[str]:
    """The services that do not run."""
    active = office.order("status")["conditions"]
    return {c["subject"] for c in active if c["name"] == "service.failed"}


@pytest.mark.manual(278, 279)
def test_an_authority_is_added_and_a_server_tried(
    office: Gateway, officer: Page, tmp_path: Path
) -> None:
    officer.get_by_role("link", name="CAs (FTPS/SMTPS)").click()
    expect(officer.get_by_text("usual authorities are built in")).to_be_visible()
    expect(officer.get_by_role("main")).to_contain_text("openssl s_client -connect <server>:<port>")
    file = officer.get_by_label("Authority", exact=True)
    file.set_input_files(pem(tmp_path, "server.pem", Maker().make().pem))
    press(officer, "Add")
    expect(officer.get_by_role("alert")).to_contain_text("signs itself but is no authority")
    file.set_input_files(pem(tmp_path, "root.pem", Maker().root().pem))
    press(officer, "Add")
    expect(row(officer, "CN=Plant Root")).to_be_visible()
    officer.get_by_label("Server").fill("localhost")
    with serving(Maker().make(issuer=Maker().root("Missing Root")), tmp_path) as port:
        officer.get_by_label("Port").fill(str(port))
        press(officer, "Test")
    expect(officer.get_by_role("alert")).to_contain_text("The server is not believed")
    expect(officer.get_by_text("CN=Missing Root").last).to_be_visible()
    expect(officer.get_by_text("This root is missing")).to_be_visible()
    press(row(officer, "CN=Plant Root"), "Remove")
    expect(officer.get_by_text("None was added.")).to_be_visible()


def test_the_log_tells_who_did_what(office: Gateway, officer: Page) -> None:
    officer.goto(office.url("/profile"))
    press(officer, "Generate a passphrase")
    officer.get_by_role("link", name="Audit log").click()
    expect(row(officer, "accounts.passphrase").first).to_contain_text("cyber")
    officer.get_by_label("Only of this profile").fill("nobody")
    press(officer, "Show")
    expect(officer.get_by_text("There are no lines.")).to_be_visible()


def test_a_factory_reset_wants_its_word(office: Gateway, officer: Page) -> None:
    officer.goto(office.url("/system/reset"))
    officer.get_by_label("Type RESET to confirm").fill("reset")
    press(officer, "Forget everything")
    expect(officer.get_by_role("alert")).to_contain_text("Nothing was done")
    expect(officer.get_by_label("Type RESET to confirm")).to_have_value("reset")
