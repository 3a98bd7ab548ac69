"""The web server as a service: one HTTPS port."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, cast

from aiohttp import web

from digigate.firewall import Gate
from digigate.services.web.app import build_app
from digigate.services.web.connection import Limits
from digigate.services.web.doorman import Doorman
from digigate.services.web.entrance import Entrance
from digigate.services.web.hosts import own_names
from digigate.services.web.keys import FEED
from digigate.services.web.pages import STATIC, Site
from digigate.services.web.routes import ROUTES
from digigate.services.web.uploading import GATE
from digigate.services.web.view import View
from digigate.settings.sections import Web
from digigate.state import Ports
from digigate.supervisor import Ready

HTTPS = "https"
LIMITS = Limits()
GOODBYE = 2.0  # seconds that an answer under way has when the server stops


class TlsPair(Protocol):
    """Who keeps the HTTPS pair."""

    def context(self) -> ssl.SSLContext:
        """The server's side of TLS."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the server stands on."""

    gate: Gate
    ports: Ports
    certificates: TlsPair


class WebServer:
    """Pages, API and stream (§11); announces `https`."""

    def __init__(
        self,
        settings: Web,
        ground: Ground,
        view: View,
        entrance: Entrance,
        *,
        limits: Limits = LIMITS,
        static: Path = STATIC,
    ) -> None:
        self._settings = settings
        self._ground = ground
        self._view = view
        self._entrance = entrance
        self._limits = limits
        self._static = static

    async def run(self, ready: Ready) -> None:
        """Serve until cancelled.

        Raises:
            SettingsError: a port needs a right that we lack.
            ListenError: a port is taken, or the address is not there.
        """
        names, gate = own_names(self._settings.hosts), self._ground.gate
        spend = partial(gate.spend, service=HTTPS)
        site = await asyncio.to_thread(Site.load, self._static)
        app = build_app(self._view, self._entrance, site, names, spend, ROUTES)
        app[GATE] = self._ground.gate
        context = self._ground.certificates.context()
        doorman = Doorman(self._limits)
        place = self._settings.host, self._settings.https_port
        async with AsyncExitStack() as stack:
            listener = stack.enter_context(listening(self._ground, *place, HTTPS))
            server = await stack.enter_async_context(running(app))
            async with asyncio.TaskGroup() as group:
                group.create_task(app[FEED].run())
                group.create_task(doorman.serve(listener, server, context))
                ready()


@contextmanager
def listening(ground: Ground, host: str, port: int, service: str) -> Iterator[socket.socket]:
    """A socket behind the gate, announced while it is open."""
    with ground.gate.listen_tcp(host, port, service) as listener:
        ground.ports.announce(service, listener.getsockname()[1])
        try:
            yield listener
        finally:
            ground.ports.withdraw(service)


@asynccontextmanager
async def running(app: web.Application) -> AsyncIterator[web.Server]:
    """The application's server, whose connections are closed at the end."""
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=GOODBYE)
    await runner.setup()
    try:
        yield cast("web.Server", runner.server)  # is there after setup
    finally:
        await runner.cleanup()
