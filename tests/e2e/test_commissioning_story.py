"""A technician looks at a plant out of its boxes while it is searched, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.visitor import opened, visit
from running import Gateway, eventually, free_demo
from running.gateway import ROOT

UNADDRESSED = ROOT / "config" / "unaddressed-plant.yaml"

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.timed]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    state = tmp_path_factory.mktemp("boxes") / "state"
    with free_demo(state, "--speed", "2", plant=UNADDRESSED) as gateway:
        yield gateway


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(complaints: list[str]) -> Iterator[Page]:
    with opened(complaints) as page:
        yield page


@pytest.mark.manual(39, 40)
def test_the_wiring_limits_are_called_to_mind(
    gateway: Gateway, page: Page, complaints: list[str]
) -> None:
    visit(page, gateway, "/commissioning")
    for words in ("1200 m", "120 Ω", "300 m", "two C-32", "terminator"):
        expect(page.get_by_role("main")).to_contain_text(words)
    assert complaints == []


@pytest.mark.manual(30)
def test_the_front_shows_what_is_printed_on_it(gateway: Gateway, page: Page) -> None:
    visit(page, gateway, "/commissioning")
    front = page.locator(".front")
    for name in (
        "ON", "ALARM", "COM", "ADDR", "RS485", "NC", "ETH", "DIGIWARE BUS", "SUPPLY 24 V 20 W max",
    ):  # fmt: skip
        expect(front.get_by_text(name, exact=True)).to_be_visible()


@pytest.mark.manual(58)
def test_a_search_is_followed_to_its_end(
    gateway: Gateway, page: Page, complaints: list[str]
) -> None:
    visit(page, gateway, "/commissioning")
    gateway.order("detect.start", resolve="buttons")
    expect(page.get_by_role("heading", name="Address 5, Digiware")).to_be_visible()
    expect(page.locator(".lamp.com")).to_have_class("lamp com steady")
    expect(page.get_by_text("Waiting for buttons")).to_be_visible()
    for net_id in _in_conflict(gateway):
        gateway.plant("press", slave=f"0x{net_id:08X}")
    expect(page.get_by_role("heading", name="10 devices in the topology")).to_be_visible()
    expect(page.get_by_text("Use the complete mode")).to_be_visible()
    found = len(gateway.get("/api/v1/devices")["devices"])
    visit(page, gateway, "/")
    expect(page.get_by_text(f"/{found}").first).to_be_visible()
    assert complaints == []


def _in_conflict(gateway: Gateway) -> list[int]:
    """NET IDs of all slaves that wait for their buttons."""
    conflicts = eventually(lambda: gateway.get("/api/v1/detection")["conflicts"], what="conflicts")
    return [slave["net_id"] for conflict in conflicts for slave in conflict["slaves"]]


def test_faults_of_a_bus_are_seen_as_they_come(
    gateway: Gateway, page: Page, complaints: list[str]
) -> None:
    eventually(lambda: gateway.get("/api/v1/devices")["devices"], what="a topology")
    address = gateway.get("/api/v1/devices")["devices"][0]["address"]
    visit(page, gateway, "/workshop")
    page.get_by_role("button", name="Faults only").click()
    gateway.plant("fault.set", on=str(address), kind="crc")
    try:
        expect(page.get_by_text("Garbled", exact=True).first).to_be_visible()
    finally:
        gateway.plant("fault.clear", on=str(address))
    assert complaints == []
