"""`/system/update`: load a .dfu file, hear what its check found, install it (§11.3.6)."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from digigate.services.web.markup import Html, Part, button, element, notice
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.parts import chooser, facts, hint, section
from digigate.services.web.office.sent import Sent
from digigate.services.web.office.system import SYSTEM, system_tabs
from digigate.services.web.office.waiting import waiting

UPDATE = f"{SYSTEM}/update"
LOAD, INSTALL, DISCARD = f"{UPDATE}/file", f"{UPDATE}/install", f"{UPDATE}/discard"
MEGA = 1_000_000
Told = Mapping[str, Any]


async def firmware(desk: Desk) -> web.Response:
    """What runs, what was loaded and what the check of it found."""
    told = await desk.ask("firmware")
    verdict = desk.answer or told["staged"]
    return desk.page(
        desk.said("plain.page.system"),
        _running(desk, told),
        _load(desk, told),
        _checked(desk, verdict),
        tabs=system_tabs(desk, UPDATE),
    )


def _running(desk: Desk, told: Told) -> Html:
    said = desk.said
    above: list[Part] = []
    if told["reverted"]:
        words = said("office.update.reverted", version=told["reverted"]["version"])
        reason = element("span", told["reverted"]["reason"], lang="en")
        above.append(element("p", words, " ", reason, class_="bad"))
    if told["trial"]:
        above.append(notice(said("office.update.trial", version=told["trial"]["version"])))
    keys = ", ".join(told["keys"]) or said("office.update.no_keys")
    pairs = [
        (said("office.update.version"), told["version"]),
        (said("office.update.slot"), told["slot"]),
        (said("office.update.keys"), keys),
    ]
    return section(said("office.update.running"), *above, facts(pairs))


def _load(desk: Desk, told: Told) -> Html:
    said = desk.said
    inside: list[Part] = [hint(said("office.update.help"))]
    if told["hindrance"]:
        inside.append(element("p", told["hindrance"], class_="bad", lang="en"))
    file = chooser(said("office.update.file"), "file", ".dfu", said("office.update.file.help"))
    inside.append(desk.form(LOAD, file, button(said("office.update.load")), files=True))
    return section(said("office.update.load.title"), *inside, name="load")


def _checked(desk: Desk, verdict: Told | None) -> Html:
    """The button is alive only once a file was found good."""
    said, good = desk.said, bool(verdict and verdict["ok"])
    inside: list[Part] = []
    if verdict is None:
        inside.append(element("p", said("office.update.nothing")))
    else:
        inside.append(_verdict(desk, verdict))
    update = button(said("office.update.do"), disabled=not good)
    inside.append(desk.form(INSTALL, update))
    if verdict and (good or verdict["downgrade"]):
        inside.append(desk.small(DISCARD, said("office.update.discard")))
    return section(said("office.update.check"), *inside, name="check")


def _verdict(desk: Desk, verdict: Told) -> Html:
    said = desk.said
    if verdict["ok"]:
        words = notice(said("office.update.good"))
    else:
        reason = element("span", verdict["reason"], lang="en")
        words = element("p", said("office.update.bad"), " ", reason, class_="bad", role="alert")
    told = {
        "name": verdict["name"],
        "size": f"{verdict['size'] / MEGA:.1f} MB",
        "version": verdict["version"],
        "created": desk.moment(verdict["created"] or None),
        "key": verdict["key"],
    }
    pairs = [(said(f"office.update.{name}"), what or "–") for name, what in told.items()]
    return element("div", words, facts(pairs))


async def _install(desk: Desk, _: Sent) -> None:
    await desk.ask("firmware.install")


async def _discard(desk: Desk, _: Sent) -> None:
    await desk.ask("firmware.discard")


DEEDS = (
    Deed(
        INSTALL,
        _install,
        waiting(firmware, UPDATE, "office.update.running"),
        "",
        UPDATE,
        shown=True,
    ),
    Deed(DISCARD, _discard, firmware, "discarded", UPDATE),
)
