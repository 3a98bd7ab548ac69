"""Who is asking: the session, or nobody in particular, behind each request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from digigate.commands import Caller
from digigate.security.accounts import Accounts
from digigate.security.sessions import Session, Sessions
from digigate.security.tokens import Token, Tokens
from digigate.services.web.connection import HttpConnection
from digigate.settings.profiles import Profile
from digigate.settings.sections import Policy

R = TypeVar("R", bound=web.StreamResponse)

COOKIE = "__Host-sid"
SCHEME = "Bearer"


@dataclass(frozen=True, slots=True)
class Entrance:
    """All that lets people in."""

    accounts: Accounts
    sessions: Sessions
    policy: Callable[[], Policy]
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent a request; without session and token it is User, who needs none (§11.1)."""

    client: str
    session: Session | None = None
    must_change: bool = False
    token: Token | None = None

    @property
    def profile(self) -> Profile:
        """Whose rights count: who has to change a password first has User's."""
        if self.token is not None:
            return self.token.profile
        return Profile.USER if self.session is None or self.must_change else self.session.profile

    @property
    def reads_only(self) -> bool:
        """Whether it may change nothing, whatever its profile may."""
        return self.token is not None and self.token.read_only

    @property
    def caller(self) -> Caller:
        """The same for the table of commands."""
        if self.token is None:
            return Caller(str(self.profile), self.profile, self.client)
        return Caller(
            f"token {self.token.name}",
            self.profile,
            self.client,
            program=True,
            reads_only=self.reads_only,
        )


ENTRANCE = web.AppKey("entrance", Entrance)
VISITOR = web.RequestKey("visitor", Visitor)


def recognised(request: web.Request) -> Visitor:
    """Who this is, found out once per request.

    Raises:
        HTTPUnauthorized: it shows a token that is not good (any more).
    """
    visitor = request.get(VISITOR)
    if visitor is None:
        visitor = request[VISITOR] = _met(request)
    return visitor


def caller_of(request: web.Request) -> Caller:
    """Who orders by this request."""
    return recognised(request).caller


def client_of(request: web.Request) -> str:
    """The address that the request came from."""
    connection = request.protocol
    return connection.client if isinstance(connection, HttpConnection) else ""


def admit(request: web.Request, profile: Profile) -> tuple[Session, Callable[[R], R]]:
    """Begin a session, and how its id is put on the answer; the former one ends (fixation)."""
    sessions, former = request.app[ENTRANCE].sessions, recognised(request).session
    if former is not None:
        sessions.end(former)
    secret, session = sessions.begin(profile, client_of(request))

    def hand_over(response: R) -> R:
        response.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="Strict")
        return response

    return session, hand_over


def leave(request: web.Request, response: R) -> R:
    """End the session of this browser, on our side too."""
    session = recognised(request).session
    if session is not None:
        request.app[ENTRANCE].sessions.end(session)
    response.del_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
    return response


def lasting(request: web.Request) -> Callable[[], bool]:
    """Whether what let this request in still does; without session and token it always does."""
    entrance, visitor = request.app[ENTRANCE], recognised(request)

    def lasts() -> bool:
        if visitor.token is not None:
            return entrance.tokens.is_good(visitor.token)
        return visitor.session is None or entrance.sessions.is_open(visitor.session)

    return lasts


def _met(request: web.Request) -> Visitor:
    entrance, shown = request.app[ENTRANCE], request.headers.get("Authorization", "")
    if shown.startswith(f"{SCHEME} "):
        token = entrance.tokens.find(shown.removeprefix(SCHEME).strip())
        if token is None:
            raise web.HTTPUnauthorized(
                text="this token is unknown, revoked, expired or not allowed"
            )
        return Visitor(client_of(request), token=token)
    secret = request.cookies.get(COOKIE)
    session = entrance.sessions.find(secret) if secret else None
    must_change = session is not None and entrance.accounts.must_change(session.profile)
    return Visitor(client_of(request), session, must_change)
