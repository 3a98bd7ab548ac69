"""A route says all that must be known of it before its handler runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from digigate.settings.profiles import Profile

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table of routes; `measurement` = only models with measurement pages."""

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    profile: Profile
    summary: str
    measurement: bool = False
    head: bool = True  # HEAD is answered too; off where the answer never ends
