"""The part of `/profile` where administrators make and revoke keys for programs."""

from collections.abc import Mapping
from typing import Any

from digigate.services.web.markup import Html, Part, button, choice, element, field
from digigate.services.web.office.desk import Desk
from digigate.services.web.office.parts import badge, hint, lines, section, table, tick
from digigate.services.web.office.sent import Misfilled, Sent
from digigate.services.web.office.shown import shown_once
from digigate.settings.profiles import Profile

ADD, REVOKE = "/profile/token", "/profile/revoke"
DAYS = 365
State = Mapping[str, Any]


def tokens(desk: Desk, listed: State) -> Html:
    """Those that there are, and the form that makes one."""
    said = desk.said
    inside: list[Part] = [hint(said("office.tokens.help"))]
    if not listed["allowed"]:
        inside.append(element("p", badge(said("office.tokens.off"), "grave")))
    if listed["tokens"]:
        heads = [said(f"office.tokens.{key}") for key in ("name", "rights", "expires", "used")]
        rows = [_row(desk, token) for token in listed["tokens"]]
        inside.append(table([*heads, said("office.actions")], rows))
    if isinstance(desk.answer, dict) and "secret" in desk.answer:
        inside.append(shown_once(said, desk.answer["secret"]))
    if listed["allowed"]:
        inside.append(_form(desk))
    return section(said("office.tokens"), *inside, name="tokens")


async def add(desk: Desk, form: Sent) -> Any:  # noqa: ANN401 -- JSON
    """Make one; the answer has its secret."""
    days = form["days"]
    if not (days.isascii() and days.isdigit() and 1 <= len(days) <= 4):
        wrong = desk.said("office.tokens.days.wrong")
        raise Misfilled(wrong, {"days": wrong})
    return await desk.ask(
        "tokens.add",
        name=form["name"],
        profile=form["acts_as"],
        days=int(days),
        read_only=form.ticked("read_only"),
    )


async def revoke(desk: Desk, form: Sent) -> None:
    """Take one back."""
    await desk.ask("tokens.revoke", id=form["id"])


def _row(desk: Desk, token: State) -> list[Part]:
    said = desk.said
    rights: list[Part] = [said(f"profile.{token['profile']}")]
    if token["read_only"]:
        rights.append(badge(said("office.tokens.read_only")))
    theirs = token["profile"] == Profile.CYBER and said.profile is not Profile.CYBER
    return [
        token["name"],
        lines(rights),
        desk.moment(token["expires"]),
        desk.moment(token["used"]),
        "" if theirs else desk.small(REVOKE, said("office.tokens.revoke"), id=token["id"]),
    ]


def _form(desk: Desk) -> Html:
    said = desk.said
    offered = [Profile.USER, Profile.ADVANCED, Profile.ADMIN]
    if said.profile is Profile.CYBER:
        offered.append(Profile.CYBER)
    return desk.form(
        ADD,
        field(
            said("office.tokens.name"),
            "name",
            help_=said("office.tokens.name.help"),
            value=desk.typed(ADD, "name"),
            maxlength="40",
            required=True,
        ),
        choice(
            said("office.tokens.rights"),
            "acts_as",
            [(str(each), said(f"profile.{each}")) for each in offered],
            desk.typed(ADD, "acts_as"),
        ),
        field(
            said("office.tokens.days"),
            "days",
            value=desk.typed(ADD, "days", str(DAYS)),
            type="number",
            min="1",
            max="3650",
            required=True,
        ),
        tick(said("office.tokens.read_only"), "read_only", said("office.tokens.read_only.help")),
        button(said("office.tokens.add")),
    )
