"""The table of routes: nothing is reachable that it does not name, and each names its profile."""

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from digigate.identity import CAPABILITIES, GatewayModel
from digigate.security.hashing import Hashing
from digigate.services.web.app import build_app
from digigate.services.web.guards import entitled
from digigate.services.web.office import OFFICE
from digigate.services.web.openapi import document
from digigate.services.web.pages import Site
from digigate.services.web.rights import check
from digigate.services.web.route import Route
from digigate.services.web.routes import ROUTES, page
from digigate.settings.profiles import Profile
from digigate.state import StateDirectory
from unit.web.gateway_view import Plant, an_entrance

M50, M70 = CAPABILITIES[GatewayModel.M50], CAPABILITIES[GatewayModel.M70]


def _app() -> web.Application:
    """The application around accounts that live in no directory: nobody logs in here."""
    nowhere, plant = StateDirectory(Path("/nonexistent")), Plant()
    entrance = an_entrance(nowhere, plant, Hashing())
    return build_app(
        plant.view, entrance, Site({}), frozenset(), lambda _client, _count: True, ROUTES
    )


def test_every_route_of_the_router_is_in_the_table() -> None:
    declared: set[tuple[str, str]] = {
        (route.method, route.path.replace(":.+", "")) for route in ROUTES
    }
    declared |= {("HEAD", path) for path in _with_head()}
    routed = {
        (route.method, route.resource.canonical)
        for route in _app().router.routes()
        if route.resource is not None
    }
    assert routed == declared


def _with_head() -> set[str]:
    return {r.path.replace(":.+", "") for r in ROUTES if r.head and r.method == "GET"}


def test_nothing_is_changed_but_by_an_order() -> None:
    changing = {(r.method, r.path) for r in set(ROUTES) - set(OFFICE) if r.method != "GET"}
    assert changing == {
        ("POST", "/api/v1/commands/{name}"),
        ("POST", "/api/v1/firmware"),
        ("POST", "/api/v1/session"),
        ("DELETE", "/api/v1/session"),
        ("POST", "/login"),
        ("POST", "/logout"),
        ("POST", "/password"),
        ("POST", "/recovery"),
    }


def test_all_but_the_pages_behind_the_login_is_open_to_the_user_profile() -> None:
    closed = {route.path for route in set(ROUTES) - set(OFFICE) if route.profile != Profile.USER}
    assert closed == {"/api/v1/firewall", "/api/v1/firmware"}


@pytest.mark.parametrize("profile", [p for p in Profile if p is not Profile.USER])
def test_a_route_above_user_is_closed(profile: Profile) -> None:
    route = Route("GET", "/secret", page, profile, "for others")
    with pytest.raises(web.HTTPForbidden):
        check(route, Profile.USER, M70)


async def test_a_closed_route_never_reaches_its_handler() -> None:
    request = make_mocked_request("GET", "/api/v1/secret", app=_app())
    with pytest.raises(web.HTTPForbidden):
        await entitled(Route("GET", "/api/v1/secret", _never, Profile.ADMIN, "for others"))(request)
    request = make_mocked_request("GET", "/secret", app=_app())
    with pytest.raises(web.HTTPSeeOther, match="See Other") as sent:
        await entitled(Route("GET", "/secret", _never, Profile.ADMIN, "for others"))(request)
    assert sent.value.location == "/login?next=/secret"


async def _never(_: web.Request) -> web.StreamResponse:
    pytest.fail("the handler ran")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.path))
def test_measurements_are_there_on_an_m70_only(route: Route) -> None:
    check(route, route.profile, M70)
    if route.measurement:
        with pytest.raises(web.HTTPNotFound):
            check(route, route.profile, M50)
    else:
        check(route, route.profile, M50)


def test_the_routes_that_show_measurements() -> None:
    assert {route.path for route in ROUTES if route.measurement} == {
        "/api/v1/devices/{address}/readings",
        "/api/v1/loads",
        "/loads",
    }


def test_the_api_describes_itself() -> None:
    described = document(ROUTES)
    paths = described["paths"]
    assert isinstance(paths, dict)
    assert set(paths) == {route.path for route in ROUTES if route.path.startswith("/api/")}
    operation = paths["/api/v1/devices/{address}/readings"]
    assert isinstance(operation, dict)
    assert operation["get"] == {
        "summary": "All its quantities",
        "x-profile": "user",
        "parameters": [
            {"name": "address", "in": "path", "required": True, "schema": {"type": "integer"}},
            {"name": "load", "in": "query", "required": False, "schema": {"type": "integer"}},
        ],
        "responses": {
            "200": {"description": "As docs/api.md says", "content": {"application/json": {}}},
            "404": {"description": "There is no such thing"},
        },
    }
