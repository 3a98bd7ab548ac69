"""`/security/https`: the certificate that the pages show, and the officer's own pair (§11.3.3)."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from digigate.errors import SettingsError
from digigate.services.web.markup import Html, Part, button, element, notice
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.fields import control, name_of
from digigate.services.web.office.parts import badge, chooser, facts, hint, section, tick
from digigate.services.web.office.policy import SECURITY, security_tabs
from digigate.services.web.office.saving import save
from digigate.services.web.office.sent import Sent
from digigate.settings.form import fields
from digigate.settings.sections import Web

HTTPS = f"{SECURITY}/https"
UPLOAD, SWITCH, DISCARD = f"{HTTPS}/pair", f"{HTTPS}/switch", f"{HTTPS}/discard"
PLAIN = f"{HTTPS}/plain"
OWN = "web.own_certificate"
PLAIN_PORT = {name_of(f): f for f in fields(Web, "web") if name_of(f) == "http_port"}
Told = Mapping[str, Any]


async def https(desk: Desk) -> web.Response:
    """What is shown to browsers now, what waits, and the switch between the two."""
    told = await desk.ask("certificates")
    return desk.page(
        desk.said("plain.page.security"),
        _in_use(desk, told),
        _upload(desk, told),
        _switch(desk, told),
        _plain(desk),
        tabs=security_tabs(desk, HTTPS),
    )


def pem(octets: bytes) -> str:
    """A file as text; what is no text becomes one that is refused with a reason."""
    return octets.decode("latin-1")


def _in_use(desk: Desk, told: Told) -> Html:
    said, own = desk.said, told["own"]
    uses_own = told["in_use"] == "own"
    kind = said("office.https.own" if uses_own else "office.https.self_signed")
    inside: list[Part] = [element("p", badge(kind, "ok" if uses_own else ""))]
    if desk.settings.web.own_certificate and not uses_own:
        inside.append(notice(said("office.https.missing"), bad=True))
    if own:
        pairs: list[tuple[str, Part]] = [
            (said("office.https.subject"), own["subject"]),
            (said("office.https.issuer"), own["issuer"]),
            (said("office.https.kind"), own["kind"]),
            (said("office.https.from"), desk.moment(own["from"])),
            (said("office.https.until"), desk.moment(own["until"])),
            (said("office.https.chain"), str(own["length"])),
        ]
        inside += [element("h3", said("office.https.uploaded")), facts(pairs)]
    return section(said("office.https.in_use"), *inside)


def _upload(desk: Desk, told: Told) -> Html:
    said = desk.said
    inside: list[Part] = [hint(said("office.https.help"))]
    if told["staged_certificate"]:
        inside.append(notice(said("office.https.waits.key")))
    if told["staged_key"]:
        inside.append(notice(said("office.https.waits.certificate")))
    form = desk.form(
        UPLOAD,
        chooser(
            said("office.https.certificate"),
            "certificate",
            ".pem",
            said("office.https.certificate.help"),
        ),
        chooser(said("office.https.key"), "key", ".pem", said("office.https.key.help")),
        button(said("office.https.upload")),
        files=True,
    )
    inside.append(form)
    there = told["complete"] or told["staged_certificate"] or told["staged_key"]
    if there and told["in_use"] != "own":
        inside.append(desk.small(DISCARD, said("office.https.discard")))
    return section(said("office.https.pair"), *inside)


def _switch(desk: Desk, told: Told) -> Html:
    """Grey until both halves are there; a pair that was lost can be switched off."""
    said, wanted = desk.said, desk.settings.web.own_certificate
    grey = not (told["complete"] or wanted)
    box = tick(
        said(f"setting.{OWN}"),
        "own",
        said(f"setting.{OWN}.help"),
        ticked=wanted,
    )
    inside = element("fieldset", box, disabled=grey, class_="bare")
    save = button(said("office.save"), disabled=grey)
    return section(said("office.https.settings"), desk.form(SWITCH, inside, save))


def _plain(desk: Desk) -> Html:
    """Whether plain HTTP leads to HTTPS, and why it does not."""
    said, now = desk.said, desk.settings.web.http_port
    inside: list[Part] = [hint(said("office.https.plain.help"))]
    if trouble := desk.trouble("http"):
        inside.append(element("p", trouble, class_="bad", role="alert", lang="en"))
    (name, port), *_ = PLAIN_PORT.items()
    value = desk.typed(PLAIN, name, "" if now is None else str(now))
    entry = control(said, port, value, desk.fault(PLAIN, name))
    inside.append(desk.form(PLAIN, entry, button(said("office.save"))))
    return section(said("office.https.plain"), *inside)


async def _load(desk: Desk, form: Sent) -> None:
    halves = {name: pem(form.files[name]) for name in ("certificate", "key") if name in form.files}
    if not halves:
        raise SettingsError("choose a certificate, its key, or both")
    await desk.ask("certificates.upload", **halves)


async def _set(desk: Desk, form: Sent) -> None:
    await desk.ask("settings.set", path=OWN, value=form.ticked("own"))


async def _set_plain(desk: Desk, form: Sent) -> None:
    await save(desk, form, Web, PLAIN_PORT)


async def _discard(desk: Desk, _: Sent) -> None:
    await desk.ask("certificates.discard")


DEEDS = (
    Deed(UPLOAD, _load, https, "uploaded", HTTPS),
    Deed(SWITCH, _set, https, "saved", HTTPS),
    Deed(PLAIN, _set_plain, https, "saved", HTTPS),
    Deed(DISCARD, _discard, https, "pair_discarded", HTTPS),
)
