"""The one table of routes: each says which profile it needs before anything of it runs."""

from typing import Literal

from aiohttp import web

from digigate.services.web import api, documents, login, ordering, payloads, sessions, uploading
from digigate.services.web.keys import SITE
from digigate.services.web.office import OFFICE
from digigate.services.web.openapi import document
from digigate.services.web.plain import STYLE_PATH, style
from digigate.services.web.route import Handler, Route
from digigate.settings.profiles import Profile

V1 = "/api/v1"


async def page(request: web.Request) -> web.StreamResponse:
    """The page; which view of it, its script decides by the path."""
    return request.app[SITE].index(request.headers.get("Accept-Encoding", ""))


async def file(request: web.Request) -> web.StreamResponse:
    """A file of the built page."""
    path = request.path.removeprefix("/")
    found = request.app[SITE].file(path, request.headers.get("Accept-Encoding", ""))
    if found is None:
        raise web.HTTPNotFound(text="there is nothing here")
    return found


async def openapi(_: web.Request) -> web.StreamResponse:
    """This table as an OpenAPI document."""
    return api.json_response(document(ROUTES))


def _api(
    path: str,
    handler: Handler,
    summary: str,
    *,
    measurement: bool = False,
    head: bool = True,
    use: bool = True,
) -> Route:
    return Route(
        "GET", V1 + path, handler, Profile.USER, summary, measurement, head, open=True, use=use
    )


def _page(path: str, summary: str, *, measurement: bool = False) -> Route:
    return Route("GET", path, page, Profile.USER, summary, measurement)


def _open(method: Literal["GET", "POST"], path: str, handler: Handler, summary: str) -> Route:
    return Route(method, path, handler, Profile.USER, summary, open=True)


ROUTES: tuple[Route, ...] = (
    _api("/gateway", api.payload(payloads.gateway), "Name plate, clock and counts"),
    _api("/devices", api.payload(payloads.devices), "All devices"),
    _api("/devices/{address}", api.device, "One device"),
    _api("/devices/{address}/readings", api.readings, "All its quantities", measurement=True),
    _api("/loads", api.loads, "Key figures of all loads", measurement=True),
    _api("/buses", api.payload(payloads.buses), "The field buses"),
    _api("/services", api.payload(payloads.services), "The services and their ports"),
    _api("/conditions", api.payload(payloads.conditions), "What is wrong now"),
    _api("/detection", api.payload(payloads.detection), "The search for slaves"),
    _api("/panel", api.payload(payloads.panel), "The lamps of the front panel"),
    _api("/library", api.payload(payloads.library), "The products that can be added"),
    Route(
        "GET",
        V1 + "/firewall",
        ordering.told("firewall"),
        Profile.CYBER,
        "Whom the firewall lets in, and whom it has shut out",
    ),
    _api("/stream", api.stream, "Server-sent events of all the above", head=False, use=False),
    _api("/commands", ordering.listing, "What can be ordered, and by whom"),
    Route(
        "POST",
        V1 + "/commands/{name}",
        ordering.execute,
        Profile.USER,
        "Order something",
        orders=True,
    ),
    Route("GET", V1 + "/session", sessions.show, Profile.USER, "Who asks", use=False),
    Route("POST", V1 + "/session", sessions.begin, Profile.USER, "Log in"),
    Route("DELETE", V1 + "/session", sessions.end, Profile.USER, "Log out"),
    Route(
        "POST", V1 + "/firmware", uploading.load, Profile.CYBER, "Load a .dfu file", streams=True
    ),
    _api("/events/{name}", ordering.events, "Events of one of them", head=False),
    _api("/openapi.json", openapi, "This description"),
    _page("/", "Overview"),
    _page("/devices", "Devices"),
    _page("/devices/{address}", "One device"),
    _page("/loads", "Loads", measurement=True),
    _page("/buses", "Buses"),
    _page("/commissioning", "Commissioning"),
    _page("/workshop", "Bus workshop"),
    _page("/services", "Services"),
    _open("GET", "/login", login.login_page, "Where one logs in"),
    _open("POST", "/login", login.login, "Log in"),
    _open("POST", "/logout", login.logout, "Log out"),
    _open("GET", "/password", login.password_page, "One's own password"),
    _open("POST", "/password", login.password, "Change it"),
    _open("GET", "/recovery", login.recovery_page, "Where Cyber's passphrase is typed"),
    _open("POST", "/recovery", login.recovery, "Set Cyber's password by it"),
    Route("GET", "/mibs/{name}", documents.download, Profile.USER, "The MIB for SNMP managers"),
    _open("GET", STYLE_PATH, style, "The style of the pages without scripts"),
    *OFFICE,
    Route("GET", "/{path:.+}", file, Profile.USER, "A file of the page"),
)
