"""`/system`: the name plate, and the two orders of §6.3: reboot, and show which box it is."""

from aiohttp import web

from digigate.services.web.jsonable import hexadecimal
from digigate.services.web.keys import VIEW
from digigate.services.web.markup import Html, button
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.parts import facts, hint, section, tabs
from digigate.services.web.office.sent import Sent
from digigate.services.web.office.waiting import waiting
from digigate.settings.profiles import Profile

SYSTEM = "/system"
IDENTIFY, REBOOT = f"{SYSTEM}/identify", f"{SYSTEM}/reboot"
TABS = (
    (SYSTEM, "office.tab.gateway", "gateway.reboot"),
    (f"{SYSTEM}/update", "office.tab.update", "firmware.install"),
    (f"{SYSTEM}/backup", "office.tab.backup", "backup"),
    (f"{SYSTEM}/reset", "office.tab.reset", "gateway.factory-reset"),
)
"""Path, key of the name, and the command without whose right there is no such tab."""


def system_tabs(desk: Desk, here: str) -> Html:
    """The tabs that this visitor may have, with the present one marked."""
    return tabs(desk.said, here, [(path, key) for path, key, need in TABS if desk.may(need)])


async def system(desk: Desk) -> web.Response:
    """What the gateway is, and what it can be ordered to do."""
    said = desk.said
    return desk.page(
        said("plain.page.system"),
        _plate(desk),
        section(
            said("office.identify"),
            hint(said("office.identify.help")),
            desk.form(IDENTIFY, button(said("office.identify.do"))),
        ),
        section(
            said("office.reboot"),
            hint(said("office.reboot.help")),
            desk.form(REBOOT, button(said("office.reboot.do"), class_="grave")),
        ),
        tabs=system_tabs(desk, SYSTEM),
    )


def _plate(desk: Desk) -> Html:
    said, view = desk.said, desk.request.app[VIEW]
    identity, names = view.identity, view.settings().gateway
    told = {
        "product": identity.product_name,
        "order_code": identity.order_code,
        "serial": identity.serial,
        "net_id": hexadecimal(identity.net_id),
        "firmware": identity.firmware,
        "site": names.site,
        "server": names.server,
        "time": desk.moment(view.clock.now().isoformat()),
    }
    pairs = [(said(f"office.plate.{name}"), what) for name, what in told.items()]
    return section(said("office.plate"), facts(pairs))


async def _identify(desk: Desk, _: Sent) -> None:
    await desk.ask("identify")


async def _reboot(desk: Desk, _: Sent) -> None:
    await desk.ask("gateway.reboot")


AWAY = waiting(system, SYSTEM, "office.reboot")
DEEDS = (
    Deed(IDENTIFY, _identify, system, "identify", SYSTEM, profile=Profile.ADMIN),
    Deed(REBOOT, _reboot, AWAY, "", SYSTEM, shown=True, profile=Profile.ADMIN),
)
