"""Files that other programs want of the gateway: `/mibs/<name>`."""

import asyncio

from aiohttp import web

from digigate.services.web.keys import VIEW


async def download(request: web.Request) -> web.StreamResponse:
    """One of them, to be saved under its name."""
    name = request.match_info["name"]
    write = request.app[VIEW].documents.get(name)
    if write is None:
        raise web.HTTPNotFound(text="there is no such file")
    text = await asyncio.to_thread(write)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(text=text, headers=headers)
