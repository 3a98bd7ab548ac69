"""Who may order what by the gateway's own registers."""

import logging
from datetime import datetime

import pytest

from digigate.commands import Arguments
from digigate.errors import Denied, DigigateError, SettingsError, SlaveTimeout, Unreachable
from digigate.services.modbus import Client
from digigate.services.modbus.own.locks import OPEN_FOR
from digigate.services.modbus.pdu import Refusal
from modbus import Site

CLIENT, STRANGER = Client("192.0.2.7"), Client("192.0.2.8")
UNLOCK, CLOCK, CLOCK_MS, ACTION, ADDRESS = 58112, 57600, 29952, 57856, 29440
DETECT, IDENTIFY, REFRESH = 20048, 20049, 20050
REFUSED = 3


class Anything(Arguments):
    time: datetime | None = None
    address: int | None = None
    mode: str = ""
    path: str = ""
    value: int | None = None


@pytest.fixture
def site() -> Site:
    site = Site(zone="Europe/Paris")
    for name in (
        "clock.set", "gateway.reboot", "settings.set", "identify",
        "detect.start", "detect.stop", "topology.refresh", "gateway.factory-reset",
    ):  # fmt: skip
        site.obey(name, Anything)
    return site


async def write(site: Site, address: int, *words: int, client: Client = CLIENT) -> int:
    """0, or the exception code."""
    body = b"".join(word.to_bytes(2, "big") for word in words)
    head = b"\x10" + address.to_bytes(2, "big") + len(words).to_bytes(2, "big")
    pdu = head + bytes((len(body),)) + body
    if len(words) == 1:
        pdu = b"\x06" + address.to_bytes(2, "big") + body
    try:
        found = site.own.answer(pdu, client)
        answer = found if isinstance(found, bytes) else await found
    except Refusal as error:
        return error.code
    if answer[0] & 0x80:
        return answer[1]
    assert answer == pdu[:5]
    return 0


async def test_to_blink_harms_nobody(site: Site) -> None:
    assert await write(site, 57864, 1) == 0
    assert await write(site, IDENTIFY, 0) == 0
    assert await write(site, IDENTIFY, 9) == 0
    asked = [arguments["address"] for _, arguments in site.ordered]
    assert [name for name, _ in site.ordered] == ["identify"] * 3
    assert asked == [None, None, 9]


@pytest.mark.parametrize(("address", "value"), [(57864, 0), (57864, 2), (IDENTIFY, 250)])
async def test_what_is_no_order_is_an_illegal_value(site: Site, address: int, value: int) -> None:
    assert await write(site, address, value) == REFUSED
    assert site.ordered == []


async def test_the_clock_is_set_after_unlocking_in_local_time(site: Site) -> None:
    when = (31, 12, 2027, 23, 59, 58)
    assert await write(site, CLOCK, *when) == REFUSED
    assert await write(site, UNLOCK, 1000) == 0
    assert await write(site, CLOCK, *when) == 0
    assert await write(site, CLOCK_MS, *when, 250) == 0
    assert await write(site, CLOCK + 3, 17) == 0
    times = [arguments["time"].isoformat() for _, arguments in site.ordered]
    assert times == ["2027-12-31T23:59:58", "2027-12-31T23:59:58.250000", "2026-03-04T17:06:07"]


@pytest.mark.parametrize("when", [(31, 2, 2027), (1, 13, 2027), (0, 1, 2027), (1, 1, 0)])
async def test_no_such_date(site: Site, when: tuple[int, ...]) -> None:
    await write(site, UNLOCK, 1000)
    assert await write(site, CLOCK, *when) == REFUSED
    assert site.ordered == []


async def test_the_lock_is_the_clients_own_and_closes_by_itself(site: Site) -> None:
    assert await write(site, UNLOCK, 1000, 5) == 0
    assert await write(site, CLOCK + 5, 0, client=STRANGER) == REFUSED
    again = Client(CLIENT.host)
    assert await write(site, CLOCK + 5, 0, client=again) == 0
    site.seconds += OPEN_FOR
    assert await write(site, CLOCK + 5, 0) == REFUSED


