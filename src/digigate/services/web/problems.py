"""Answers that say what went wrong: JSON for the API, a plain page for people."""

from html import escape
from http import HTTPStatus

from aiohttp import web

from digigate.services.web.jsonable import dumps

API = "/api/"
SEALS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all, browsers send forms with "Origin: null"
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every answer; no Strict-Transport-Security, for the certificate is self-signed."""

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{message}</p><p><a href="/">digigate</a></p></body>
</html>
"""


def problem(path: str, status: int, message: str) -> web.Response:
    """The answer to a request for `path` that cannot be met."""
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    if path.startswith(API):
        body = dumps({"error": {"code": code, "message": message}})
        kind = "application/json"
    else:
        body = PAGE.format(title=f"{status} {phrase}", message=escape(message)).encode()
        kind = "text/html"
    response = web.Response(body=body, status=status, content_type=kind, charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


async def seal(_: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on an answer and take the server's name off."""
    response.headers.update(SEALS)
    response.headers.pop("Server", None)
