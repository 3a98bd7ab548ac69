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
        self.channel: socket.socket | None = None
        self.connection: HttpConnection | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is being answered in it: its client does not talk, or not yet."""
        return self.connection is None or not self.connection.busy

    @property
    def silent(self) -> bool:
        """Whether it has never had a whole request."""
        return self.connection is None or not self.connection.asked

    def clear(self) -> None:
        """End its connection; one in its handshake sees the end of what its client says."""
        if self.connection is not None:
            self.connection.cut()
        elif self.channel is not None:
            with suppress(OSError):
                self.channel.shutdown(socket.SHUT_RDWR)


class Doorman:
    """Counts who is inside over all listeners, so that a half-open handshake has a place too.

    Where all places are taken, the oldest idle connection of the client that has most of them makes
    room, if that client has more than the one who comes; as many will do for one that never asked
    anything. So many silent connections shut nobody out.
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
                place.channel = channel
                handshakes.create_task(self._welcome(channel, place, server, context))
                await asyncio.sleep(0)  # a crowd waits in turn with everybody else

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
                self.leave(place)

    def _makes_room(self, client: str) -> bool:
        idle = [place for place in self._places if place.idle]
        if not idle:
            return False
        inside = self._inside
        found = max(idle, key=lambda each: (inside[each.client], each.silent))
        if inside[found.client] + found.silent <= inside[client]:
            return False
        place = next(each for each in idle if each.client == found.client)  # its oldest
        self.leave(place)
        place.clear()
        return True