@pytest.mark.parametrize(("code", "answer"), [(999, REFUSED), (0, 0)])
async def test_another_code_locks_again(site: Site, code: int, answer: int) -> None:
    await write(site, UNLOCK, 1000)
    assert await write(site, UNLOCK, code) == answer
    assert await write(site, CLOCK + 5, 0) == REFUSED


DESTRUCTIVE = [
    (ACTION, 0xB2, ("gateway.reboot", {})),
    (ACTION, 0xE5, ("gateway.factory-reset", {})),
    (ADDRESS, 15, ("settings.set", {"path": "gateway.address", "value": 15})),
    (DETECT, 1, ("detect.start", {"mode": "fast"})),
    (DETECT, 2, ("detect.start", {"mode": "complete"})),
    (DETECT, 0, ("detect.stop", {})),
    (REFRESH, 9, ("topology.refresh", {"address": 9})),
]


@pytest.mark.parametrize(("address", "value", "order"), DESTRUCTIVE)
async def test_what_lasts_takes_the_lock_and_the_white_list(
    site: Site, address: int, value: int, order: tuple[str, dict[str, object]],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO, "digigate.audit")
    assert await write(site, address, value) == REFUSED
    await write(site, UNLOCK, 1000)
    assert await write(site, address, value) == REFUSED
    assert site.ordered == []
    reasons = [record.reason for record in caplog.records]  # type: ignore[attr-defined]
    assert ["locked" in reasons[0], "white list" in reasons[1]] == [True, True]
    site.listed.add(CLIENT.host)
    assert await write(site, address, value) == 0
    ((name, arguments),) = site.ordered
    assert name == order[0]
    assert arguments.items() >= order[1].items()


async def test_there_is_nothing_left_to_save(site: Site) -> None:
    assert await write(site, ACTION, 0xA1) == REFUSED
    await write(site, UNLOCK, 1000)
    assert await write(site, ACTION, 0xA1) == 0
    assert site.ordered == []


@pytest.mark.parametrize(
    ("address", "value"), [(ACTION, 0xC3), (ACTION, 0), (57872, 1), (57872, 4), (4352, 1)]
)
async def test_what_is_an_attack_is_never_done(site: Site, address: int, value: int) -> None:
    site.listed.add(CLIENT.host)
    await write(site, UNLOCK, 1000)
    assert await write(site, address, value) == REFUSED
    assert site.ordered == []


@pytest.mark.parametrize("address", [20000, 21300, 29184, 30208, 50000, 57605])
async def test_a_write_stays_in_one_block_of_writable_registers(site: Site, address: int) -> None:
    await write(site, UNLOCK, 1000)
    assert await write(site, address, 1, 1) == 2
    assert site.ordered == []


async def test_commands_are_given_one_at_a_time(site: Site) -> None:
    assert await write(site, DETECT, 1, 0, 9) == REFUSED


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("no such slave"), 3),
        (SlaveTimeout("silent"), 0x0B),
        (Denied("no right"), 1),
        (Unreachable("gone"), 4),
    ],
)
async def test_an_order_that_fails_is_an_exception(error: DigigateError, code: int) -> None:
    site = Site()
    site.obey("identify", Anything, error)
    assert await write(site, IDENTIFY, 9) == code


async def test_an_order_that_tells_events_is_followed_to_its_end() -> None:
    site = Site()
    site.tell("topology.refresh", Anything, SlaveTimeout("silent"))
    site.listed.add(CLIENT.host)
    await write(site, UNLOCK, 1000)
    assert await write(site, REFRESH, 9) == 0x0B


async def test_a_command_that_is_not_there_is_an_illegal_value() -> None:
    assert await write(Site(), IDENTIFY, 0) == REFUSED
