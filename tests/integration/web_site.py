"""A web server over real TLS for tests, and the ways to talk to it."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp

from digigate.firewall import Gate
from digigate.security.certificates import Certificates
from digigate.security.hashing import Hashing
from digigate.security.vault import Vault
from digigate.services.web import Entrance, Ground, Redirect, View, WebServer
from digigate.services.web.connection import Limits
from digigate.settings.sections import Firewall, Web
from digigate.state import Ports, StateDirectory
from unit.web.gateway_view import Plant, an_entrance

GENEROUS = Firewall()
PATIENT = Limits()
HASTY = replace(PATIENT, handshake=0.3, request=0.3, idle=0.3)
SOON = 20.0  # seconds: far more than any of this takes


@dataclass
class Site:
    """A running server and a client that trusts it."""

    plant: Plant
    gate: Gate
    ports: dict[str, int]
    session: aiohttp.ClientSession
    task: asyncio.Task[None]
    entrance: Entrance
    ground: Ground

    def url(self, path: str) -> str:
        return f"https://127.0.0.1:{self.ports['https']}{path}"

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        async with self.session.get(self.url(path), **options) as answer:
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.text()

    def connect(self, *, tls: bool = True) -> socket.socket:
        """A bare connection, for what no decent client does; it blocks, at most `SOON`."""
        plain = socket.create_connection(("127.0.0.1", self.ports["https"]), timeout=SOON)
        if not tls:
            return plain
        try:
            return trusting().wrap_socket(plain)
        except OSError:
            plain.close()
            raise

    async def talk(self, said: bytes, *, tls: bool = True) -> bytes:
        """All that is answered until the server ends the connection, in whatever way."""
        return await asyncio.to_thread(self._talk, said, tls)

    def _talk(self, said: bytes, tls: bool) -> bytes:
        received = b""
        with self.connect(tls=tls) as channel:
            channel.sendall(said)
            with suppress(ConnectionError, ssl.SSLError):
                while more := channel.recv(4096):
                    received += more
        return received


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@asynccontextmanager
async def serving(
    folder: Path,
    plant: Plant,
    web: Web,
    limits: Limits = PATIENT,
    firewall: Firewall = GENEROUS,
    view: View | None = None,
) -> AsyncIterator[Site]:
    with ExitStack() as stack:
        state = stack.enter_context(StateDirectory(folder / "state"))
        gate, ports = Gate(firewall, plant.conditions), Ports(state)
        pair = Certificates(state, plant.clock, Vault(state))
        ground, static = Ground(gate, ports, pair), folder / "static"
        hashing = Hashing()
        stack.callback(hashing.close)
        entrance = an_entrance(state, plant, hashing)
        stack.enter_context(entrance.accounts.watch(entrance.sessions.end_of))
        server = WebServer(web, ground, view or plant.view, entrance, limits=limits, static=static)
        up = asyncio.Event()
        task = asyncio.create_task(server.run(up.set))
        waiting = asyncio.create_task(up.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            await task
        jar = aiohttp.CookieJar(unsafe=True)  # the host is an address here
        connector = aiohttp.TCPConnector(ssl=trusting())
        async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as session:
            try:
                yield Site(plant, gate, ports.all(), session, task, entrance, ground)
            finally:
                task.cancel()
                await asyncio.wait({task}, timeout=SOON)
        assert task.cancelled()
        assert ports.all() == {}
        assert gate.sockets() == ()


@asynccontextmanager
async def redirecting(site: Site, port: int = 0) -> AsyncIterator[int]:
    """The plain port beside a running server."""
    up = asyncio.Event()
    task = asyncio.create_task(Redirect(any_port(), port, site.ground).run(up.set))
    waiting = asyncio.create_task(up.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task.done():
        await task
    try:
        yield site.ground.ports.all()["http"]
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=SOON)


def any_port(**more: Any) -> Web:
    return Web(host="127.0.0.1", https_port=0, **more)


def built(folder: Path) -> Path:
    """A page in `folder/static` as Vite would leave it."""
    assets = folder / "static" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-1a2b.js").write_text("export {};\n" * 200)
    (assets.parent / "index.html").write_text("<!doctype html><title>digigate</title>")
    return folder


async def curl(site: Site, path: str, *options: str) -> tuple[int, str]:
    command = ["curl", "--silent", "--insecure", "--write-out", "\n%{http_code}", *options]
    done = await asyncio.to_thread(
        subprocess.run,
        [*command, site.url(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=SOON,
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body
