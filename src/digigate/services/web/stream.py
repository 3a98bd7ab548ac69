"""The live stream: look at the gateway a few times a second, serialise news once for everybody.

A follower holds no queue: it remembers which state of each channel it was sent last, so a slow
reader is given the newest state next and nothing piles up for it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field

from digigate.services.web import measurements, payloads
from digigate.services.web.jsonable import Object, dumps, unhurried
from digigate.services.web.view import View
from digigate.store import SlaveImage

TICK = 0.5  # seconds between two looks
HEARTBEAT = 15.0  # seconds of silence before a comment says that we live
READINGS = "readings"
HELLO = b"retry: 2000\n\n"
ALIVE = b": alive\n\n"

Sign = object
"""What a payload is made of; equal signs mean no news, though an age may have grown."""


@dataclass(frozen=True, slots=True)
class Source:
    """How a channel is read: its JSON in pieces, the sign of its news, seconds between looks."""

    build: Callable[[View, "Channel"], Iterable[bytes]]
    sign: Callable[[View, "Channel"], Sign]
    period: float = 1.0
    measurement: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic; `device` and `load` (None = all of them) count for readings only."""

    topic: str
    device: int = 0
    load: int | None = None

    @property
    def source(self) -> Source:
        """How it is read."""
        return SOURCES[self.topic]

    @property
    def measurement(self) -> bool:
        """Whether only models with measurement pages offer it."""
        return self.source.measurement


@dataclass(slots=True)
class _State:
    """What a channel last said, as bytes ready to be sent."""

    followers: set[asyncio.Event] = field(default_factory=set)
    looked: float = float("-inf")
    sign: Sign = None
    event: int = 0
    frame: bytes = b""


class Feed:
    """All channels that somebody follows."""

    def __init__(self, view: View, heartbeat: float = HEARTBEAT) -> None:
        self._view = view
        self._heartbeat = heartbeat
        self._monotonic = view.clock.monotonic
        self._states: dict[Channel, _State] = {}
        self._followed = asyncio.Event()
        self._closed = False
        self._events = 0

    async def run(self) -> None:
        """Look for news while somebody follows; costs nothing otherwise."""
        while True:
            await self._followed.wait()
            await self.look()
            await asyncio.sleep(TICK)

    async def look(self) -> None:
        """Renew every channel whose time has come and wake who follows it."""
        for channel, state in tuple(self._states.items()):
            await self._renew(channel, state)

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        for state in self._states.values():
            for follower in state.followers:
                follower.set()

    async def follow(self, channels: tuple[Channel, ...]) -> AsyncGenerator[bytes, None]:
        """The state of each channel, then each change of it, as server-sent events."""
        news = asyncio.Event()
        sent = dict.fromkeys(channels, 0)
        self._join(channels, news)
        try:
            yield HELLO
            for channel in channels:
                await self._renew(channel, self._states[channel])
            while not self._closed:
                news.clear()
                fresh = self._since(sent)
                if fresh:
                    yield fresh
                elif not await _happens(news, self._heartbeat):
                    yield ALIVE
        finally:
            self._leave(channels, news)

    def _since(self, sent: dict[Channel, int]) -> bytes:
        """The newest frame of each channel that has one; notes in `sent` what was taken."""
        frames = []
        for channel, event in sent.items():
            state = self._states[channel]
            if state.event != event:
                sent[channel] = state.event
                frames.append(state.frame)
        return b"".join(frames)

    def _join(self, channels: tuple[Channel, ...], news: asyncio.Event) -> None:
        for channel in channels:
            state = self._states.setdefault(channel, _State())
            state.followers.add(news)
        self._followed.set()

    def _leave(self, channels: tuple[Channel, ...], news: asyncio.Event) -> None:
        for channel in channels:
            state = self._states[channel]
            state.followers.discard(news)
            if not state.followers:
                del self._states[channel]
        if not self._states:
            self._followed.clear()

    async def _renew(self, channel: Channel, state: _State) -> None:
        """Read the channel anew if it is due; tell its followers where it has news."""
        now, source = self._monotonic(), channel.source
        if now - state.looked < source.period:
            return
        state.looked = now
        sign = source.sign(self._view, channel)
        if state.frame and sign == state.sign:
            return
        payload = await unhurried(source.build(self._view, channel))
        self._events += 1
        state.sign, state.event = sign, self._events
        state.frame = b"id: %d\nevent: %s\ndata: %s\n\n" % (
            state.event,
            channel.topic.encode(),
            payload,
        )
        for follower in state.followers:
            follower.set()


async def _happens(event: asyncio.Event, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _whole(payload: Callable[[View], Object]) -> Callable[[View, Channel], Iterable[bytes]]:
    return lambda view, _: (dumps(payload(view)),)


def _readings(view: View, channel: Channel) -> Iterable[bytes]:
    device = view.topology().device(channel.device)
    if device is None:
        return (dumps({"address": channel.device, "readings": []}),)
    return measurements.readings(view, device, channel.load)


def _gateway_sign(view: View, _: Channel) -> Sign:
    clock = view.clock
    offset = round(clock.offset.total_seconds())
    return view.settings().gateway, clock.zone.key, clock.speed, offset, payloads.counts(view)


def _slaves_sign(view: View, _: Channel) -> Sign:
    return view.topology(), tuple(view.bus.slaves().values())


def _buses_sign(view: View, _: Channel) -> Sign:
    states = tuple(status.state for status in view.bus.slaves().values())
    return view.topology(), view.bus.lines(), states


def _services_sign(view: View, _: Channel) -> Sign:
    return tuple(view.health()), dict(view.ports())


def _image_sign(view: View, channel: Channel) -> Sign:
    image = view.store.image(channel.device)
    return view.topology(), _freshness(image, view.clock.monotonic()) if image else None


def _images_sign(view: View, _: Channel) -> Sign:
    now = view.clock.monotonic()
    states = tuple(status.state for status in view.bus.slaves().values())
    return view.topology(), states, [_freshness(image, now) for image in view.store.images()]


def _freshness(image: SlaveImage, now: float) -> Sign:
    spans = [(s.received, s.valid, s.is_stale(now)) for s in image.spans]
    return image, image.silent, spans


SOURCES = {
    "gateway": Source(_whole(payloads.gateway), _gateway_sign),
    "devices": Source(_whole(payloads.devices), _slaves_sign),
    "buses": Source(_whole(payloads.buses), _buses_sign),
    "services": Source(_whole(payloads.services), _services_sign),
    "conditions": Source(_whole(payloads.conditions), lambda view, _: view.conditions.active()),
    "detection": Source(_whole(payloads.detection), lambda view, _: view.detection(), period=0.5),
    "panel": Source(_whole(payloads.panel), lambda view, _: view.lamps(), period=0.5),
    "loads": Source(
        lambda view, _: measurements.loads(view), _images_sign, period=2.0, measurement=True
    ),
    READINGS: Source(_readings, _image_sign, period=0.5, measurement=True),
}
TOPICS = tuple(topic for topic in SOURCES if topic != READINGS)
