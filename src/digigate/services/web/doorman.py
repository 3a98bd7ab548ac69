"""Accept connections, a bounded number of them, and see each through its TLS handshake."""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from contextlib import suppress
from functools import partial

from aiohttp import web

from digigate.firewall.sockets import plain_address
from digigate.services.web.connection import HttpConnection, Limits

log = logging.getLogger(__name__)

BREATH = 1.0  # seconds of rest when the system gives no more sockets


class Place:
    """That of one connection, from its acceptance to its end."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.handshake: asyncio.Task[None] | None = None
        self.connection: HttpConnection | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is being answered in it: its client does not talk, or not yet."""
        return self.connection is None or not self.connection.busy

    def clear(self) -> None:
        """End its connection."""
        if self.handshake is not None and not self.handshake.done():
            self.handshake.cancel()
        elif self.connection is not None:
            self.connection.cut()


class Doorman:
    """Counts who is inside over all listeners, so that a half-open handshake has a place too.

    Where all places are taken, the oldest idle connection of the client that has most of them makes
    room, if that client has more than the one who comes: many silent connections shut nobody out.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._places: dict[Place, None] = {}
        self._inside: Counter[str] = Counter()

    def enter(self, client: str) -> Place | None:
        """A place for this client; None = there is none."""
        if self._inside[client] >= self._limits.per_client:
            return None
        if len(self._places) >= self._limits.total and not self._makes_room(client):
            return None
        place = Place(client)
        self._places[place] = None
        self._inside[client] += 1
        return place

    def leave(self, place: Place) -> None:
        """Give a place back; once or more."""
        if place in self._places:
            del self._places[place]
            self._inside[place.client] -= 1
            self._inside += Counter()  # forgets who has none

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
                place = self.enter(plain_address(address[0]))
                if place is None:
                    channel.close()
                    continue
                welcome = self._welcome(channel, place, server, context)
                place.handshake = handshakes.create_task(welcome)

    async def _welcome(
        self,
        channel: socket.socket,
        place: Place,
        server: web.Server,
        context: ssl.SSLContext | None,
    ) -> None:
        """Join socket and protocol; a client that fails the handshake is simply gone."""
        left = partial(self.leave, place)
        connection = HttpConnection(server, place.client, self._limits, left)
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
                place.connection = connection
        finally:
            if place.connection is None:
                channel.close()
                self.leave(place)

    def _makes_room(self, client: str) -> bool:
        idle = [place for place in self._places if place.idle]
        if not idle:
            return False
        place = max(idle, key=lambda each: self._inside[each.client])  # the first = the oldest
        if self._inside[place.client] <= self._inside[client]:
            return False
        self.leave(place)
        place.clear()
        return True
