"""`/security/authorities`: whom the gateway believes, and the way to find a root (Annexe IV)."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from digigate.errors import SettingsError
from digigate.services.web.markup import (
    Html,
    Part,
    button,
    choice,
    element,
    field,
    joined,
    notice,
)
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.https import pem
from digigate.services.web.office.parts import chooser, hint, section, table
from digigate.services.web.office.policy import SECURITY, security_tabs
from digigate.services.web.office.sent import Misfilled, Sent

AUTHORITIES = f"{SECURITY}/authorities"
ADD, REMOVE, TEST = f"{AUTHORITIES}/file", f"{AUTHORITIES}/remove", f"{AUTHORITIES}/test"
STARTS = ("none", "smtp", "ftp")
STEPS = 4
OPENSSL = "openssl s_client -connect <server>:<port> -build_chain"
EXAMPLE = "openssl s_client -connect smtp.gmail.com:465 -build_chain"
Told = Mapping[str, Any]


async def authorities(desk: Desk) -> web.Response:
    """Those that were added, those of the system, and a server tried against both."""
    told = await desk.ask("authorities")
    return desk.page(
        desk.said("plain.page.security"),
        _added(desk, told["uploaded"]),
        _test(desk),
        _procedure(desk),
        _system(desk, told["system"]),
        tabs=security_tabs(desk, AUTHORITIES),
    )


def _added(desk: Desk, added: Sequence[Told]) -> Html:
    said = desk.said
    inside: list[Part] = [hint(said("office.ca.help"))]
    if added:
        heads = [said(f"office.ca.{key}") for key in ("name", "until", "fingerprint")]
        rows = [_row(desk, each) for each in added]
        inside.append(table([*heads, said("office.actions")], rows))
    else:
        inside.append(element("p", said("office.ca.none")))
    file = chooser(said("office.ca.file"), "pem", ".pem,.crt", said("office.ca.file.help"))
    inside.append(desk.form(ADD, file, button(said("office.ca.add")), files=True))
    return section(said("office.ca.added"), *inside)


def _row(desk: Desk, authority: Told) -> list[Part]:
    fingerprint = str(authority["fingerprint"])
    remove = desk.small(REMOVE, desk.said("office.ca.remove"), fingerprint=fingerprint)
    short = element("code", fingerprint[:16], title=fingerprint)
    return [authority["name"], desk.moment(authority["until"]), short, remove]


def _test(desk: Desk) -> Html:
    said = desk.said
    asked: Told = desk.answer or {}
    starts = [(each, said(f"office.ca.start.{each}")) for each in STARTS]
    form = desk.form(
        TEST,
        field(
            said("office.ca.host"),
            "host",
            help_=said("office.ca.host.help"),
            value=desk.typed(TEST, "host", asked.get("host", "")),
            required=True,
        ),
        field(
            said("office.ca.port"),
            "port",
            type="number",
            min="1",
            max="65535",
            value=desk.typed(TEST, "port", asked.get("port", "465")),
            required=True,
        ),
        choice(
            said("office.ca.start"),
            "starttls",
            starts,
            desk.typed(TEST, "starttls", asked.get("starttls", "none")),
        ),
        button(said("office.ca.test.do")),
    )
    result = [_verdict(desk, asked)] if asked else []
    return section(said("office.ca.test"), hint(said("office.ca.test.help")), form, *result)


def _verdict(desk: Desk, verdict: Told) -> Html:
    """Whether the server is believed, the chain that it shows, and the root to add."""
    said = desk.said
    if verdict["reason"]:
        reason = element("span", verdict["reason"], lang="en")
        above = element("p", said("office.ca.bad"), " ", reason, class_="bad", role="alert")
    else:
        above = notice(said("office.ca.good"))
    heads = [said(f"office.ca.{key}") for key in ("name", "issuer", "until")]
    rows = [[s["subject"], s["issuer"], desk.moment(s["until"])] for s in verdict["chain"]]
    parts: list[Part] = [above, table(heads, rows)]
    if verdict["missing"]:
        missing = element("strong", verdict["missing"])
        parts.append(element("p", said("office.ca.missing"), " ", missing))
    return element("div", *parts, class_="verdict")


def _procedure(desk: Desk) -> Html:
    said = desk.said
    codes = {1: element("pre", OPENSSL), 2: element("pre", EXAMPLE)}
    steps = (
        element("li", said(f"office.ca.step.{number}"), codes.get(number, ""))
        for number in range(1, STEPS + 1)
    )
    return section(said("office.ca.procedure"), element("ol", *steps))


def _system(desk: Desk, roots: Sequence[Told]) -> Html:
    said = desk.said
    if not roots:
        return section(said("office.ca.system"), notice(said("office.ca.system.none")))
    names = (element("li", each["name"]) for each in roots)
    listed = element("details", element("summary", said("office.ca.show")), element("ul", *names))
    count = element("p", said("office.ca.system.count", count=len(roots)))
    return section(said("office.ca.system"), joined((count, listed)))


async def _add(desk: Desk, form: Sent) -> None:
    if "pem" not in form.files:
        raise SettingsError("choose a .pem file")
    await desk.ask("authorities.add", pem=pem(form.files["pem"]))


async def _remove(desk: Desk, form: Sent) -> None:
    await desk.ask("authorities.remove", fingerprint=form["fingerprint"])


async def _try(desk: Desk, form: Sent) -> Any:  # noqa: ANN401 -- JSON
    host, port, start = form["host"], form["port"], form["starttls"]
    if not (port.isascii() and port.isdigit() and len(port) <= 5):
        raise Misfilled(desk.said("office.ca.port.wrong"), {"port": ""})
    asked = {"host": host, "starttls": start}
    verdict = await desk.ask("tls.test", port=int(port), **asked)
    return {**verdict, **asked, "port": port}


DEEDS = (
    Deed(ADD, _add, authorities, "authority", AUTHORITIES),
    Deed(REMOVE, _remove, authorities, "authority_removed", AUTHORITIES),
    Deed(TEST, _try, authorities, "", AUTHORITIES, shown=True),
)
