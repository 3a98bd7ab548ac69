"""`/profile`: one's own password, tokens; for Cyber all accounts, passphrase and sessions."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from digigate.security.passwords import Rule
from digigate.services.web.login import unfit
from digigate.services.web.markup import Html, Part, button, choice, element, joined
from digigate.services.web.office import tokens
from digigate.services.web.office.desk import Deed, Desk
from digigate.services.web.office.parts import badge, hint, lines, secret, section, table
from digigate.services.web.office.sent import Misfilled, Sent
from digigate.services.web.office.shown import shown_once
from digigate.services.web.plain import Talk
from digigate.settings.profiles import Profile

PROFILE = "/profile"
PASSWORD = f"{PROFILE}/password"
PASSPHRASE = f"{PROFILE}/passphrase"
State = Mapping[str, Any]


async def profile(desk: Desk) -> web.Response:
    """Everybody's own password, and what Cyber manages below it."""
    said, parts = desk.said, [_own(desk)]
    if desk.may("accounts"):
        accounts = await desk.ask("accounts")
        parts += [_accounts(desk, accounts["accounts"]), _new_password(desk)]
        parts.append(_passphrase(desk, known=accounts["passphrase"]))
    if desk.may("tokens"):
        parts.append(tokens.tokens(desk, await desk.ask("tokens")))
    if desk.may("sessions"):
        parts.append(_sessions(desk, await desk.ask("sessions")))
    return desk.page(said("plain.page.profile"), *parts)


def _own(desk: Desk) -> Html:
    said = desk.said
    link = element("a", said("office.password.own"), href="/password", class_="button")
    return section(said(f"profile.{said.profile}"), element("p", link))


def _accounts(desk: Desk, accounts: list[State]) -> Html:
    said = desk.said
    heads = [said(f"office.accounts.{key}") for key in ("profile", "state", "changed", "expires")]
    free: list[Part] = [
        said("profile.user"), badge(said("office.accounts.open"), "ok"), "–", "–", ""
    ]  # fmt: skip
    rows = [free, *(_account(desk, account) for account in accounts)]
    return section(said("office.accounts"), table([*heads, said("office.actions")], rows))


def _account(desk: Desk, account: State) -> list[Part]:
    said = desk.said
    return [
        said(f"profile.{account['profile']}"),
        lines(_states(said, account)),
        desk.moment(account["changed"]),
        desk.moment(account["expires"]),
        joined(_account_deeds(desk, account)),
    ]


def _states(said: Talk, account: State) -> list[Part]:
    """All that is to be known of an account, the grave first."""
    found: list[Part] = []
    if account["locked_for"] is not None:
        minutes = max(1, round(account["locked_for"] / 60))
        found.append(badge(said("office.accounts.locked", minutes=minutes), "grave"))
    if not account["enabled"]:
        found.append(badge(said("office.accounts.disabled")))
    if account["is_default"]:
        found.append(badge(said("office.accounts.default"), "grave"))
    elif account["must_change"]:
        found.append(badge(said("office.accounts.expired"), "grave"))
    return found or [badge(said("office.accounts.good"), "ok")]


def _account_deeds(desk: Desk, account: State) -> list[Part]:
    said, who = desk.said, account["profile"]
    found: list[Part] = []
    if account["locked_for"] is not None:
        unlock = said("office.accounts.unlock")
        found.append(desk.small(f"{PROFILE}/unlock", unlock, profile=who))
    if who == Profile.TOTEM:
        enabled = bool(account["enabled"])
        text = said("office.accounts.disable" if enabled else "office.accounts.enable")
        wished = "" if enabled else "true"
        found.append(desk.small(f"{PROFILE}/enable", text, profile=who, enabled=wished))
    return found


def _new_password(desk: Desk) -> Html:
    said = desk.said
    others = [each for each in Profile if each not in {Profile.USER, said.profile}]
    form = desk.form(
        PASSWORD,
        choice(
            said("plain.profile"),
            "profile",
            [(str(each), said(f"profile.{each}")) for each in others],
            desk.typed(PASSWORD, "profile"),
        ),
        secret(
            said("plain.password.new"),
            "new",
            "new-password",
            said(f"plain.rule.{desk.settings.policy.password_rule}"),
        ),
        secret(said("plain.password.again"), "again", "new-password"),
        button(said("office.accounts.set")),
    )
    return section(said("office.accounts.password"), form, name="password")


def _passphrase(desk: Desk, *, known: bool) -> Html:
    said = desk.said
    inside: list[Part] = [hint(said("office.passphrase.help"))]
    if isinstance(desk.answer, dict) and "passphrase" in desk.answer:
        inside.append(shown_once(said, desk.answer["passphrase"]))
    else:
        inside.append(
            element("p", said("office.passphrase.known" if known else "office.passphrase.none"))
        )
    inside.append(desk.form(PASSPHRASE, button(said("office.passphrase.do"))))
    return section(said("plain.passphrase"), *inside, name="passphrase")


def _sessions(desk: Desk, sessions: list[State]) -> Html:
    said = desk.said
    heads = [said(f"office.sessions.{key}") for key in ("profile", "client", "since")]
    rows = [
        [
            said(f"profile.{session['profile']}"),
            session["client"],
            desk.moment(session["since"]),
            badge(said("office.sessions.own"), "ok")
            if session["id"] == desk.session
            else desk.small(f"{PROFILE}/session", said("office.sessions.end"), id=session["id"]),
        ]
        for session in sessions
    ]
    return section(said("office.sessions"), table([*heads, said("office.actions")], rows))


async def _set_password(desk: Desk, form: Sent) -> None:
    new, rule = form.secret("new"), Rule(desk.settings.policy.password_rule)
    if wrong := unfit(desk.said, rule, new, form.secret("again")):
        raise Misfilled(wrong, {})
    await desk.ask("accounts.password", profile=form["profile"], password=new)


async def _unlock(desk: Desk, form: Sent) -> None:
    await desk.ask("accounts.unlock", profile=form["profile"])


async def _enable(desk: Desk, form: Sent) -> None:
    wished = form["enabled"] == "true"
    await desk.ask("accounts.enable", profile=form["profile"], enabled=wished)


async def _make_passphrase(desk: Desk, _: Sent) -> Any:  # noqa: ANN401 -- JSON
    return await desk.ask("accounts.passphrase")


async def _end_session(desk: Desk, form: Sent) -> None:
    await desk.ask("sessions.end", id=form["id"])


DEEDS = (
    Deed(PASSWORD, _set_password, profile, "password", PROFILE),
    Deed(f"{PROFILE}/unlock", _unlock, profile, "unlocked", PROFILE),
    Deed(f"{PROFILE}/enable", _enable, profile, "saved", PROFILE),
    Deed(PASSPHRASE, _make_passphrase, profile, "", PROFILE, shown=True),
    Deed(f"{PROFILE}/session", _end_session, profile, "session", PROFILE),
    Deed(tokens.ADD, tokens.add, profile, "", PROFILE, shown=True, profile=Profile.ADMIN),
    Deed(tokens.REVOKE, tokens.revoke, profile, "revoked", PROFILE, profile=Profile.ADMIN),
)
