"""A route says all that must be known of it before its handler runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from digigate.settings.profiles import Profile

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table of routes; `measurement` = only models with measurement pages.

    `profile` is the least that may have it; whoever ranks above may too (§11.1).
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    handler: Handler
    profile: Profile
    summary: str
    measurement: bool = False
    head: bool = True  # HEAD is answered too; off where the answer never ends
    open: bool = False  # for those too who must change their password first
    streams: bool = False  # its body is large, and its handler reads it (and a form's token) itself
    orders: bool = False  # the table of commands says who may have what of it
    use: bool = True  # it keeps a session from being idle; off for what pages ask by themselves
