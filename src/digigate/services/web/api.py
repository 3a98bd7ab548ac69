"""The JSON API's handlers: find what was asked for, let the payload say it."""

from collections.abc import Callable
from contextlib import aclosing

from aiohttp import web

from digigate.services.web import measurements, payloads
from digigate.services.web.jsonable import Json, Object, dumps, unhurried
from digigate.services.web.keys import FEED, VIEW
from digigate.services.web.route import Handler
from digigate.services.web.stream import READINGS, TOPICS, Channel
from digigate.services.web.view import View
from digigate.settings.topology import Device

ADDRESS_MAX = 247
DEFAULT_TOPICS = (
    "gateway", "devices", "buses", "services", "conditions", "detection", "panel",
)  # fmt: skip


def payload(build: Callable[[View], Object]) -> Handler:
    """A handler that answers what `build` says."""

    async def answer(request: web.Request) -> web.Response:
        return json_response(build(request.app[VIEW]))

    return answer


def json_response(body: Json) -> web.Response:
    """A JSON answer that nobody may keep."""
    return encoded(dumps(body))


def encoded(body: bytes) -> web.Response:
    """As `json_response`, of JSON that is written already."""
    headers = {"Cache-Control": "no-store"}
    return web.Response(
        body=body, content_type="application/json", charset="utf-8", headers=headers
    )


async def device(request: web.Request) -> web.Response:
    """One device of the topology."""
    view = request.app[VIEW]
    found = _device(view, request.match_info["address"])
    return json_response(payloads.device(view, found, view.bus.slaves().get(found.address)))


async def readings(request: web.Request) -> web.Response:
    """Every quantity of one device, or of one of its loads."""
    view = request.app[VIEW]
    found = _device(view, request.match_info["address"])
    load = request.query.get("load")
    wanted = None if load is None else _load(load)
    return encoded(await unhurried(measurements.readings(view, found, wanted)))


async def loads(request: web.Request) -> web.Response:
    """The key figures of every load."""
    return encoded(await unhurried(measurements.loads(request.app[VIEW])))


async def stream(request: web.Request) -> web.StreamResponse:
    """Server-sent events of the channels asked for, until the client leaves."""
    channels = _channels(request)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    async with aclosing(request.app[FEED].follow(channels)) as frames:
        async for frame in frames:
            await response.write(frame)
    return response


def _channels(request: web.Request) -> tuple[Channel, ...]:
    view, query = request.app[VIEW], request.query
    named = query.get("topics")
    topics = list(DEFAULT_TOPICS) if named is None else [t for t in named.split(",") if t]
    if "loads" in query:
        topics.append("loads")
    for topic in topics:
        if topic not in TOPICS:
            known = ", ".join(TOPICS)
            raise web.HTTPBadRequest(text=f"there is no topic {topic!r}; known: {known}")
    channels = [Channel(topic) for topic in dict.fromkeys(topics)]
    if "device" in query:
        load = _load(query["load"]) if "load" in query else None
        channels.append(Channel(READINGS, _device(view, query["device"]).address, load))
    measured = any(channel.measurement for channel in channels)
    if measured and not view.identity.capabilities.measurement_pages:
        raise web.HTTPNotFound(text="this model shows no measurements (§6.1)")
    return tuple(channels)


def _device(view: View, text: str) -> Device:
    address = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
    found = view.topology().device(address) if 1 <= address <= ADDRESS_MAX else None
    if found is None:
        raise web.HTTPNotFound(text=f"there is no device at address {text[:20]}")
    return found


def _load(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise web.HTTPBadRequest(text="load is a number; 0 is the device itself")
    return int(text)
