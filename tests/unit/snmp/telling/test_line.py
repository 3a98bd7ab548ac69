"""The way to one target, with a way and a courier of our own."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import Unreachable
from digigate.services.snmp.sender import Sender, SenderService, Teller
from digigate.services.snmp.telling import line as lines
from digigate.services.snmp.telling.channel import Channel, Target
from digigate.services.snmp.telling.line import CONDITION, QUEUE_MAX, Around, Line
from digigate.services.snmp.telling.pdus import AUTHENTICATION_FAILURE, COLD_START, TRAP_ENTERPRISE
from digigate.services.snmp.telling.posting import Outcome, Posting
from digigate.services.snmp.tree import Notification

TARGET, OTHER = Target("manager.example", 162), Target("2001:db8::1", 1162)
TOLD = Notification((1, 3, 6, 1, 4, 1, 4555, 10, 90, 0, 14))


class Way(Channel):
    """A channel that leads nowhere."""

    def __init__(self) -> None:
        self.address = "192.0.2.1"
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Courier:
    """Brings whatever it is given, unless it is told otherwise."""

    def __init__(self) -> None:
        self.brought: list[Notification] = []
        self.outcome = Outcome.SENT
        self.gate = asyncio.Event()
        self.gate.set()

    async def deliver(self, _: Channel, posting: Posting) -> Outcome:
        await self.gate.wait()
        self.brought.append(posting.told)
        return self.outcome


class Street:
    """What lines work with: whether there is a way, and whether the firewall admits it."""

    def __init__(self) -> None:
        self.conditions = Conditions(Clock())
        self.ways: list[Way] = []
        self.failures: list[Exception] = []
        self.admitted = True
        self.now = 0.0
        self.around = Around(
            self.conditions, lambda host, port: self.admitted, lambda: self.now, 0, self.open
        )

    async def open(self, target: Target, _: object) -> Channel:
        if self.failures:
            raise self.failures.pop(0)
        self.ways.append(Way())
        return self.ways[-1]

    def reasons(self) -> dict[str, str]:
        return {each.subject: each.reason for each in self.conditions.active(CONDITION)}


@pytest.fixture
def street(monkeypatch: pytest.MonkeyPatch) -> Street:
    monkeypatch.setattr(lines, "PAUSES", (0.0,))
    return Street()


async def during(line: Line, act: Callable[[], Awaitable[None]]) -> None:
    """Run a line while something happens."""
    running = asyncio.ensure_future(line.run())
    await act()
    running.cancel()
    await asyncio.wait({running})


async def outcome(line: Line, told: Notification = TOLD) -> Outcome:
    posting = Posting(told, 0, [asyncio.get_running_loop().create_future()])
    line.put(posting)
    return await posting.followers[0]


async def test_a_target_is_told_everything_in_order_by_one_way(street: Street) -> None:
    courier = Courier()
    line = Line(TARGET, courier, street.around)
    told = [Notification((1, 3, number)) for number in range(3)]

    async def act() -> None:
        assert [await outcome(line, each) for each in told] == [Outcome.SENT] * 3

    await during(line, act)
    assert courier.brought == told
    assert [way.closed for way in street.ways] == [True]
    assert line.counts[Outcome.SENT] == 3


async def test_a_name_without_an_address_is_said_and_tried_again(street: Street) -> None:
    street.failures = [Unreachable("manager.example has no address"), OSError("no route")]
    said: list[str] = []
    line = Line(TARGET, Courier(), street.around)

    async def act() -> None:
        assert await outcome(line) is Outcome.WAITING
        assert await outcome(line) is Outcome.SENT

    with street.conditions.watch(lambda each, up: said.append(f"{each.reason} {up}")):
        await during(line, act)
    assert said == ["manager.example has no address True", "no route False"]


async def test_an_inform_that_nobody_acknowledges_is_said_until_one_is(street: Street) -> None:
    courier = Courier()
    line = Line(TARGET, courier, street.around)

    async def act() -> None:
        courier.outcome = Outcome.LOST
        await outcome(line)
        assert "acknowledges no informs" in street.reasons()["manager.example:162"]
        courier.outcome = Outcome.ACKNOWLEDGED
        await outcome(line)
        assert street.reasons() == {}

    await during(line, act)
    assert (line.counts[Outcome.LOST], line.counts[Outcome.ACKNOWLEDGED]) == (1, 1)


async def test_a_way_is_chosen_anew_after_a_while_and_when_the_rules_are_others(
    street: Street,
) -> None:
    line = Line(TARGET, Courier(), street.around)

    async def act() -> None:
        await outcome(line)
        street.now = lines.CHANNEL_LASTS - 1
        await outcome(line)
        assert len(street.ways) == 1
        street.now += 1
        await outcome(line)
        assert len(street.ways) == 2
        street.admitted = False
        await outcome(line)
        assert len(street.ways) == 3

    await during(line, act)


async def test_a_full_queue_drops_the_oldest_and_counts_them(street: Street) -> None:
    line = Line(TARGET, Courier(), street.around)
    first = Posting(TOLD, 0, [asyncio.get_running_loop().create_future()])
    line.put(first)
    for _ in range(QUEUE_MAX):
        line.put(Posting(TOLD, 0))
    assert line.waiting == QUEUE_MAX
    assert line.counts[Outcome.DROPPED] == 1
    assert await first.followers[0] is Outcome.DROPPED


async def test_a_dead_target_delays_nobody_else(street: Street) -> None:
    dead, alive = Courier(), Courier()
    dead.gate.clear()
    sender, service = serving(street, {TARGET: dead, OTHER: alive})
    running = asyncio.ensure_future(service.run(lambda: None))
    await asyncio.sleep(0)
    reports = asyncio.ensure_future(sender.follow(TOLD, within=0.5))
    told = {str(r.line.target): r.outcome for r in await reports}
    assert told == {"manager.example:162": Outcome.WAITING, "[2001:db8::1]:1162": Outcome.SENT}
    running.cancel()
    await asyncio.wait({running})
    assert sender.lines == ()


def serving(
    street: Street, couriers: dict[Target, Courier], strangers: bool = True
) -> tuple[Sender, SenderService]:
    teller = Teller(
        lambda: 7,
        lambda: (1, 3, 6, 1, 4, 1, 4555, 10, 1, 70),
        lambda: strangers,
        lambda: street.now,
    )
    sender = Sender(teller)
    first = (Notification(COLD_START),)

    class Quiet:
        async def run(self) -> None:
            await asyncio.Event().wait()

    service = SenderService(
        sender, lambda: tuple(couriers), couriers.__getitem__, street.around, Quiet(), first
    )
    return sender, service


async def test_wrong_credentials_are_told_of_now_and_then(street: Street) -> None:
    courier = Courier()
    sender, service = serving(street, {TARGET: courier})
    running = asyncio.ensure_future(service.run(lambda: None))
    await asyncio.sleep(0)
    for second in (0, 1, 9.9, 10, 19, 20):
        street.now = second
        sender.send(Notification(AUTHENTICATION_FAILURE))
    await sender.follow(TOLD)
    told = [each.oid for each in courier.brought]
    assert told == [COLD_START, *[AUTHENTICATION_FAILURE] * 3, TOLD.oid]
    assert sender.suppressed == 3
    assert courier.brought[0].varbinds[0][0] == TRAP_ENTERPRISE
    running.cancel()
    await asyncio.wait({running})


async def test_they_are_not_told_of_where_the_settings_say_so(street: Street) -> None:
    courier = Courier()
    sender, service = serving(street, {TARGET: courier}, strangers=False)
    running = asyncio.ensure_future(service.run(lambda: None))
    await asyncio.sleep(0)
    sender.send(Notification(AUTHENTICATION_FAILURE))
    await sender.follow(TOLD)
    assert [each.oid for each in courier.brought] == [COLD_START, TOLD.oid]
    running.cancel()
    await asyncio.wait({running})


async def test_nobody_to_tell_is_said(street: Street) -> None:
    _, service = serving(street, {})
    running = asyncio.ensure_future(service.run(lambda: None))
    await asyncio.sleep(0)
    assert "name a host" in street.reasons()["nobody"]
    running.cancel()
    await asyncio.wait({running})
    assert street.reasons() == {}
