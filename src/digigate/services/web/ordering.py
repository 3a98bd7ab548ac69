"""Orders by the API: the table of commands decides who may have what."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from aiohttp import web

from digigate.commands import Command, Commands, Json, Stream
from digigate.errors import AccessError, DigigateError, SettingsError
from digigate.services.web.api import json_response
from digigate.services.web.entrance import caller_of, lasting
from digigate.services.web.jsonable import dumps
from digigate.services.web.keys import VIEW
from digigate.services.web.route import Handler
from digigate.services.web.stream import ALIVE, HEARTBEAT, HELLO

JSON = "application/json"


async def listing(request: web.Request) -> web.Response:
    """Every entry of the table with its arguments and who may order it."""
    entries = request.app[VIEW].commands.entries
    return json_response({"commands": [_described(entry) for entry in entries]})


async def execute(request: web.Request) -> web.Response:
    """Carry out one order; its arguments are the JSON object of the body."""
    commands, name = _named(request, streams=False)
    arguments = await arguments_of(request)
    try:
        result = await commands.execute(name, arguments, caller_of(request))
    except (DigigateError, ValueError) as error:
        raise _refusal(error) from error
    return json_response({"result": result})


def told(name: str) -> Handler:
    """A handler that answers what an order without arguments tells."""

    async def answer(request: web.Request) -> web.Response:
        commands = request.app[VIEW].commands
        return json_response(await commands.execute(name, {}, caller_of(request)))

    return answer


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events of one entry that tells them; its arguments are those of the query."""
    commands, name = _named(request, streams=True)
    try:
        told = commands.stream(name, dict(request.query), caller_of(request))
    except (DigigateError, ValueError) as error:
        raise _refusal(error) from error
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    async with aclosing(told):
        await response.write(HELLO)
        await _write_all(response, told, lasting(request))
    return response


async def _write_all(
    response: web.StreamResponse,
    told: AsyncGenerator[Json, None],
    lasts: Callable[[], bool],
) -> None:
    """Each event as it comes, and a comment where none does; the last one is named `end`."""
    while lasts():
        coming = asyncio.ensure_future(anext(told, _END))
        try:
            while lasts() and not (await asyncio.wait({coming}, timeout=HEARTBEAT))[0]:
                await response.write(ALIVE)
        finally:
            if not coming.done():
                coming.cancel()
                await asyncio.wait({coming})
        event = coming.result() if lasts() else _END
        if event is _END:
            await response.write(b"event: end\ndata: null\n\n")
            return
        await response.write(b"data: " + dumps(event) + b"\n\n")


_END: Any = object()


def _named(request: web.Request, *, streams: bool) -> tuple[Commands, str]:
    commands, name = request.app[VIEW].commands, request.match_info["name"]
    if name not in commands.names or commands.is_stream(name) is not streams:
        raise web.HTTPNotFound(text=f"there is nothing called {name[:40]} to order here")
    return commands, name


async def arguments_of(request: web.Request) -> Mapping[str, object]:
    """The JSON object of a request's body."""
    if request.content_type != JSON:
        raise web.HTTPUnsupportedMediaType(text=f"send the arguments as {JSON}")
    try:
        arguments = json.loads(await request.text() or "{}")
    except (ValueError, LookupError, RecursionError) as error:  # LookupError: no such charset
        raise web.HTTPBadRequest(text="the body is no JSON") from error
    if not isinstance(arguments, dict):
        raise web.HTTPBadRequest(text="the body is a JSON object of arguments")
    return arguments


def _refusal(error: Exception) -> web.HTTPException:
    """The status that suits who has to act: the caller, or somebody behind us."""
    if isinstance(error, AccessError):
        return web.HTTPForbidden(text=str(error))
    if isinstance(error, SettingsError | ValueError):
        return web.HTTPBadRequest(text=str(error))
    return web.HTTPBadGateway(text=str(error))


def _described(entry: Command[Any] | Stream[Any]) -> Json:
    return {
        "name": entry.name,
        "events": isinstance(entry, Stream),
        "profiles": sorted(entry.profiles),
        "arguments": entry.arguments.model_json_schema(),
    }
