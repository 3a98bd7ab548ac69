"""`/audit`: who ordered what, from where, and what came of it; newest first."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from digigate.errors import DigigateError
from digigate.services.web.markup import Html, Part, button, element, field
from digigate.services.web.office.desk import Desk
from digigate.services.web.office.parts import section, table

AUDIT = "/audit"
PAGE = 50  # lines
HEADS = ("time", "who", "client", "what", "outcome", "details")
Line = Mapping[str, Any]


async def audit(desk: Desk) -> web.Response:
    """One page of lines, those of one caller only where one is asked for."""
    said, query = desk.said, desk.request.query
    who = query.get("who", "").strip()
    wanted = {"who": who, **({"before": query["before"]} if query.get("before") else {})}
    try:
        lines = await desk.ask("audit", count=PAGE, **wanted)
    except DigigateError:
        raise web.HTTPSeeOther(AUDIT) from None  # a moment that is none
    names = [said(f"office.audit.{head}") for head in HEADS]
    shown = table(names, (_row(desk, line) for line in lines))
    older = _older(desk, who, lines[-1]["time"]) if len(lines) == PAGE else ""
    inside: Part = shown if lines else element("p", said("office.audit.none"))
    return desk.page(
        said("plain.page.audit"), _filter(desk, who), element("section", inside, older)
    )


def _filter(desk: Desk, who: str) -> Html:
    """By GET, so that a page of the log can be kept as a link."""
    said = desk.said
    name = field(said("office.audit.who.filter"), "who", value=who)
    form = element("form", name, button(said("office.audit.filter")), method="get", action=AUDIT)
    return section(said("office.audit.choose"), form)


def _row(desk: Desk, line: Line) -> list[Part]:
    facts = line["facts"]
    return [
        desk.moment(line["time"]),
        line["who"],
        line["client"] or "–",
        line["what"],
        line["outcome"],
        element("code", json.dumps(facts, ensure_ascii=False)) if facts else "–",
    ]


def _older(desk: Desk, who: str, before: str) -> Html:
    query = urlencode({"who": who, "before": before})
    return element("p", element("a", desk.said("office.audit.older"), href=f"{AUDIT}?{query}"))
