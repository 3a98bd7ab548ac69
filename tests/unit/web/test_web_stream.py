"""The feed without a server: who is told what, and when."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from digigate.services.web.stream import ALIVE, HELLO, READINGS, TOPICS, Channel, Feed
from digigate.settings.topology import Topology
from unit.web.gateway_view import COUNTER, METER, Plant

DEVICES, LOADS = Channel("devices"), Channel("loads")
METER_READINGS = Channel(READINGS, METER)


@dataclass
class Event:
    number: int
    topic: str
    data: Any


def _events(frames: bytes) -> list[Event]:
    found = []
    for frame in frames.decode().removesuffix("\n\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.split("\n"))
        found.append(Event(int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


async def _begin(feed: Feed, *channels: Channel) -> tuple[AsyncGenerator[bytes, None], list[Event]]:
    following = feed.follow(channels)
    assert await anext(following) == HELLO
    return following, _events(await anext(following))


async def test_a_follower_first_gets_the_state_of_each_channel() -> None:
    plant = Plant()
    plant.poll()
    channels = [*map(Channel, TOPICS), METER_READINGS]
    following, events = await _begin(Feed(plant.view), *channels)
    assert [event.topic for event in events] == [*TOPICS, READINGS]
    assert [event.number for event in events] == list(range(1, len(channels) + 1))
    assert events[0].data["model"] == "M-70"
    assert events[-1].data["readings"][0]["value"] == 10.5
    await following.aclose()


async def test_news_are_only_sent_when_there_are_any() -> None:
    plant = Plant()
    feed = Feed(plant.view, heartbeat=0)
    following, _ = await _begin(feed, DEVICES, METER_READINGS)
    plant.later(2)
    await feed.look()
    assert await anext(following) == ALIVE
    plant.bus.change(COUNTER, reason="noise on the line")
    plant.later(2)
    await feed.look()
    (event,) = _events(await anext(following))
    assert event.topic == "devices"
    assert event.data["devices"][1]["reason"] == "noise on the line"
    await following.aclose()


async def test_a_block_that_arrives_is_news_and_so_is_its_going_stale() -> None:
    plant = Plant()
    feed = Feed(plant.view, heartbeat=0)
    following, _ = await _begin(feed, METER_READINGS)
    plant.poll(milliamperes=7000)
    plant.later(0.6)
    await feed.look()
    (event,) = _events(await anext(following))
    assert (event.data["readings"][0]["value"], event.data["readings"][0]["quality"]) == (7, "live")
    plant.later(3)
    await feed.look()
    (event,) = _events(await anext(following))
    assert event.data["readings"][0]["quality"] == "stale"
    await following.aclose()


async def test_a_slow_reader_gets_the_newest_state_once() -> None:
    plant = Plant()
    feed = Feed(plant.view, heartbeat=0)
    following, _ = await _begin(feed, METER_READINGS)
    for milliamperes in range(1000, 101_000, 1000):
        plant.poll(milliamperes)
        plant.later(0.6)
        await feed.look()
    (event,) = _events(await anext(following))
    assert event.data["readings"][0]["value"] == 100.0
    assert await anext(following) == ALIVE
    await following.aclose()


async def test_a_channel_is_not_looked_at_before_its_time() -> None:
    plant = Plant()
    feed = Feed(plant.view, heartbeat=0)
    following, _ = await _begin(feed, LOADS)
    plant.poll()
    plant.later(1.9)
    await feed.look()
    assert await anext(following) == ALIVE
    plant.later(0.2)
    await feed.look()
    (event,) = _events(await anext(following))
    assert event.data["loads"][0]["readings"]["current.i1"]["quality"] == "live"
    await following.aclose()


async def test_readings_can_be_those_of_one_load() -> None:
    plant = Plant()
    feed = Feed(plant.view, heartbeat=0)
    _, (whole, one, own) = await _begin(
        feed, METER_READINGS, Channel(READINGS, METER, 1), Channel(READINGS, METER, 0)
    )
    readings = whole.data["readings"]
    assert {r["load"] for r in readings} == {1, 2}
    assert [r["name"] for r in one.data["readings"]] == [
        r["name"] for r in readings if r["load"] == 1
    ]
    assert own.data["readings"] == []


async def test_two_followers_are_sent_the_same_bytes() -> None:
    plant = Plant()
    feed = Feed(plant.view, heartbeat=0)
    first, second = feed.follow((DEVICES,)), feed.follow((DEVICES,))
    assert await anext(first) == await anext(second) == HELLO
    assert await anext(first) is await anext(second)
    await first.aclose()
    plant.bus.change(COUNTER, reason="gone")
    plant.later(2)
    await feed.look()
    (event,) = _events(await anext(second))
    assert event.data["devices"][1]["reason"] == "gone"
    await second.aclose()


async def test_a_closed_feed_ends_its_followers() -> None:
    feed = Feed(Plant().view)
    following, _ = await _begin(feed, DEVICES)
    feed.close()
    assert [frame async for frame in following] == []


async def test_a_device_that_was_removed_is_shown_without_readings() -> None:
    plant = Plant()
    feed = Feed(plant.view, heartbeat=0)
    following, _ = await _begin(feed, METER_READINGS)
    plant.topology = Topology()
    plant.later(1)
    await feed.look()
    (event,) = _events(await anext(following))
    assert event.data == {"address": METER, "readings": []}
    await following.aclose()


async def test_a_step_of_the_clock_is_news() -> None:
    plant = Plant()
    feed = Feed(plant.view, heartbeat=0)
    following, _ = await _begin(feed, Channel("gateway"))
    plant.later(60)
    await feed.look()
    assert await anext(following) == ALIVE
    plant.clock.step(timedelta(hours=1))
    plant.later(2)
    await feed.look()
    (event,) = _events(await anext(following))
    assert event.data["time"] == "2026-03-29T13:01:02.000Z"
    await following.aclose()
