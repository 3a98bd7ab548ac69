"""Whether a request that changes something comes from a page of ours (CSRF)."""

import hmac
import secrets

from aiohttp import web

from digigate.services.web.entrance import recognised

HEADER, FIELD = "X-CSRF-Token", "csrf"
PRE_COOKIE = "__Host-pre"
"""What stands in for a session's token before there is a session: the form repeats it."""
API = "/api/"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FORM_MAX = 1 << 18
"""Octets of a form without files: a million fields would take seconds to take apart."""
FOREIGN = "this was sent from a page that is not ours; open the page anew and try again"


async def ours(request: web.Request, *, streamed: bool = False) -> None:
    """Let it pass only if our own page, or a program without a browser's session, sent it.

    The form of a streamed request is not read here: its handler asks `is_token`.

    Raises:
        HTTPBadRequest: the form is none.
        HTTPForbidden: another site's page may have sent it.
        HTTPUnsupportedMediaType: a form of a kind that pages of ours never send.
        HTTPRequestEntityTooLarge: nor do they send such a long one, or one of unknown length.
    """
    _same_origin(request)
    session = recognised(request).session
    if request.path.startswith(API):
        if session is not None and not _equal(request.headers.get(HEADER), session.csrf):
            raise web.HTTPForbidden(text=f"send the session's token in {HEADER}")
        return
    if streamed:
        return
    if request.content_type not in FORMS:
        raise web.HTTPUnsupportedMediaType(text="send the form of the page")
    length = request.content_length
    if request.content_type == FORMS[0] and (length is None or length > FORM_MAX):
        raise web.HTTPRequestEntityTooLarge(FORM_MAX, length or 0)
    try:
        form = await request.post()
    except (ValueError, LookupError) as error:  # no text in its charset, or no such charset
        raise web.HTTPBadRequest(text="the form cannot be read") from error
    if not is_token(request, form.get(FIELD)):
        raise web.HTTPForbidden(text=FOREIGN)


def is_token(request: web.Request, given: object) -> bool:
    """Whether this is what the forms of this visitor repeat."""
    session = recognised(request).session
    return _equal(given, session.csrf if session else request.cookies.get(PRE_COOKIE))


def token_for_form(request: web.Request) -> tuple[str, bool]:
    """What a form of this visitor repeats, and whether it must be put into a cookie first."""
    session = recognised(request).session
    if session is not None:
        return session.csrf, False
    given = request.cookies.get(PRE_COOKIE, "")
    return (
        (given, False)
        if len(given) >= 32 and given.isascii()
        else (secrets.token_urlsafe(32), True)
    )


def _same_origin(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise web.HTTPForbidden(text=FOREIGN)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise web.HTTPForbidden(text=FOREIGN)


def _equal(given: object, expected: str | None) -> bool:
    """Compared in constant time; nothing equals nothing."""
    if not isinstance(given, str) or not expected or not given.isascii():
        return False
    return hmac.compare_digest(given.encode(), expected.encode())
