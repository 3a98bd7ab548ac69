"""A firmware file comes in as a stream (§11.3.6): to the disk as it comes, larger than any other
body, and not counted by the firewall's kbit/s.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict

from aiohttp import BodyPartReader, web

from digigate.errors import SettingsError
from digigate.firewall import Gate
from digigate.firmware.container import SIZE_MAX
from digigate.firmware.update import Verdict
from digigate.services.web.api import json_response
from digigate.services.web.crossing import FIELD, FOREIGN, is_token
from digigate.services.web.entrance import client_of
from digigate.services.web.keys import VIEW

GATE = web.AppKey("gate", Gate)

OCTETS = "application/octet-stream"
ENVELOPE = 1 << 16  # octets that a form puts around a file
STALL = 30.0  # seconds between two pieces
WHOLE = 1800.0  # seconds for all of them
PIECE = 1 << 16
TOKEN_MAX = 200


async def load(request: web.Request) -> web.Response:
    """`POST /api/v1/firmware?name=x.dfu`, the file as the body: what the check of it found."""
    if request.content_type != OCTETS:
        raise web.HTTPUnsupportedMediaType(text=f"send the file itself, as {OCTETS}")
    pieces = request.content.iter_chunked(PIECE)
    try:
        verdict = await _staged(request, pieces, request.query.get("name"))
    except SettingsError as error:
        raise web.HTTPConflict(text=str(error)) from error
    return json_response({"result": asdict(verdict)})


async def loaded_by_form(request: web.Request) -> Verdict:
    """The same for a page's form, whose first input is its token and whose second the file.

    Raises:
        HTTPForbidden: the token is missing or not this visitor's.
        HTTPBadRequest: the form is another one.
        SettingsError: another file is being loaded, or the disk is full.
    """
    parts = await request.multipart()
    token = await parts.next()
    if not isinstance(token, BodyPartReader) or token.name != FIELD:
        raise web.HTTPForbidden(text=FOREIGN)
    if not is_token(request, (await token.read_chunk(TOKEN_MAX)).decode(errors="replace")):
        raise web.HTTPForbidden(text=FOREIGN)
    file = await parts.next()
    if not isinstance(file, BodyPartReader):
        raise web.HTTPBadRequest(text="the form holds no file")
    return await _staged(request, _pieces(file), file.filename)


async def _staged(request: web.Request, pieces: AsyncIterator[bytes], name: str | None) -> Verdict:
    if (request.content_length or 0) > SIZE_MAX + ENVELOPE:
        raise web.HTTPRequestEntityTooLarge(SIZE_MAX, request.content_length or 0)
    coming = _paced(pieces)
    try:
        with request.app[GATE].exempt(client_of(request)):
            async with asyncio.timeout(WHOLE):
                verdict = await request.app[VIEW].load_firmware(coming, (name or "")[:100])
                await _finish(coming)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="the file came too slowly: load it again") from error
    return verdict


async def _paced(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(STALL):
            piece = await anext(pieces, None)
        if piece is None:
            return
        yield piece


async def _finish(pieces: AsyncIterator[bytes]) -> None:
    """Take the rest of what was refused, or a browser would show no answer at all."""
    left = SIZE_MAX
    async for piece in pieces:
        left -= len(piece)
        if left < 0:
            return


async def _pieces(file: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await file.read_chunk(PIECE):
        yield piece
