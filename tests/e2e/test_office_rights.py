"""What Admin and Cyber may do, each right exercised once on a running gateway (§11.1)."""

import pytest
from playwright.sync_api import Browser, expect

from e2e.office import log_in, visiting
from running import Gateway
from running.api import ApiUser
from running.gateway import PASSWORD

Orders = tuple[tuple[str, dict[str, object]], ...]
OTHER = "Oth3r&password"
FILE = "application/octet-stream"
VIEWS = ("/api/v1/devices", "/api/v1/buses", "/api/v1/services", "/api/v1/detection")
CONFIGURATION: Orders = (
    ("topology.rename", {"address": 4, "name": "Renamed"}),
    ("topology.rename", {"address": 4, "name": "Workshop"}),
    ("settings.set", {"path": "gateway.site", "value": "Demo site"}),
    ("counters.reset", {"address": 20, "counters": ["partial-energies"], "agreed": True}),
)
SECURITY: Orders = (
    ("settings.set", {"path": "policy.ble", "value": False}),
    ("firewall", {}),
    ("authorities", {}),
    ("accounts", {}),
    ("accounts.password", {"profile": "advanced", "password": PASSWORD}),
    ("firmware", {}),
)

pytestmark = pytest.mark.peer("chromium")


def logged_in(gateway: Gateway, profile: str) -> ApiUser:
    user = ApiUser(gateway)
    assert user.log_in(profile, PASSWORD)[0] == 200
    return user


def looks_and_configures(user: ApiUser) -> None:
    """All that both profiles may."""
    for path in VIEWS:
        assert user.gets(path) == 200, path
    for order, arguments in CONFIGURATION:
        status, told = user.orders(order, **arguments)
        assert status == 200, (order, told)
    assert user.change_password(PASSWORD, OTHER) == 200


@pytest.mark.manual(67)
def test_admin_configures_and_has_no_cybersecurity(office: Gateway, browser: Browser) -> None:
    admin = logged_in(office, "admin")
    for order, arguments in SECURITY:
        assert admin.orders(order, **arguments)[0] == 403, order
    assert admin.posts("/api/v1/firmware", "none", **{"Content-Type": FILE})[0] == 403
    with visiting(browser) as page:
        log_in(page, office, "admin")
        page.goto(office.url("/system"))
        expect(page.get_by_role("link", name="Cybersecurity")).to_have_count(0)
        answer = page.goto(office.url("/security"))
        assert answer is not None
        assert answer.status == 403
    looks_and_configures(admin)
    office.own_passwords()


@pytest.mark.manual(68)
def test_cyber_has_every_right(office: Gateway) -> None:
    cyber = logged_in(office, "cyber")
    for order, arguments in SECURITY:
        status, told = cyber.orders(order, **arguments)
        assert status == 200, (order, told)
    status, told = cyber.posts("/api/v1/firmware", "none", **{"Content-Type": FILE})
    assert status == 200
    assert "choose a .dfu file" in told["result"]["reason"]
    looks_and_configures(cyber)
    office.own_passwords()
