"""On RS485 beside other slaves: it speaks when asked, in time, and never for another."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digigate.bus.frames import build, crc16
from digigate.services.modbus import RtuSlave
from digigate.services.modbus.rtu import slave as module
from digigate.settings.sections import Rs485
from modbus import POLLED, STRANGER, UNPOLLED, Plant
from modbus.plant import GATEWAY

READ = b"\x03\x48\x00\x00\x02"
READ_LINE = b"\x03\x00\x01\x00\x01"
SOCO = b"\x03\xc3\x50\x00\x01"
ASKED, ANSWER = build(GATEWAY.address, SOCO), build(GATEWAY.address, b"\x03\x02\x00S")
NEIGHBOUR = 77


class Line:
    """A line whose silences are made by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, echo: bool = False) -> None:
        self.plant = Plant(also=frozenset())
        self.now = 0.0
        self.said: list[bytes] = []
        self.bugs: list[BaseException] = []
        monkeypatch.setattr(module, "Timer", self._timer)
        monkeypatch.setattr(module, "_monotonic", lambda: self.now)
        self.slave = RtuSlave("rs485", Rs485(echo=echo), self.plant.handler)
        self.slave.on_bug = self.bugs.append
        self.slave.attach(self.said.append)

    def _timer(self, silence: Callable[[], None]) -> "Line":
        self.fall_silent = silence
        return self

    def arm(self, at: float) -> None:
        assert at == self.now + self.slave._silence

    def close(self) -> None:
        pass

    def hear(self, *pieces: bytes) -> None:
        """Each piece with a silence behind it."""
        for piece in pieces:
            self.slave.heard(piece, self.now)
            self.fall_silent()

    async def settle(self) -> list[bytes]:
        """What was said once nothing is under way."""
        for _ in range(50):
            await asyncio.sleep(0)
        said, self.said[:] = list(self.said), []
        return said


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    line = Line(monkeypatch)
    yield line
    assert line.bugs == []


async def test_it_answers_for_the_gateway_and_its_slaves(line: Line) -> None:
    line.hear(ASKED)
    assert await line.settle() == [ANSWER]
    line.hear(build(UNPOLLED, READ_LINE))
    assert await line.settle() == [build(UNPOLLED, b"\x03\x02\x60\x07")]
    line.hear(build(POLLED, READ))
    assert len(await line.settle()) == 1


async def test_it_speaks_only_after_a_silence(line: Line) -> None:
    line.slave.heard(ASKED, 0.0)
    assert line.said == []
    line.slave.heard(b"\x4d", 0.0)
    line.fall_silent()
    assert await line.settle() == []


@pytest.mark.parametrize("unit", [STRANGER, NEIGHBOUR, 255])
async def test_it_never_answers_for_another(line: Line, unit: int) -> None:
    line.hear(build(unit, SOCO))
    assert await line.settle() == []


async def test_a_request_is_found_behind_what_others_said(line: Line) -> None:
    chatter = build(NEIGHBOUR, READ) + build(NEIGHBOUR, b"\x03\x04\x01\x02\x03\x04")
    line.hear(chatter + ASKED)
    assert await line.settle() == [ANSWER]
    line.hear(b"\xff\x00\x55", chatter, ASKED[:3], ASKED[3:])
    assert await line.settle() == [ANSWER]


async def test_a_frame_of_another_that_ends_like_a_request_is_his(line: Line) -> None:
    """Its own CRC is the one of the request inside: the line fell silent behind both."""
    head = _head_before(ASKED)
    line.hear(head + ASKED)
    assert await line.settle() == []
    line.hear(b"\x01" + head[1:] + ASKED)
    assert await line.settle() == [ANSWER]


def _head_before(tail: bytes) -> bytes:
    """Octets of another unit behind which any whole frame makes a whole frame of his."""
    for number in range(1 << 24):
        head = bytes((NEIGHBOUR, 3)) + number.to_bytes(3, "big")
        if crc16(head) == 0xFFFF:
            assert crc16(head + tail) == 0
            return head
    raise AssertionError("there is one in 65536")


async def test_an_answer_behind_others_talk_is_dropped(line: Line) -> None:
    line.plant.line.open.clear()
    line.hear(build(UNPOLLED, READ_LINE))
    await line.settle()
    line.hear(build(NEIGHBOUR, READ))
    line.plant.line.open.set()
    assert await line.settle() == []
    assert line.plant.line.cancelled != []
    line.hear(ASKED)
    assert await line.settle() == [ANSWER]


async def test_an_answer_that_comes_too_late_is_dropped(line: Line) -> None:
    line.plant.line.open.clear()
    line.hear(build(UNPOLLED, READ_LINE))
    await line.settle()
    line.now += module.PATIENCE + 0.1
    line.plant.line.open.set()
    assert await line.settle() == []


async def test_a_broadcast_is_obeyed_in_silence(line: Line) -> None:
    line.hear(build(0, b"\x06\xe3\x00\x03\xe8"))
    assert await line.settle() == []
    assert line.plant.site.own._locks.is_open("rs485")


async def test_its_own_echo_is_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to FC06 is the request itself."""
    line = Line(monkeypatch, echo=True)
    write = build(UNPOLLED, b"\x06\x00\x01\x12\x34")
    line.hear(write)
    assert await line.settle() == [write]
    line.hear(write[:3], write[3:])
    assert await line.settle() == []
    line.hear(write)
    assert await line.settle() == [write]
    line.hear(ASKED)
    assert await line.settle() == [ANSWER]


async def test_it_begins_anew_when_the_port_is_back(line: Line) -> None:
    line.hear(ASKED[:4])
    line.slave.detach("pulled")
    line.slave.heard(ASKED, 0.0)
    line.slave.attach(line.said.append)
    line.hear(ASKED[4:])
    assert await line.settle() == []
    line.hear(ASKED)
    assert await line.settle() == [ANSWER]


async def test_a_bug_ends_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch)
    line.plant.handler._own = None  # type: ignore[assignment]
    line.slave.heard(ASKED, 0.0)
    with pytest.raises(AttributeError):
        line.fall_silent()
    assert len(line.bugs) == 1


FOREIGN = st.sampled_from([1, 2, 3, NEIGHBOUR, 200])
TALK = st.one_of(
    st.builds(
        lambda u, d: build(u, b"\x03" + bytes((len(d),)) + d), FOREIGN, st.binary(max_size=250)
    ),
    st.builds(build, FOREIGN, st.sampled_from([READ, READ_LINE, SOCO])),
    st.binary(max_size=100),
)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(TALK, min_size=1, max_size=3).map(b"".join), max_size=10))
def test_beside_any_talk_it_is_neither_loud_nor_deaf(pieces: list[bytes]) -> None:
    async def converse() -> tuple[list[bytes], list[bytes]]:
        with pytest.MonkeyPatch.context() as patch:
            line = Line(patch)
            line.hear(*(piece for piece in pieces if piece))
            strays = await line.settle()
            line.hear(ASKED)
            return strays, await line.settle()

    assert asyncio.run(converse()) == ([], [ANSWER])
