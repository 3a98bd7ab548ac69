"""Log in, change one's password, recover Cyber's: pages that need no JavaScript (§11.1)."""

from collections.abc import Mapping

from aiohttp import web

from digigate.errors import AccessError, Denied, Locked, SettingsError
from digigate.security.accounts import WRONG
from digigate.security.passwords import Fault, Rule, faults, plain
from digigate.services.web.entrance import (
    ENTRANCE,
    Entrance,
    admit,
    client_of,
    leave,
    recognised,
)
from digigate.services.web.markup import Html, Part, button, choice, element, field, notice, single
from digigate.services.web.plain import Talk, document, talk
from digigate.settings.profiles import Profile

PASSWORD, LOGIN, HOME = "/password", "/login", "/"


async def login_page(request: web.Request) -> web.StreamResponse:
    """The five profiles, and the banner where the policy has one."""
    return _login(request, chosen=request.query.get("profile", "admin"))


async def login(request: web.Request) -> web.StreamResponse:
    """Begin a session; User's needs nothing and is what one has without."""
    form = await texts(request)
    profile = _profile(form.get("profile", ""))
    if profile is Profile.USER:
        raise leave(request, web.HTTPSeeOther(_next(form.get("next", ""))))
    entrance = request.app[ENTRANCE]
    try:
        await entrance.accounts.login(profile, form.get("password", ""), client_of(request))
    except AccessError as error:
        return _login(request, error, str(profile), form.get("next", ""))
    _, handed = admit(request, profile)
    must = entrance.accounts.must_change(profile)
    raise handed(web.HTTPSeeOther(PASSWORD if must else _next(form.get("next", ""))))


async def logout(request: web.Request) -> web.StreamResponse:
    """End the session."""
    raise leave(request, web.HTTPSeeOther(LOGIN))


async def password_page(request: web.Request) -> web.StreamResponse:
    """One's own password; nothing else is open to who must change it."""
    if recognised(request).session is None:
        raise web.HTTPSeeOther(LOGIN)
    return _password(request)


async def password(request: web.Request) -> web.StreamResponse:
    """Change it; every session of the profile ends, and this browser gets a new one."""
    session = recognised(request).session
    if session is None:
        raise web.HTTPSeeOther(LOGIN)
    form, accounts = await texts(request), request.app[ENTRANCE].accounts
    said = talk(request)
    if wrong := unfit(said, _rule(request), form.get("new", ""), form.get("again", "")):
        return _password(request, wrong)
    old, new, client = form.get("old", ""), form.get("new", ""), client_of(request)
    try:
        await accounts.change(session.profile, old, new, client)
    except AccessError as error:
        return _password(request, refusal(said, error))
    except SettingsError as error:
        return _password(request, _explained(said, error))
    _, handed = admit(request, session.profile)
    raise handed(web.HTTPSeeOther(HOME))


async def recovery_page(request: web.Request) -> web.StreamResponse:
    """Where Cyber's passphrase is typed."""
    return _recovery(request)


async def recovery(request: web.Request) -> web.StreamResponse:
    """Set Cyber's password by the passphrase."""
    form, entrance, said = await texts(request), request.app[ENTRANCE], talk(request)
    given, new = form.get("passphrase", ""), form.get("new", "")
    if wrong := unfit(said, _rule(request), new, form.get("again", "")):
        return _recovery(request, wrong)
    try:
        await entrance.accounts.recover(given, new, client_of(request))
    except AccessError as error:
        return _recovery(request, refusal(said, error))
    except SettingsError as error:
        return _recovery(request, _explained(said, error))
    raise leave(request, web.HTTPSeeOther(f"{LOGIN}?profile=cyber"))


async def texts(request: web.Request) -> Mapping[str, str]:
    """The fields of a form that are texts."""
    form = await request.post()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def unfit(said: Talk, rule: Rule, new: str, again: str) -> str:
    """What is wrong with a new password that was typed twice; nothing for a good one."""
    if new != again:
        return said("plain.password.unlike")
    found = faults(plain(new), rule)
    needs = ", ".join(said(f"password.{each.name.lower()}", n=rule.shortest) for each in found)
    return said("plain.password.weak", needs=needs) if found else ""


