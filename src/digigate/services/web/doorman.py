"""Accept connections, a bounded number of them, and see each through its TLS handshake."""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from digigate.firewall.sockets import plain_address
from digigate.services.web.connection import HttpConnection, Limits

log = logging.getLogger(__name__)

BREATH = 1.0  # seconds of rest when the system gives no more sockets


class Doorman:
    """Counts who is inside over all listeners, so that a half-open handshake has a place too."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._inside: Counter[str] = Counter()

    def enter(self, client: str) -> Callable[[], None] | None:
        """Take a place; call what is returned, once or more, to give it back. None = full."""
        if self._inside.total() >= self._limits.total:
            return None
        if self._inside[client] >= self._limits.per_client:
            return None
        self._inside[client] += 1
        places = [client]

        def leave() -> None:
            if places:
                self._inside[places.pop()] -= 1
                self._inside += Counter()  # forgets who has none

        return leave

    async def serve(
        self, listener: socket.socket, server: web.Server, context: ssl.SSLContext | None
    ) -> None:
        """Accept until cancelled; without a context the connections are plain."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as handshakes:
            while True:
                try:
                    channel, address = await loop.sock_accept(listener)
                except ConnectionError:
                    continue
                except OSError as error:
                    log.warning("cannot accept connections", extra={"reason": str(error)})
                    await asyncio.sleep(BREATH)
                    continue
                client = plain_address(address[0])
                leave = self.enter(client)
                if leave is None:
                    channel.close()
                    continue
                connection = HttpConnection(server, client, self._limits, leave)
                handshakes.create_task(self._welcome(channel, connection, context, leave))

    async def _welcome(
        self,
        channel: socket.socket,
        connection: HttpConnection,
        context: ssl.SSLContext | None,
        leave: Callable[[], None],
    ) -> None:
        """Join socket and protocol; a client that fails the handshake is simply gone."""
        welcomed = False
        deadline = self._limits.handshake if context else None
        try:
            with suppress(OSError):
                await asyncio.get_running_loop().connect_accepted_socket(
                    lambda: connection,
                    channel,
                    ssl=context,
                    ssl_handshake_timeout=deadline,
                    ssl_shutdown_timeout=deadline,
                )
                welcomed = True
        finally:
            if not welcomed:
                leave()
