"""The API described for programs: OpenAPI 3.1, made from the table of routes."""

import re
from collections.abc import Iterable
from typing import Any

from digigate import __version__
from digigate.services.web.jsonable import Object
from digigate.services.web.route import Route

PARAMETER = re.compile(r"{(\w+)}")
API = "/api/"
TEXTS = {"topics", "name"}
QUERIES: dict[str, tuple[str, ...]] = {
    "/api/v1/devices/{address}/readings": ("load",),
    "/api/v1/firmware": ("name",),
    "/api/v1/stream": ("topics", "device", "load"),
}


def document(routes: Iterable[Route]) -> Object:
    """All routes of the API, one operation each."""
    paths: Object = {}
    for route in filter(_is_api, routes):
        operations: Any = paths.setdefault(route.path, {})
        operations[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "digigate", "version": __version__},
        "paths": paths,
    }


def _is_api(route: Route) -> bool:
    return route.path.startswith(API)


def _operation(route: Route) -> Object:
    kind = "application/json" if route.head else "text/event-stream"
    failures = ["404"] if route.measurement or PARAMETER.search(route.path) else []
    body: Object = {"requestBody": {"content": {kind: {}}}} if route.method == "POST" else {}
    return {
        **body,
        "summary": route.summary,
        "x-profile": str(route.profile),
        "parameters": [
            *(_parameter(name, "path") for name in PARAMETER.findall(route.path)),
            *(_parameter(name, "query") for name in QUERIES.get(route.path, ())),
        ],
        "responses": {
            "200": {"description": "As docs/api.md says", "content": {kind: {}}},
            **{status: {"description": "There is no such thing"} for status in failures},
        },
    }


def _parameter(name: str, place: str) -> Object:
    kind = "string" if name in TEXTS else "integer"
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": kind}}
