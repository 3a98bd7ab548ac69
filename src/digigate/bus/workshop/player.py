"""The slaves of a capture on a pty: each request is met as it was when the capture was made.

A gateway, or any other master, that is pointed at the link meets the captured fault again: the
same noise, the same silence, as late as then.
"""

import asyncio
import os
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from digigate.bus.frames import LONGEST
from digigate.bus.workshop.replay import Piece
from digigate.errors import SettingsError

Behaviour = dict[bytes, list[list[Piece]]]
_SHORTEST = 4


@dataclass(slots=True)
class Played:
    """What was met so far."""

    requests: int = 0
    unknown: int = 0  # octets that are none of the captured requests


@dataclass(slots=True)
class Player:
    """Meets each request with its next captured reaction; after the last comes the first again."""

    behaviour: Behaviour
    played: Played = field(default_factory=Played)
    _turn: dict[bytes, int] = field(default_factory=dict)
    _heard: bytearray = field(default_factory=bytearray)

    def hear(self, data: bytes) -> Iterator[list[Piece]]:
        """Octets of the master; gives the reaction to each request that ends in them."""
        for octet in data:
            self._heard.append(octet)
            found = self._request()
            if found is not None:
                self.played.requests += 1
                self.played.unknown += len(self._heard) - len(found)
                self._heard.clear()
                yield self._reaction(found)
        surplus = len(self._heard) - LONGEST
        if surplus > 0:
            self.played.unknown += surplus
            del self._heard[:surplus]

    def _request(self) -> bytes | None:
        if len(self._heard) < _SHORTEST:
            return None
        heard = bytes(self._heard)
        return next((request for request in self.behaviour if heard.endswith(request)), None)

    def _reaction(self, request: bytes) -> list[Piece]:
        reactions = self.behaviour[request]
        turn = self._turn.get(request, 0)
        self._turn[request] = turn + 1
        return reactions[turn % len(reactions)]


@contextmanager
def opened(link: Path) -> Iterator[int]:
    """The master side of a new pty while the block runs; `link` names what a master opens.

    Raises:
        SettingsError: the link cannot be made.
    """
    ours, theirs = os.openpty()
    try:
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        _link(link, os.ttyname(theirs))
        yield ours
    finally:
        if link.is_symlink():
            link.unlink()
        os.close(ours)
        os.close(theirs)


def _link(link: Path, device: str) -> None:
    if link.exists() and not link.is_symlink():
        raise SettingsError(f"{link} is there already: name a link that does not exist")
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(device)
    except OSError as error:
        raise SettingsError(f"{link} cannot be made: {error.strerror}") from error


async def play(player: Player, channel: int, told: Callable[[Played], None]) -> None:
    """Meet requests on an open pty until cancelled; `told` hears of each."""
    loop = asyncio.get_running_loop()

    def write(data: bytes) -> None:
        with suppress(OSError):  # a master that reads nothing misses it, as on a wire
            os.write(channel, data)

    def read() -> None:
        with suppress(OSError):
            for reaction in player.hear(os.read(channel, 4096)):
                for piece in reaction:
                    loop.call_later(piece.after, write, piece.data)
                told(player.played)

    loop.add_reader(channel, read)
    try:
        await loop.create_future()
    finally:
        loop.remove_reader(channel)
