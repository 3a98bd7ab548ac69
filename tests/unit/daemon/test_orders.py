"""The clock's commands."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import pytest

from digigate.clock import Clock
from digigate.commands import Caller, Commands
from digigate.daemon.orders import enter_clock, enter_reboot, enter_reports
from digigate.errors import Denied, SettingsError
from digigate.settings.profiles import Profile

OWNER = Caller("owner")


@pytest.fixture
def clock() -> Clock:
    return Clock(monotonic=lambda: 0.0, started=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def commands(clock: Clock) -> Commands:
    table = Commands()
    enter_clock(table, clock)
    return table


async def test_the_clock_steps_and_tells_its_offset(commands: Commands) -> None:
    told: Any = await commands.execute("clock.step", {"seconds": 3600}, OWNER)
    assert (told["time"], told["offset"]) == ("2026-01-01T01:00:00+00:00", 3600)


async def test_the_clock_runs_faster(commands: Commands, clock: Clock) -> None:
    await commands.execute("clock.speed", {"speed": 60}, OWNER)
    assert clock.speed == 60


@pytest.mark.parametrize("speed", [0, -1, "fast", 1e9])
async def test_an_impossible_speed_is_refused(commands: Commands, speed: object) -> None:
    with pytest.raises(SettingsError, match="speed"):
        await commands.execute("clock.speed", {"speed": speed}, OWNER)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2031-07-01T12:00:00", "2031-07-01T10:00:00+00:00"),
        ("2031-07-01T12:00:00Z", "2031-07-01T12:00:00+00:00"),
    ],
)
async def test_the_clock_is_set_in_its_zone_or_in_any(
    commands: Commands, clock: Clock, time: str, expected: str
) -> None:
    clock.set_zone("Europe/Paris")
    told: Any = await commands.execute("clock.set", {"time": time}, Caller("a", Profile.ADMIN))
    assert told["time"] == expected


async def test_the_clock_stays_in_this_century(commands: Commands) -> None:
    with pytest.raises(SettingsError, match="2000 to 2099"):
        await commands.execute("clock.set", {"time": "1999-12-31T23:59:59"}, OWNER)


async def test_an_administrator_reboots_and_a_user_does_not() -> None:
    table, orders = Commands(), list[str]()
    enter_reboot(table, lambda: orders.append("reboot"))
    with pytest.raises(Denied):
        await table.execute("gateway.reboot", {}, Caller("a", Profile.USER))
    assert await table.execute("gateway.reboot", {}, Caller("a", Profile.ADMIN))
    assert orders == ["reboot"]


async def test_the_zone_changes(commands: Commands, clock: Clock) -> None:
    await commands.execute("clock.zone", {"zone": "Europe/Paris"}, OWNER)
    assert clock.local().isoformat() == "2026-01-01T01:00:00+01:00"
    with pytest.raises(ZoneInfoNotFoundError):
        await commands.execute("clock.zone", {"zone": "Europe/Atlantis"}, OWNER)


async def test_reports_tell_what_is_now(commands: Commands) -> None:
    ports = {"https": 8443}
    enter_reports(commands, {"ports": lambda: dict(ports)})
    ports["modbus_tcp"] = 5020
    assert await commands.execute("ports", {}, OWNER) == {"https": 8443, "modbus_tcp": 5020}
