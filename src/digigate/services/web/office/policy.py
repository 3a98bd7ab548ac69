"""`/security`: the tab "security policy" (§11.3.2), made from the description of its settings."""

from collections.abc import Mapping

from aiohttp import web

from digigate.services.web.markup import Html, Part, button, element
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.fields import name_of
from digigate.services.web.office.parts import hint, tabs
from digigate.services.web.office.saving import entry, save
from digigate.services.web.office.sent import Sent
from digigate.settings.form import fields
from digigate.settings.sections import Policy

SECURITY = "/security"
SAVE = f"{SECURITY}/policy"
TABS = (
    (SECURITY, "office.tab.policy"),
    (f"{SECURITY}/https", "office.tab.https"),
    (f"{SECURITY}/authorities", "office.tab.authorities"),
    (f"{SECURITY}/firewall", "office.tab.firewall"),
)
"""The four of the manual (§11.3.1)."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "banner": ("banner", "banner_text"),
    "session": ("login_tries", "lock_minutes", "session_minutes", "session_hours", "sessions"),
    "passwords": ("password_rule", "api_tokens", "audit_days"),
    "devices": ("usb", "ble", "rs485_slave"),
    "mail": ("smtps_required",),
    "field": ("modbus_writing", "snmp", "bacnet"),
    "push": ("cloud", "ftps_required"),
}
"""The fields by the headings of the manual (§11.3.2)."""
POLICY = {name_of(each): each for each in fields(Policy, "policy")}


def security_tabs(desk: Desk, here: str) -> Html:
    """The tabs of the menu, with the present one marked."""
    return tabs(desk.said, here, TABS)


async def policy(desk: Desk) -> web.Response:
    """Every switch as it is, or as it was just filled in."""
    said = desk.said
    groups = [_group(desk, name, members) for name, members in GROUPS.items()]
    form = desk.form(SAVE, *groups, button(said("office.save")))
    top = hint(said("office.policy.help"))
    return desk.page(said("plain.page.security"), top, form, tabs=security_tabs(desk, SECURITY))


async def _save(desk: Desk, form: Sent) -> None:
    await save(desk, form, Policy, POLICY)


def _group(desk: Desk, name: str, members: tuple[str, ...]) -> Html:
    title: Part = element("legend", desk.said(f"office.policy.{name}"))
    inputs = (entry(desk, SAVE, POLICY[member]) for member in members)
    return element("fieldset", title, *inputs)


DEEDS = (Deed(SAVE, _save, policy, "saved", SECURITY),)
