"""The application: the table of routes behind its guards."""

from collections.abc import Callable, Iterable

from aiohttp import web

from digigate.services.web.entrance import ENTRANCE, Entrance
from digigate.services.web.guards import BODY_MAX, Spend, addressed, entitled, explained, metered
from digigate.services.web.keys import FEED, SITE, VIEW
from digigate.services.web.pages import Site
from digigate.services.web.problems import seal
from digigate.services.web.route import Route
from digigate.services.web.stream import Feed
from digigate.services.web.view import View


def build_app(
    view: View,
    entrance: Entrance,
    site: Site,
    names: frozenset[str],
    spend: Spend,
    routes: Iterable[Route],
) -> web.Application:
    """All of it, ready for a runner; `names` are those we may be asked for by."""
    routes = tuple(routes)
    app = _guarded(names, spend, frozenset(route.path for route in routes if route.streams))
    app[VIEW], app[SITE], app[FEED], app[ENTRANCE] = view, site, Feed(view), entrance
    app.on_shutdown.append(_end_streams)
    for route in routes:
        if route.method == "GET":
            app.router.add_get(route.path, entitled(route), allow_head=route.head)
        else:
            app.router.add_route(route.method, route.path, entitled(route))
    return app


def build_redirect(
    https: Callable[[], int | None], names: frozenset[str], spend: Spend
) -> web.Application:
    """The plain side: sends everybody to the HTTPS port and serves nothing."""

    async def redirect(request: web.Request) -> web.StreamResponse:
        port, host = https(), request.url.host_subcomponent
        if port is None:
            raise web.HTTPServiceUnavailable(text="The pages are not served at this moment.")
        place = f"https://{host}" if port == 443 else f"https://{host}:{port}"
        raise web.HTTPPermanentRedirect(f"{place}{request.rel_url.raw_path_qs}")

    app = _guarded(names, spend)
    app.router.add_get("/{path:.*}", redirect)
    return app


def _guarded(
    names: frozenset[str], spend: Spend, large: frozenset[str] = frozenset()
) -> web.Application:
    guards = (metered(spend), explained, addressed(names, large))
    app = web.Application(middlewares=guards, client_max_size=BODY_MAX)
    app.on_response_prepare.append(seal)
    return app


async def _end_streams(app: web.Application) -> None:
    app[FEED].close()
