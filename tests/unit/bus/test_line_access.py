"""Who may ask now: clients and polling, one client alone, or one who seized the line."""

import asyncio
from collections.abc import Hashable

import pytest

from digigate.bus.access import Access
from digigate.bus.requests import Priority
from digigate.errors import LineSeized

READ = bytes.fromhex("0300640001")


class HeldLine:
    """A line that answers only when told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, Hashable]] = []
        self._waiting: list[asyncio.Future[bytes]] = []

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        self.asked.append((unit, client))
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        return await answer

    async def answer_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        for answer in waiting:
            answer.set_result(b"\x03\x02\x00\x01")
        await turned()


async def turned() -> None:
    """Let everything that can go on go on."""
    for _ in range(8):
        await asyncio.sleep(0)


@pytest.fixture
def line() -> HeldLine:
    return HeldLine()


@pytest.fixture
def access(line: HeldLine) -> Access:
    found = Access()
    found.line = line
    return found


async def test_a_seized_line_waits_for_what_is_under_way(access: Access, line: HeldLine) -> None:
    asking = asyncio.create_task(access.request(5, READ, client="a"))
    await turned()
    entered = asyncio.Event()

    async def seize() -> None:
        async with access.seize("detection is running"):
            entered.set()

    seizing = asyncio.create_task(seize())
    await turned()
    assert not entered.is_set()
    await line.answer_all()
    assert entered.is_set()
    await asyncio.gather(asking, seizing)


@pytest.mark.parametrize("priority", list(Priority))
async def test_while_a_line_is_seized_all_others_are_told_why(
    access: Access, line: HeldLine, priority: Priority
) -> None:
    async with access.seize("detection is running"):
        with pytest.raises(LineSeized, match="detection is running"):
            await access.request(5, READ, priority)
        with pytest.raises(LineSeized):
            await access.broadcast(bytes.fromhex("0600010002"))
        with pytest.raises(LineSeized):
            async with access.seize("a scan is running"):
                pass
    assert line.asked == []


async def test_polling_goes_on_when_the_line_is_free_again(access: Access) -> None:
    async with access.seize("a scan is running"):
        waiting = asyncio.create_task(access.free())
        await turned()
        assert not waiting.done()
    await asyncio.wait_for(waiting, 5)


async def test_a_session_keeps_other_clients_from_its_slave_only(
    access: Access, line: HeldLine
) -> None:
    async with access.session(5, "a"):
        tasks = [
            asyncio.create_task(access.request(unit, READ, priority, client))
            for unit, priority, client in (
                (5, Priority.CLIENT, "b"), (5, Priority.CLIENT, "a"),
                (6, Priority.CLIENT, "b"), (5, Priority.POLL, "b"),
            )
        ]  # fmt: skip
        await turned()
        assert line.asked == [(5, "a"), (6, "b"), (5, "b")]
        await line.answer_all()
    await turned()
    assert line.asked[3:] == [(5, "b")]
    await line.answer_all()
    await asyncio.gather(*tasks)


async def test_a_session_begins_when_the_requests_before_it_are_answered(
    access: Access, line: HeldLine
) -> None:
    before = asyncio.create_task(access.request(5, READ, client="b"))
    await turned()
    order: list[str] = []

    async def session() -> None:
        async with access.session(5, "a"):
            order.append("session")

    running = asyncio.create_task(session())
    after = asyncio.create_task(access.request(5, READ, client="b"))
    after.add_done_callback(lambda _: order.append("after"))
    await turned()
    assert order == []
    await line.answer_all()
    await before
    await running
    await line.answer_all()
    await after
    assert order == ["session", "after"]


async def test_one_session_waits_for_the_other(access: Access) -> None:
    order: list[str] = []

    async def session(name: str) -> None:
        async with access.session(5, name):
            order.append(f"{name} in")
            await turned()
            order.append(f"{name} out")

    await asyncio.gather(session("a"), session("b"))
    assert order == ["a in", "a out", "b in", "b out"]


async def test_who_gives_up_waiting_leaves_the_slave_to_others(
    access: Access, line: HeldLine
) -> None:
    asking = asyncio.create_task(access.request(5, READ, client="b"))
    await turned()

    async def session() -> None:
        async with access.session(5, "a"):
            pass

    waiting = asyncio.create_task(session())
    await turned()
    waiting.cancel()
    await turned()
    other = asyncio.create_task(access.request(5, READ, client="c"))
    await turned()
    assert line.asked == [(5, "b"), (5, "c")]
    await line.answer_all()
    await asyncio.gather(asking, other)
