"""Orders over HTTPS: the table of commands decides, and its refusals read well."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from digigate.commands import Arguments, Command, Json, Stream
from digigate.errors import SettingsError, SlaveTimeout
from digigate.settings.profiles import ADMINISTRATORS, EVERYBODY
from integration.web_site import SOON, Site, any_port, built, serving
from unit.web.gateway_view import Plant


class Number(Arguments):
    n: int


class Told:
    """What the commands of these tests have done."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.closed = asyncio.Event()

    async def double(self, asked: Number) -> Json:
        self.done.append(asked.n)
        return 2 * asked.n

    async def fail(self, asked: Number) -> Json:
        if asked.n:
            raise SlaveTimeout("slave 4 did not answer")
        raise SettingsError("there is no such load")

    async def count(self, asked: Number) -> AsyncGenerator[Json, None]:
        try:
            for number in range(asked.n):
                yield {"number": number}
            if asked.n > 3:
                await asyncio.Event().wait()
        finally:
            self.closed.set()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def site(tmp_path: Path, told: Told) -> AsyncIterator[Site]:
    plant = Plant()
    plant.commands.add(Command("double", Number, told.double, EVERYBODY))
    plant.commands.add(Command("reset", Number, told.double, ADMINISTRATORS))
    plant.commands.add(Command("fail", Number, told.fail, EVERYBODY))
    plant.commands.add(Stream("count", Number, told.count, EVERYBODY))
    plant.commands.add(Stream("secret", Number, told.count, ADMINISTRATORS))
    async with serving(built(tmp_path), plant, any_port()) as site:
        yield site


async def _order(site: Site, name: str, **options: Any) -> tuple[int, Any]:
    address = site.url(f"/api/v1/commands/{name}")
    async with site.session.post(address, **options) as answer:
        return answer.status, await answer.json()


async def test_an_order_is_carried_out_with_its_arguments(site: Site, told: Told) -> None:
    assert await _order(site, "double", json={"n": 21}) == (200, {"result": 42})
    assert told.done == [21]


async def test_what_takes_a_profile_is_refused_before_it_runs(site: Site, told: Told) -> None:
    status, answer = await _order(site, "reset", json={"n": 1})
    assert (status, answer["error"]["code"]) == (403, "forbidden")
    assert told.done == []


@pytest.mark.parametrize(
    ("name", "options", "status", "said"),
    [
        ("double", {"json": {"m": 1}}, 400, "arguments: n"),
        ("double", {"json": [1]}, 400, "JSON object"),
        ("double", {"data": "{", "headers": {"Content-Type": "application/json"}}, 400, "no JSON"),
        ("double", {"data": {"n": "1"}}, 415, "application/json"),
        ("nothing", {"json": {}}, 404, "nothing called"),
        ("count", {"json": {"n": 1}}, 404, "nothing called"),
        ("fail", {"json": {"n": 0}}, 400, "no such load"),
        ("fail", {"json": {"n": 1}}, 502, "slave 4 did not answer"),
    ],
)
async def test_a_refusal_says_who_has_to_act(
    site: Site, name: str, options: dict[str, Any], status: int, said: str
) -> None:
    answered, answer = await _order(site, name, **options)
    assert answered == status
    assert said in answer["error"]["message"]


async def test_events_come_one_by_one_and_end(site: Site) -> None:
    async with site.session.get(site.url("/api/v1/events/count?n=2")) as answer:
        lines = [line.strip() async for line in answer.content]
    data = [json.loads(line[6:]) for line in lines if line.startswith(b"data: ")]
    assert data == [{"number": 0}, {"number": 1}, None]
    assert b"event: end" in lines


async def test_who_leaves_ends_the_events(site: Site, told: Told) -> None:
    async with site.session.get(site.url("/api/v1/events/count?n=9")) as answer:
        async for line in answer.content:
            if b"8" in line:
                break
    async with asyncio.timeout(SOON):
        await told.closed.wait()


@pytest.mark.parametrize(
    ("path", "status"),
    [("secret?n=1", 403), ("count", 400), ("double?n=1", 404), ("nothing", 404)],
)
async def test_events_are_refused_before_they_begin(site: Site, path: str, status: int) -> None:
    answered, _ = await site.get(f"/api/v1/events/{path}")
    assert answered == status


async def test_the_table_is_listed_with_arguments_and_profiles(site: Site) -> None:
    status, answer = await site.get("/api/v1/commands")
    found = {entry["name"]: entry for entry in answer["commands"]}
    assert status == 200
    assert sorted(found) == ["count", "double", "fail", "reset", "secret"]
    assert found["reset"]["profiles"] == ["admin", "cyber"]
    assert (found["count"]["events"], found["double"]["events"]) == (True, False)
    assert found["double"]["arguments"]["properties"]["n"]["type"] == "integer"
