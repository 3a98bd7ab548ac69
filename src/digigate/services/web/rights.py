"""Whether a caller may have a route: its profile, and what this model offers (§6.1, §11.1)."""

from aiohttp import web

from digigate.identity import Capabilities
from digigate.services.web.route import Route
from digigate.settings.profiles import Profile


def check(route: Route, caller: Profile, capabilities: Capabilities) -> None:
    """Let the caller pass.

    Raises:
        HTTPNotFound: this model has no measurement pages.
        HTTPForbidden: the caller's profile is not the route's.
    """
    if route.measurement and not capabilities.measurement_pages:
        raise web.HTTPNotFound(text="this model shows no measurements (§6.1)")
    if caller not in route.profile.and_above:
        raise web.HTTPForbidden(text=f"this needs the profile {route.profile}")
