"""The officer's firewall, on a page without scripts: rules on trial, and who is shut out."""

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.office import log_in, press, row, visiting
from running import Gateway, eventually

FLOODER = "127.0.0.3"
READ = struct.pack(">HHHBBHH", 1, 0, 6, 4, 3, 50000, 4)

pytestmark = pytest.mark.peer("chromium")


@pytest.fixture
def gateway(office: Gateway) -> Gateway:
    return office


@pytest.fixture
def officer(gateway: Gateway, browser: Browser) -> Iterator[Page]:
    with visiting(browser) as page:
        log_in(page, gateway, "cyber")
        page.goto(gateway.url("/security/firewall"))
        yield page


def write_rule(page: Page, number: int, **parts: str) -> None:
    for part, text in parts.items():
        page.locator(f"[name={part}{number - 1}]").fill(text)


@pytest.mark.manual(286, 290)
def test_rules_that_shut_out_their_writer_are_warned_of(gateway: Gateway, officer: Page) -> None:
    write_rule(officer, 1, mac="*", ip="192.168.*.*", port="502")
    officer.get_by_label("Protocol 1").select_option("tcp")
    press(officer, "Try these rules")
    expect(officer.get_by_role("alert")).to_contain_text(
        "would shut out your own address 127.0.0.1"
    )
    expect(officer.locator("[name=ip0]")).to_have_value("192.168.*.*")
    write_rule(officer, 2, ip="127.0.0.*")
    press(officer, "Try these rules")
    expect(officer.get_by_role("alert")).to_contain_text("on trial")
    press(officer, "Keep these rules")
    expect(officer.get_by_role("status")).to_have_text("The rules stay.")
    assert gateway.order("firewall")["rules"] == [
        {"mac": "*", "ip": "192.168.*.*", "protocol": "tcp", "port": "502"},
        {"mac": "*", "ip": "127.0.0.*", "protocol": "*", "port": "*"},
    ]
    gateway.order("firewall.rules", rules=[], keep=True)


@pytest.mark.manual(287)
def test_there_is_room_for_ten_rules(gateway: Gateway, officer: Page) -> None:
    own = [{"ip": "127.0.0.1"}] + [{"ip": f"10.0.0.{n}"} for n in range(9)]
    gateway.order("firewall.rules", rules=own, keep=True)
    officer.reload()
    expect(officer.locator("[name=ip9]")).to_have_value("10.0.0.8")
    expect(officer.locator("[name=ip10]")).to_have_count(0)
    officer.locator("[name=port9]").evaluate("""input => {
        const eleventh = input.cloneNode(); eleventh.name = "ip10"; eleventh.value = "10.0.0.9";
        input.after(eleventh); }""")
    press(officer, "Try these rules")
    expect(officer.get_by_role("alert")).to_contain_text("at most 10")
    gateway.order("firewall.rules", rules=[], keep=True)


def test_a_rule_that_makes_no_sense_is_explained_where_it_stands(officer: Page) -> None:
    write_rule(officer, 1, ip="127.0.0.*")
    write_rule(officer, 2, ip="192.168.7", port="0")
    press(officer, "Try these rules")
    expect(row(officer, "Rule 2")).to_contain_text("'192.168.7' is no IP address")
    expect(row(officer, "Rule 2")).to_contain_text("'0' is no port")
    expect(row(officer, "Rule 1").get_by_role("alert")).to_have_count(0)
    expect(officer.locator("[name=ip1]")).to_have_value("192.168.7")


def test_limits_act_and_whom_they_shut_out_is_let_in_again(gateway: Gateway, officer: Page) -> None:
    officer.get_by_label("Requests").fill("100")
    press(officer, "Save")
    expect(officer.get_by_role("status")).to_have_text("Saved.")
    eventually(lambda: flooded(gateway), what="an exclusion")
    officer.reload()
    press(row(officer, FLOODER), "Let in again")
    expect(officer.get_by_text("Nobody is excluded.")).to_be_visible()
    expect(officer.get_by_text("Exclusions since the start: 1.")).to_be_visible()
    assert gateway.order("firewall")["exclusions"] == []
    gateway.order("settings.reset", path="firewall.requests")


def flooded(gateway: Gateway) -> bool:
    modbus = ("127.0.0.1", gateway.ports()["modbus_tcp"])
    with suppress(OSError), socket.create_connection(modbus, 20, (FLOODER, 0)) as channel:
        channel.sendall(READ * 2000)
        while channel.recv(65536):
            continue
    return bool(gateway.order("firewall")["exclusions"])
