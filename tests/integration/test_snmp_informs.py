"""Informs that are sent again, and a storm of alarms, over real sockets."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import Refused, Unreachable
from digigate.services.snmp import ber
from digigate.services.snmp.alarms import AlarmNotice, AlarmSeverity, AlarmType
from digigate.services.snmp.pdu import INFORM, RESPONSE
from digigate.services.snmp.reminders import AlarmTelling
from digigate.services.snmp.sender import Sender, SenderService, Teller
from digigate.services.snmp.telling.channel import Channel, Target, opened
from digigate.services.snmp.telling.forms import TRIES, CommunityInforms, v2c_traps
from digigate.services.snmp.telling.line import Around
from digigate.services.snmp.telling.posting import Outcome, Posting
from digigate.services.snmp.tree import Notification

TOLD = Notification((1, 3, 6, 1, 4, 1, 4555, 10, 90, 0, 14))
QUICK = (0.05, 0.1, 0.2, 0.4)


@pytest.fixture
def manager() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as manager:
        manager.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        manager.bind(("127.0.0.1", 0))
        manager.setblocking(False)
        yield manager


async def way_to(manager: socket.socket) -> Channel:
    return await opened(Target(*manager.getsockname()), lambda host, port: True)


async def acknowledging(manager: socket.socket, after: int) -> list[bytes]:
    """What a manager hears that acknowledges only the message of this number, and noise before."""
    heard: list[bytes] = []
    while len(heard) < after:
        message, sender = await asyncio.get_running_loop().sock_recvfrom(manager, 65535)
        heard.append(message)
        for noise in (b"", b"\x30\x03\x02\x01\x01", message):
            manager.sendto(noise, sender)
    pdu = heard[-1].index(bytes((INFORM,)))
    manager.sendto(heard[-1][:pdu] + bytes((RESPONSE,)) + heard[-1][pdu + 1 :], sender)
    return heard


async def test_an_inform_is_sent_again_as_it_was_until_it_is_acknowledged(
    manager: socket.socket,
) -> None:
    hearing = asyncio.ensure_future(acknowledging(manager, 3))
    channel = await way_to(manager)
    posting = Posting(TOLD, 1)
    assert await CommunityInforms("public", QUICK).deliver(channel, posting) is (
        Outcome.ACKNOWLEDGED
    )
    heard = await hearing
    assert len(set(heard)) == 1
    channel.close()


async def test_it_is_lost_after_four_tries_that_take_longer_each(manager: socket.socket) -> None:
    channel, loop = await way_to(manager), asyncio.get_running_loop()
    begun = loop.time()
    assert await CommunityInforms("public", QUICK).deliver(channel, Posting(TOLD, 1)) is (
        Outcome.LOST
    )
    assert loop.time() - begun >= sum(QUICK)
    assert len([manager.recv(65535) for _ in QUICK]) == 4
    with pytest.raises(BlockingIOError):
        manager.recv(65535)
    channel.close()
    assert len(TRIES) == 4
    assert list(TRIES) == sorted(TRIES)


async def test_a_closed_port_is_no_answer() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        place = closed.getsockname()
    channel = await opened(Target(*place), lambda host, port: True)
    assert await CommunityInforms("public", (0.05, 0.05)).deliver(channel, Posting(TOLD, 1)) is (
        Outcome.LOST
    )
    channel.close()


async def test_the_firewall_s_rules_hold_for_what_is_called() -> None:
    asked: list[tuple[str, int]] = []

    def admits(host: str, port: int) -> bool:
        asked.append((host, port))
        return False

    with pytest.raises(Refused, match="add a rule for it"):
        await opened(Target("localhost", 162), admits)
    assert ("127.0.0.1", 162) in asked


async def test_a_name_without_an_address_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="check the name"):
        await opened(Target("no-such-host.invalid", 162), lambda host, port: True)


def alarms() -> list[AlarmNotice]:
    noon = datetime(2026, 7, 14, 12, tzinfo=UTC)
    return [
        AlarmNotice(n, noon, AlarmType.MEASUREMENT, AlarmSeverity.CRITICAL, f"alarm {n}")
        for n in range(1, 501)
    ]


async def test_a_storm_of_500_alarms_reaches_both_hosts_and_never_holds_the_loop(
    manager: socket.socket,
) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        other.bind(("127.0.0.1", 0))
        other.setblocking(False)
        managers = (manager, other)
        around = Around(Conditions(Clock()), lambda host, port: True, lambda: 0.0, pace=0.001)
        sender = Sender(Teller(lambda: 1, lambda: (1, 3), lambda: True, lambda: 0.0))
        telling = AlarmTelling(sender, lambda: 60, lambda: 0.0)
        service = SenderService(
            sender,
            lambda: tuple(Target(*each.getsockname()) for each in managers),
            lambda _: v2c_traps("public"),
            around,
            telling,
        )
        running = asyncio.ensure_future(service.run(lambda: None))
        await asyncio.sleep(0)
        for alarm in alarms():
            telling.raise_(alarm)
        heard, turns = await asyncio.gather(
            asyncio.gather(*(listening(each, 500) for each in managers)), turning(sender)
        )
        running.cancel()
        await asyncio.wait({running})
    for each in heard:
        assert [ber.text(f"alarm {n}") in message for n, message in enumerate(each, 1)] == (
            [True] * 500
        )
    assert turns > 500


async def listening(manager: socket.socket, count: int) -> list[bytes]:
    loop = asyncio.get_running_loop()
    return [await loop.sock_recv(manager, 65535) for _ in range(count)]


async def turning(sender: Sender) -> int:
    """How often others have their turn until all lines are empty."""
    turns = 0
    while any(line.waiting for line in sender.lines):
        await asyncio.sleep(0)
        turns += 1
    return turns
