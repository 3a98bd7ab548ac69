"""`/api/v1/session`: who am I, log in, log out; for the page and for programs."""

from aiohttp import web
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from digigate.errors import AccessError
from digigate.services.web.api import json_response
from digigate.services.web.entrance import ENTRANCE, Visitor, admit, client_of, leave, recognised
from digigate.services.web.jsonable import Object
from digigate.services.web.ordering import arguments_of
from digigate.settings.profiles import Profile


class Login(BaseModel):
    """The body of a login."""

    model_config = ConfigDict(extra="forbid")
    profile: Profile
    password: SecretStr


async def show(request: web.Request) -> web.Response:
    """Who asks."""
    return json_response(_told(request, recognised(request)))


async def begin(request: web.Request) -> web.Response:
    """Log in; the session's id goes into a cookie, its token into the answer."""
    try:
        given = Login.model_validate(await arguments_of(request))
    except ValidationError as error:
        raise web.HTTPBadRequest(text="give a profile and its password") from error
    entrance, client = request.app[ENTRANCE], client_of(request)
    try:
        await entrance.accounts.login(given.profile, given.password.get_secret_value(), client)
    except AccessError as error:
        raise web.HTTPForbidden(text=str(error)) from error
    session, cookie = admit(request, given.profile)
    visitor = Visitor(client, session, entrance.accounts.must_change(given.profile))
    return cookie(json_response(_told(request, visitor)))


async def end(request: web.Request) -> web.Response:
    """Log out."""
    return leave(request, json_response({}))


def _told(request: web.Request, visitor: Visitor) -> Object:
    session = visitor.session
    left = request.app[ENTRANCE].sessions.seconds_left(session) if session else None
    return {
        "profile": str(session.profile if session else visitor.profile),
        "csrf": session.csrf if session else "",
        "must_change": visitor.must_change,
        "seconds_left": left,
    }
