"""The audit log: what is kept, in which form, for how long, and what a full disk does."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from digigate.clock import Clock
from digigate.commands import Arguments, Caller, Command, Commands, Json
from digigate.conditions import Conditions
from digigate.errors import Denied, SettingsError
from digigate.security.audit import UNWRITTEN, AuditLog
from digigate.settings.profiles import OFFICER, Profile
from digigate.state import StateDirectory

NOW = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
CYBER = Caller("cyber", Profile.CYBER, "10.0.0.7")


class Desk:
    def __init__(self, state: StateDirectory) -> None:
        self.state = state
        self.clock = Clock(started=NOW, monotonic=lambda: 0.0)
        self.conditions = Conditions(self.clock)
        self.days = 365
        self.log = AuditLog(state, self.clock, self.conditions, lambda: self.days)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with StateDirectory(tmp_path) as state:
        yield Desk(state)


def files(desk: Desk) -> list[str]:
    return sorted(path.name for path in desk.state.path.glob("audit-*"))


def test_the_newest_comes_first(desk: Desk) -> None:
    for name in ("one", "two", "three"):
        desk.log.note("admin", "10.0.0.7", name)
        desk.clock.step(timedelta(minutes=1))
    assert [line["what"] for line in desk.log.latest(2)] == ["three", "two"]
    assert files(desk) == ["audit-2026-03.jsonl", "audit-2026-04.jsonl"]
    assert (desk.state.path / files(desk)[0]).stat().st_mode & 0o777 == 0o600


def test_lines_of_one_caller_or_before_a_moment(desk: Desk) -> None:
    desk.log.note("admin", "10.0.0.7", "one")
    desk.log.note("cyber", "10.0.0.8", "two")
    desk.clock.step(timedelta(hours=1))
    desk.log.note("cyber", "10.0.0.8", "three")
    assert [line["what"] for line in desk.log.latest(9, who="cyber")] == ["three", "two"]
    before = desk.log.latest(9, before=NOW + timedelta(minutes=30))
    assert [line["what"] for line in before] == ["two", "one"]


def test_no_text_begins_a_line_of_its_own(desk: Desk) -> None:
    evil = 'x"}\n{"who": "owner", "what": "nothing"}\r\n\u2028'
    desk.log.note("admin", "10.0.0.7", "rename", facts={"name": evil})
    (line,) = desk.log.latest(9)
    assert line["facts"]["name"] == evil
    assert len((desk.state.path / files(desk)[0]).read_text().splitlines()) == 1


def test_a_line_that_is_far_too_long_is_shortened(desk: Desk) -> None:
    desk.log.note("admin", "10.0.0.7", "rename", facts={"name": "x" * 100_000})
    (line,) = desk.log.latest(9)
    assert line["facts"]["too long"] > 100_000


def test_what_a_power_cut_broke_off_is_passed_over(desk: Desk) -> None:
    desk.log.note("admin", "", "one")
    desk.log.latest(1)
    with (desk.state.path / files(desk)[0]).open("a") as file:
        file.write('{"time": "2026')
    assert [line["what"] for line in desk.log.latest(9)] == ["one"]


def test_months_beyond_the_policy_are_removed(desk: Desk) -> None:
    desk.days = 30
    for _ in range(5):
        desk.log.note("admin", "", "order")
        desk.log.latest(1)
        desk.clock.step(timedelta(days=31))
    assert files(desk) == ["audit-2026-06.jsonl", "audit-2026-07.jsonl", "audit-2026-08.jsonl"]


async def test_a_disk_that_takes_nothing_is_told_and_stops_nobody(desk: Desk) -> None:
    path = desk.state.path / "audit-2026-03.jsonl"
    path.mkdir()
    running = asyncio.create_task(desk.log.run(lambda: None))
    desk.log.note("admin", "", "lost")
    async with asyncio.timeout(20):
        while not desk.conditions.active(UNWRITTEN):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    path.rmdir()
    desk.log.note("admin", "", "kept")
    async with asyncio.timeout(20):
        while desk.conditions.active(UNWRITTEN):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    running.cancel()
    assert [line["what"] for line in desk.log.latest(9)] == ["kept"]


class Named(Arguments):
    name: str
    password: SecretStr = SecretStr("")


async def test_orders_are_written_down_with_what_came_of_them(desk: Desk) -> None:
    commands = Commands(desk.log.note)

    async def rename(asked: Named) -> Json:
        if asked.name == "bad":
            raise SettingsError("there is no such name")
        return {"changes": [{"path": "name", "old": "a", "new": asked.name}]}

    commands.add(Command("rename", Named, rename, OFFICER))
    given: dict[str, Any] = {"name": "b", "password": "hunter2"}
    await commands.execute("rename", given, CYBER)
    with pytest.raises(SettingsError):
        await commands.execute("rename", {"name": "bad"}, CYBER)
    with pytest.raises(Denied):
        await commands.execute("rename", {"name": "c"}, Caller("user", Profile.USER, "10.0.0.9"))
    denied, failed, done = desk.log.latest(9)
    assert (done["who"], done["client"], done["outcome"]) == ("cyber", "10.0.0.7", "done")
    assert done["facts"]["changes"] == [{"path": "name", "old": "a", "new": "b"}]
    assert failed["outcome"] == "there is no such name"
    assert (denied["client"], denied["outcome"]) == ("10.0.0.9", "denied")
    assert "hunter2" not in json.dumps([denied, failed, done])
