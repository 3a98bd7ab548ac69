"""What every request passes before its handler: limits, host, rights; and how refusals read."""

import functools
from collections.abc import Callable
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from digigate.services.web.connection import HttpConnection
from digigate.services.web.crossing import API, ours
from digigate.services.web.entrance import ENTRANCE, recognised
from digigate.services.web.hosts import is_ours
from digigate.services.web.keys import VIEW
from digigate.services.web.problems import problem
from digigate.services.web.rights import check
from digigate.services.web.route import Route

BODY_MAX = 1 << 20  # octets

Spend = Callable[[str, int], bool]


def metered(spend: Spend) -> Middleware:
    """Tell the gate of each request and the connection that it is being served."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        connection = request.protocol
        if not isinstance(connection, HttpConnection) or not spend(connection.client, 1):
            response = problem(request.path, 429, "too many requests")
            response.force_close()
            return response
        with connection.serving():
            return await handler(request)

    return guard


@web.middleware
async def explained(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn a refusal into the answer that suits who asked."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        if refusal.status < 400:
            raise
        response = problem(request.path, refusal.status, refusal.text or refusal.reason)
        if "Allow" in refusal.headers:
            response.headers["Allow"] = refusal.headers["Allow"]
        return response


def addressed(names: frozenset[str], large: frozenset[str] = frozenset()) -> Middleware:
    """Refuse requests meant for another host, and bodies that nobody will read.

    The bodies of the paths in `large` are for their handlers to limit.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_ours(request.host, names):
            text = "this name is not ours; the setting web.hosts lists those that are"
            raise web.HTTPMisdirectedRequest(text=text)
        if (request.content_length or 0) > BODY_MAX and request.path not in large:
            raise web.HTTPRequestEntityTooLarge(BODY_MAX, request.content_length or 0)
        return await handler(request)

    return guard


def entitled(route: Route) -> Handler:
    """The route's handler behind its rights, and behind where the request came from."""

    @functools.wraps(route.handler)
    async def guard(request: web.Request) -> web.StreamResponse:
        visitor, is_api = recognised(request), route.path.startswith(API)
        if visitor.must_change and not (route.open or is_api):
            raise web.HTTPSeeOther("/password")
        try:
            check(route, visitor.profile, request.app[VIEW].identity.capabilities)
        except web.HTTPForbidden:
            if is_api or visitor.session is not None:
                raise
            raise web.HTTPSeeOther(f"/login?next={quote(request.path)}") from None
        if not route.streams and isinstance(request.protocol, HttpConnection):
            request.protocol.await_body(request.content)
        if route.method != "GET":
            if visitor.reads_only and not route.orders:
                raise web.HTTPForbidden(text="this token may only look")
            await ours(request, streamed=route.streams)
        if route.use and visitor.session is not None:
            request.app[ENTRANCE].sessions.use(visitor.session)
        return await route.handler(request)

    return guard
