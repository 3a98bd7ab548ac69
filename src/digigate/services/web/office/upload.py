"""The upload of a firmware file by a form; the page tells at once what its check found."""

from dataclasses import asdict, replace

from aiohttp import web

from digigate.errors import DigigateError
from digigate.services.web.office.desk import Desk, Refusal, reason
from digigate.services.web.office.firmware import LOAD, firmware
from digigate.services.web.plain import talk
from digigate.services.web.uploading import loaded_by_form


async def load(request: web.Request) -> web.StreamResponse:
    """Take the file in as it comes."""
    desk = Desk(request, talk(request))
    try:
        verdict = await loaded_by_form(request)
    except DigigateError as error:
        return await firmware(replace(desk, refusal=Refusal(LOAD, reason(desk.said, error))))
    return await firmware(replace(desk, answer=asdict(verdict)))