def refusal(said: Talk, error: AccessError) -> str:
    """What to tell who was not let in."""
    if isinstance(error, Locked):
        return said("plain.login.locked")
    wrong = isinstance(error, Denied) and str(error) == WRONG
    return said("plain.login.wrong" if wrong else "plain.login.busy")


def _login(
    request: web.Request, error: AccessError | None = None, chosen: str = "", after: str = ""
) -> web.Response:
    said, policy = talk(request), request.app[ENTRANCE].policy()
    above: list[Part] = []
    if policy.banner:
        text = policy.banner_text or said("plain.banner")
        above.append(element("p", text, class_="banner", role="note"))
    if error:
        above.append(notice(refusal(said, error), bad=True))
    profiles = [(str(each), said(f"profile.{each}")) for each in Profile]
    form = said.form(
        LOGIN,
        single("input", type="hidden", name="next", value=after or request.query.get("next", "")),
        choice(said("plain.profile"), "profile", profiles, chosen),
        _secret(said("plain.password"), "password", "current-password", said("plain.user.help")),
        button(said("ui.login")),
    )
    lost = element("p", element("a", said("plain.lost"), href="/recovery"), class_="muted")
    main = element("section", *above, form, lost, class_="narrow")
    status = 200 if error is None else 403
    return document(request, said, said("plain.title.login"), main, status=status)


def _password(request: web.Request, wrong: str = "") -> web.Response:
    said, visitor = talk(request), recognised(request)
    must = (
        [notice(said("plain.must_change"), bad=True)] if visitor.must_change and not wrong else []
    )
    form = said.form(
        PASSWORD,
        _secret(said("plain.password.old"), "old", "current-password"),
        *_twice(said, request.app[ENTRANCE]),
        button(said("plain.password.do")),
    )
    above = [notice(wrong, bad=True)] if wrong else must
    main = element("section", *above, form, class_="narrow")
    title = said("plain.title.password")
    return document(request, said, title, main, status=400 if wrong else 200)


def _recovery(request: web.Request, wrong: str = "") -> web.Response:
    said = talk(request)
    above: list[Part] = [notice(wrong, bad=True)] if wrong else []
    above.append(element("p", said("plain.recovery.help"), class_="muted"))
    form = said.form(
        "/recovery",
        field(said("plain.passphrase"), "passphrase", autocomplete="off", required=True),
        *_twice(said, request.app[ENTRANCE]),
        button(said("plain.password.do")),
    )
    main = element("section", *above, form, class_="narrow")
    title = said("plain.title.recovery")
    return document(request, said, title, main, status=400 if wrong else 200)


def _twice(said: Talk, entrance: Entrance) -> tuple[Html, Html]:
    rule = said(f"plain.rule.{entrance.policy().password_rule}")
    return (
        _secret(said("plain.password.new"), "new", "new-password", rule),
        _secret(said("plain.password.again"), "again", "new-password"),
    )


def _secret(label: str, name: str, kind: str, help_: str = "") -> Html:
    return field(label, name, help_=help_, type="password", autocomplete=kind)


def _rule(request: web.Request) -> Rule:
    return Rule(request.app[ENTRANCE].policy().password_rule)


def _explained(said: Talk, error: SettingsError) -> str:
    """A new password like the old one; or a full disk, in the words of the gateway."""
    former = said("password.former")
    return said("plain.password.weak", needs=former) if Fault.FORMER in str(error) else str(error)


def _profile(text: str) -> Profile:
    try:
        return Profile(text)
    except ValueError:
        raise web.HTTPBadRequest(text="there is no such profile") from None


def _next(wished: str) -> str:
    """Where to go on: a page of ours, never another site."""
    local = wished.startswith("/") and not wished.startswith(("//", "/\\"))
    return wished if local and wished.isprintable() else HOME
