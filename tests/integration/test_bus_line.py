"""The engine against slaves on a pty that misbehave: never a wrong value, always an end."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from digigate.bus.line import Line
from digigate.bus.port import open_port
from digigate.bus.requests import Priority
from digigate.bus.trace import Frame, FrameKind
from digigate.errors import LineDown, SlaveError, SlaveException, SlaveGarbled, SlaveTimeout
from digigate.settings.sections import Line as LineSettings
from fieldbus import Faults, Pieces, ScriptedSlaves, eventually, honest, register, sealed

pytestmark = pytest.mark.timed

QUICK = 0.08  # seconds of turnaround allowed, so that tests of silence are short


def read(start: int, count: int = 4) -> bytes:
    return b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big")


def truth(unit: int, start: int, count: int = 4) -> bytes:
    words = b"".join(register(unit, start + i).to_bytes(2, "big") for i in range(count))
    return bytes((3, 2 * count)) + words


@asynccontextmanager
async def line_to(slaves: ScriptedSlaves, **settings: object) -> AsyncIterator[Line]:
    wanted = {"port": slaves.path, "baudrate": 115200, "turnaround_max": QUICK, **settings}
    configured = LineSettings.model_validate(wanted)
    line = Line("test", configured)
    port = await open_port(configured, line.heard)
    line.attach(port.write)
    try:
        yield line
    finally:
        line.detach("the test is over")
        await port.close()
        slaves.hang_up()


async def test_reads_and_writes_come_through() -> None:
    async with line_to(ScriptedSlaves([5])) as line:
        assert await line.request(5, read(100)) == truth(5, 100)
        assert await line.request(5, read(200, 125)) == truth(5, 200, 125)
        write = bytes.fromhex("0600010203")
        assert await line.request(5, write) == write
        many = bytes.fromhex("10000300020400010002")
        assert await line.request(5, many) == many[:5]
        assert line.ledger.tally.snapshot().answered == 4
        assert line.ledger.slave(5).turnaround.percentile(0.5) is not None


async def test_an_exception_is_raised_with_its_code() -> None:
    async with line_to(ScriptedSlaves([5])) as line:
        with pytest.raises(SlaveException) as caught:
            await line.request(5, b"\x2b\x0e\x01\x00\x00\x00\x00")
        assert caught.value.code == 1
        assert line.ledger.slave(5).tally.exceptions == 1


async def test_a_broadcast_is_answered_by_nobody_and_delays_the_next() -> None:
    slaves = ScriptedSlaves([5])
    async with line_to(slaves) as line:
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await line.request(0, bytes.fromhex("0600010203")) == b""
        assert loop.time() - began >= 0.1
        assert await line.request(5, read(1)) == truth(5, 1)
        assert [frame[0] for frame in slaves.requests] == [0, 5]


def corrupted(_: bytes, answer: bytes) -> Pieces:
    return ((0.001, answer[:-1] + bytes((answer[-1] ^ 0x40,))),)


def foreign_unit(_: bytes, answer: bytes) -> Pieces:
    return ((0.001, sealed(bytes((answer[0] + 1,)) + answer[1:-2])),)


def foreign_function(_: bytes, answer: bytes) -> Pieces:
    return ((0.001, sealed(answer[:1] + b"\x04" + answer[2:-2])),)


def one_register_short(_: bytes, answer: bytes) -> Pieces:
    return ((0.001, sealed(answer[:2] + bytes((answer[2] - 2,)) + answer[3:-4])),)


def truncated(_: bytes, answer: bytes) -> Pieces:
    return ((0.001, answer[:-3]),)


def two_at_once(_: bytes, answer: bytes) -> Pieces:
    other = sealed(answer[:3] + bytes(len(answer) - 5))
    return ((0.001, bytes(a ^ b for a, b in zip(answer, other, strict=True))),)


def silent(_: bytes, __: bytes) -> Pieces:
    return ()


def echo_only(request: bytes, _: bytes) -> Pieces:
    return ((0.0, request),)


@pytest.mark.parametrize(
    "fault",
    [
        corrupted,
        foreign_unit,
        foreign_function,
        one_register_short,
        truncated,
        two_at_once,
        silent,
        echo_only,
    ],
)
async def test_a_wrong_answer_is_no_answer_and_the_next_one_is_right(fault: Faults) -> None:
    slaves = ScriptedSlaves([5, 6], fault)
    failure = SlaveTimeout if fault is silent else SlaveGarbled
    async with line_to(slaves) as line:
        with pytest.raises(SlaveTimeout) as caught:
            await line.request(5, read(100))
        assert type(caught.value) is failure
        slaves.faults = honest
        assert await line.request(6, read(100)) == truth(6, 100)
        assert await line.request(5, read(100)) == truth(5, 100)
        counters = line.ledger.slave(5).tally.snapshot()
        assert (counters.asked, counters.answered) == (2, 1)
        assert counters.timeouts == int(fault is silent)
        assert counters.timeouts + counters.crc_errors + counters.garbled == 1
        assert counters.crc_errors == int(fault is corrupted)


def bytewise(_: bytes, answer: bytes) -> Pieces:
    return tuple((0.0005, answer[i : i + 1]) for i in range(len(answer)))


def with_pauses(_: bytes, answer: bytes) -> Pieces:
    return (0.001, answer[:4]), (0.015, answer[4:9]), (0.015, answer[9:])


def behind_noise(_: bytes, answer: bytes) -> Pieces:
    return (0.001, b"\x05\x03\x05\xff"), (0.002, answer)


def before_noise(_: bytes, answer: bytes) -> Pieces:
    return ((0.001, answer + b"\x05\x03"),)


def behind_a_neighbour(request: bytes, answer: bytes) -> Pieces:
    return ((0.001, sealed(b"\x09" + answer[1:3] + bytes(len(answer) - 5)) + answer),)


@pytest.mark.parametrize(
    ("delivery", "stale"),
    [(bytewise, 0), (with_pauses, 0), (behind_noise, 4), (before_noise, 2),
     (behind_a_neighbour, 13)],
)  # fmt: skip
async def test_however_the_answer_is_delivered_it_is_found(delivery: Faults, stale: int) -> None:
    async with line_to(ScriptedSlaves([5], delivery)) as line:
        for start in range(3):
            assert await line.request(5, read(start)) == truth(5, start)
        assert line.ledger.tally.snapshot().stale_bytes == 3 * stale


async def test_an_echo_is_taken_off_where_the_setting_says_so() -> None:
    def echoing(request: bytes, answer: bytes) -> Pieces:
        return (0.0, request), (0.002, answer)

    async with line_to(ScriptedSlaves([5], echoing), echo=True) as line:
        assert await line.request(5, read(1)) == truth(5, 1)
        write = bytes.fromhex("0600010203")
        assert await line.request(5, write) == write
        assert line.ledger.tally.snapshot().stale_bytes == 0


async def test_the_echo_of_a_write_is_not_its_answer() -> None:
    async with line_to(ScriptedSlaves([5], echo_only), echo=True) as line:
        with pytest.raises(SlaveTimeout):
            await line.request(5, bytes.fromhex("0600010203"))


async def test_a_garbled_echo_means_a_collision() -> None:
    def collided(request: bytes, answer: bytes) -> Pieces:
        return (0.0, request[:-1] + b"\x55"), (0.002, answer)

    async with line_to(ScriptedSlaves([5], collided), echo=True) as line:
        with pytest.raises(SlaveTimeout):
            await line.request(5, read(1))


async def test_a_babbling_line_still_ends_every_request_and_recovers() -> None:
    slaves = ScriptedSlaves([5])
    async with line_to(slaves) as line:

        async def babble() -> None:
            while True:
                slaves.send(os.urandom(16))
                await asyncio.sleep(0.001)

        noise = asyncio.create_task(babble())
        await asyncio.sleep(0.01)
        for start in range(2):
            outcome = await asyncio.wait_for(_outcome(line, start), 10)
            assert outcome in (None, truth(5, start))
        noise.cancel()
        assert line.ledger.tally.snapshot().stale_bytes > 0
        assert await asyncio.wait_for(line.request(5, read(9, 7)), 10) == truth(5, 9, 7)


async def _outcome(line: Line, start: int) -> bytes | None:
    try:
        return await line.request(5, read(start))
    except SlaveError:
        return None


async def test_bytes_that_nobody_asked_for_are_counted_and_dropped() -> None:
    slaves = ScriptedSlaves([5])
    async with line_to(slaves) as line:
        slaves.send(sealed(truth(5, 0).join((b"\x05", b""))))
        await eventually(lambda: line.ledger.tally.stale_bytes >= 13)
        assert await line.request(5, read(700)) == truth(5, 700)


async def test_no_late_answer_is_ever_taken_for_another_register() -> None:
    """1000 reads of one length; each eighth answer comes behind the deadline, some behind the
    longest turnaround that the setting allows, when the slave has been asked anew.
    """
    dice = random.Random(7)

    def sometimes_late(_: bytes, answer: bytes) -> Pieces:
        late = dice.random() < 1 / 8
        return ((dice.uniform(0.1, 0.25) if late else 0.0005, answer),)

    units, wrong, right = range(1, 9), [], 0
    slaves = ScriptedSlaves(units, sometimes_late)
    async with line_to(slaves) as line:

        async def reader(unit: int) -> None:
            nonlocal right
            for start in range(0, 1000, 8):
                try:
                    got = await line.request(unit, read(start), Priority.POLL, unit)
                except SlaveTimeout:
                    continue
                right += got == truth(unit, start)
                if got != truth(unit, start):
                    wrong.append((unit, start, got))

        await asyncio.gather(*(reader(unit) for unit in units))
        assert wrong == []
        assert right > 700
        assert line.ledger.tally.asked == 1000
        assert line.ledger.tally.timeouts > 50


async def test_a_missing_slave_does_not_hold_up_the_others() -> None:
    async with line_to(ScriptedSlaves([1, 2])) as line:
        missing = [asyncio.create_task(_outcome(line, start)) for start in range(3)]
        for start in range(20):
            assert await line.request(1 + start % 2, read(start)) == truth(1 + start % 2, start)
        assert not missing[-1].done()  # held back, while the others were served
        for task in missing:
            task.cancel()


async def test_equal_reads_go_over_the_wire_once() -> None:
    slaves = ScriptedSlaves([5])
    async with line_to(slaves) as line:
        answers = await asyncio.gather(
            *(line.request(5, read(100), client=name) for name in ("a", "b", "c"))
        )
        assert answers == [truth(5, 100)] * 3
        assert len(slaves.requests) == 1


async def test_patience_replaces_what_is_allowed_and_learnt() -> None:
    def slow(_: bytes, answer: bytes) -> Pieces:
        return ((0.3, answer),)

    async with line_to(ScriptedSlaves([5], slow)) as line:
        assert await line.request(5, read(1), patience=5.0) == truth(5, 1)
        with pytest.raises(SlaveTimeout):
            await line.request(5, read(2))


async def test_with_patience_a_silent_unit_may_be_asked_again_at_once() -> None:
    async with line_to(ScriptedSlaves([]), turnaround_max=5) as line:
        async with asyncio.timeout(4):
            for start in range(6):
                with pytest.raises(SlaveTimeout):
                    await line.request(248, read(start), patience=0.01)


async def test_who_watches_sees_each_frame_and_what_became_of_it() -> None:
    seen: list[Frame] = []
    slaves = ScriptedSlaves([5], honest)
    async with line_to(slaves) as line:
        await line.request(5, read(1))
        with line.frames.watch(seen.append):
            await line.request(5, read(2))
            with pytest.raises(SlaveException):
                await line.request(5, b"\x2b\x0e\x01\x00\x00")
            await line.request(0, bytes.fromhex("0600010203"))
            slaves.faults = corrupted
            with pytest.raises(SlaveGarbled):
                await line.request(5, read(3))
            slaves.faults = silent
            with pytest.raises(SlaveTimeout):
                await line.request(5, read(3))
            slaves.send(b"\x00\xff")
            await eventually(lambda: seen[-1].kind is FrameKind.STRAY)
    asked = FrameKind.REQUEST
    kinds = [asked, FrameKind.ANSWER, asked, FrameKind.EXCEPTION, FrameKind.BROADCAST]
    kinds += [asked, FrameKind.GARBLED, asked, FrameKind.TIMEOUT, FrameKind.STRAY]
    assert [frame.kind for frame in seen] == kinds
    assert seen[0].data == sealed(b"\x05" + read(2))
    assert seen[1].data == sealed(b"\x05" + truth(5, 2))
    assert (seen[1].line, seen[1].unit) == ("test", 5)
    assert seen[1].took == pytest.approx(seen[1].time - seen[0].time)
    assert seen[-1].data == b"\x00\xff"


async def test_an_adapter_that_echoes_unasked_is_named() -> None:
    async with line_to(ScriptedSlaves([5], echo_only)) as line:
        with pytest.raises(SlaveGarbled, match="echo: true"):
            await line.request(5, read(1))


async def test_what_a_lost_line_swallowed_is_counted() -> None:
    async with line_to(ScriptedSlaves([])) as line:
        asking = asyncio.create_task(line.request(5, read(1)))
        await eventually(lambda: line.ledger.tally.asked == 1)
        line.detach("the cable was pulled")
        with pytest.raises(LineDown):
            await asking
        assert line.ledger.slave(5).tally.lost == 1


async def test_what_a_vanished_client_asked_is_not_sent() -> None:
    slaves = ScriptedSlaves([5])
    async with line_to(slaves) as line:
        first = asyncio.create_task(line.request(5, read(1), client="a"))
        gone = asyncio.create_task(line.request(5, read(2), client="b"))
        await asyncio.sleep(0)
        gone.cancel()
        assert await first == truth(5, 1)
        assert await line.request(5, read(3)) == truth(5, 3)
        assert [frame[3] for frame in slaves.requests] == [1, 3]


async def test_the_silence_between_frames_is_kept() -> None:
    arrivals: list[float] = []
    loop = asyncio.get_running_loop()
    gap = 0.03

    def noting(_: bytes, answer: bytes) -> Pieces:
        arrivals.append(loop.time())
        return ((0.0, answer),)

    async with line_to(ScriptedSlaves([5], noting), gap=gap) as line:
        await asyncio.gather(*(line.request(5, read(n), client=n) for n in range(5)))
    assert all(b - a >= gap for a, b in pairwise(arrivals))


async def test_a_lost_line_fails_all_who_wait_and_all_who_ask() -> None:
    async with line_to(ScriptedSlaves([])) as line:
        waiting = [asyncio.create_task(line.request(5, read(n), client=n)) for n in range(3)]
        await asyncio.sleep(0.01)
        line.detach("the cable was pulled")
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [LineDown] * 3
        with pytest.raises(LineDown, match="the cable was pulled"):
            await line.request(5, read(1))


async def test_a_failure_of_our_own_is_told_to_the_owner() -> None:
    slaves = ScriptedSlaves([5])
    async with line_to(slaves) as line:
        told: list[BaseException] = []
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        line.on_bug = told.append
        line._hear = None  # type: ignore[assignment,method-assign]
        asking = asyncio.create_task(line.request(5, read(1)))
        await eventually(lambda: bool(told))
        asking.cancel()
        assert isinstance(told[0], TypeError)
