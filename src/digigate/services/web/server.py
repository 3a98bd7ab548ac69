"""The web server as a service: one HTTPS port, and a plain one that only points to it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from aiohttp import web

from digigate.firewall import Gate
from digigate.services.web.app import build_app, build_redirect
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

HTTPS, HTTP = "https", "http"
LIMITS = Limits()
GOODBYE = 2.0  # seconds that an answer under way has when the server stops


Door = tuple[socket.socket, web.Server, ssl.SSLContext | None]


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
    """Pages, API and stream (§11); announces `https`, and `http` where the plain port is set."""

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
        names, spend = own_names(self._settings.hosts), self._ground.gate.spend
        site = await asyncio.to_thread(Site.load, self._static)
        app = build_app(self._view, self._entrance, site, names, spend, ROUTES)
        app[GATE] = self._ground.gate
        context = self._ground.certificates.context()
        doorman = Doorman(self._limits)
        async with AsyncExitStack() as stack:
            listener, port = stack.enter_context(self._listening(self._settings.https_port, HTTPS))
            doors: list[Door] = [(listener, await stack.enter_async_context(running(app)), context)]
            if self._settings.http_port is not None:
                listener, _ = stack.enter_context(self._listening(self._settings.http_port, HTTP))
                plain = running(build_redirect(port, names, spend))
                doors.append((listener, await stack.enter_async_context(plain), None))
            async with asyncio.TaskGroup() as group:
                group.create_task(app[FEED].run())
                for door in doors:
                    group.create_task(doorman.serve(*door))
                ready()

    @contextmanager
    def _listening(self, port: int, service: str) -> Iterator[tuple[socket.socket, int]]:
        listener = self._ground.gate.listen_tcp(self._settings.host, port, service)
        with listener:
            bound: int = listener.getsockname()[1]
            self._ground.ports.announce(service, bound)
            try:
                yield listener, bound
            finally:
                self._ground.ports.withdraw(service)


@asynccontextmanager
async def running(app: web.Application) -> AsyncIterator[web.Server]:
    """The application's server, whose connections are closed at the end."""
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=GOODBYE)
    await runner.setup()
    try:
        yield cast("web.Server", runner.server)  # is there after setup
    finally:
        await runner.cleanup()
