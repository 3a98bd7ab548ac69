"""Pages without JavaScript: a document of few parts, every text of it escaped.

They are what lets people in and puts things right when nothing else works.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

from digigate.services.web.crossing import FIELD, PRE_COOKIE, token_for_form
from digigate.services.web.entrance import recognised
from digigate.services.web.markup import Html, Part, element, joined, single
from digigate.settings.profiles import Profile
from digigate.translations import Words, words

LANGUAGES = ("en", "fr")
LANGUAGE_COOKIE = "__Host-lang"
STYLE = Path(__file__).with_name("plain.css")
STYLE_PATH = "/plain.css"
OFFERED: dict[str, Profile] = {
    "/": Profile.USER,
    "/profile": Profile.ADVANCED,
    "/protocols": Profile.ADMIN,
    "/system": Profile.ADMIN,
    "/security": Profile.CYBER,
    "/audit": Profile.CYBER,
}
"""The pages that the navigation leads to, and the least profile that each is for."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What a page needs to know of who reads it: the language, and the token of its forms."""

    language: str
    words: Words
    token: str
    profile: Profile
    known: bool  # somebody is logged in

    def __call__(self, key: str, **facts: object) -> str:
        """The words of this key, with facts filled in."""
        return self.words[key].format(**facts) if facts else self.words[key]

    def form(self, action: str, *inside: Part, **attributes: str | bool) -> Html:
        """A form that is sent back by POST with the token."""
        token = single("input", type="hidden", name=FIELD, value=self.token)
        return element("form", token, *inside, method="post", action=action, **attributes)


def talk(request: web.Request) -> Talk:
    """How to talk to this visitor."""
    language, visitor = language_of(request), recognised(request)
    token, _ = token_for_form(request)
    return Talk(language, _words(language), token, visitor.profile, visitor.session is not None)


def language_of(request: web.Request) -> str:
    """The one that was chosen on a page, or the browser's."""
    for wished in (request.query.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wished in LANGUAGES:
            return wished
    accepted = request.headers.get("Accept-Language", "")
    wishes = (part.partition(";")[0].strip()[:2].lower() for part in accepted.split(","))
    return next((wish for wish in wishes if wish in LANGUAGES), LANGUAGES[0])


def document(
    request: web.Request, said: Talk, title: str, *main: Part, status: int = 200
) -> web.Response:
    """The whole page; the cookies that its forms and its language need go along."""
    body = _document(request, said, title, main).text.encode()
    response = web.Response(body=body, status=status, content_type="text/html", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    _, is_new = token_for_form(request)
    if is_new:
        _set(response, PRE_COOKIE, said.token)
    if request.query.get("lang") in LANGUAGES:
        _set(response, LANGUAGE_COOKIE, said.language)
    return response


def _set(response: web.Response, name: str, value: str) -> None:
    response.set_cookie(name, value, secure=True, httponly=True, samesite="Strict")


def _document(request: web.Request, said: Talk, title: str, main: Sequence[Part]) -> Html:
    head = element(
        "head",
        single("meta", charset="utf-8"),
        single("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · DIRIS Digiware"),
        single("link", rel="stylesheet", href=STYLE_PATH),
        single("link", rel="icon", href="data:,"),
    )
    top = element(
        "header", element("a", "DIRIS Digiware", href="/", class_="brand"), _nav(request, said)
    )
    body = element("body", top, element("main", element("h1", title), *main))
    return joined((Html("<!doctype html>"), element("html", head, body, lang=said.language)))


def _nav(request: web.Request, said: Talk) -> Html:
    offered = [
        _link(request, path, said(f"plain.page.{path.strip('/') or 'overview'}"))
        for path, least in OFFERED.items()
        if said.profile in least.and_above
    ]
    if said.known:
        out = said.form("/logout", element("button", said("ui.logout"), class_="link"))
    else:
        out = _link(request, "/login", said("ui.login"))
    languages = [
        element("a", each.upper(), href=f"?lang={each}", hreflang=each, lang=each)
        for each in LANGUAGES
        if each != said.language
    ]
    return element("nav", *offered, out, *languages, aria_label=said("ui.navigation"))


def _link(request: web.Request, path: str, text: str) -> Html:
    within = request.path == path or (path != "/" and request.path.startswith(f"{path}/"))
    here = {"aria_current": "page"} if within else {}
    return element("a", text, href=path, **here)


async def style(_: web.Request) -> web.Response:
    """The one style sheet of these pages."""
    headers = {"Cache-Control": "no-cache"}
    return web.Response(body=_style(), content_type="text/css", charset="utf-8", headers=headers)


@cache
def _style() -> bytes:
    return STYLE.read_bytes()


@cache
def _words(language: str) -> Words:
    return words(language)
