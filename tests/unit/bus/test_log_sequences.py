"""Command, header, data: one client at a time, and nobody else held up."""

import asyncio
from collections.abc import Hashable

import pytest

from digigate.bus.sequences import Layout, Sequences, Touched
from digigate.catalogue import Block, Catalogue, Pace

BLOCKS = (
    Block("instant", 100, 10, Pace.INSTANT, 0),
    Block("trend-log-command", 500, 2, Pace.DEMAND, 0),
    Block("trend-log-header", 510, 3, Pace.DEMAND, 0),
    Block("trend-log-data", 513, 20, Pace.DEMAND, 0),
    Block("quality-log-command", 600, 1, Pace.DEMAND, 0),
    Block("quality-log-data", 610, 9, Pace.DEMAND, 0),
    Block("survey-data", 700, 9, Pace.DEMAND, 0),
)
TREND, QUALITY = frozenset({"trend-log"}), frozenset({"quality-log"})
COMMAND = Touched(TREND, TREND)
DATA = Touched(TREND, frozenset())


def words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)


@pytest.mark.parametrize(
    ("pdu", "stems", "commanded"),
    [
        (b"\x03" + words(100, 10), frozenset(), frozenset()),
        (b"\x03" + words(513, 20), TREND, frozenset()),
        (b"\x04" + words(505, 6), TREND, frozenset()),
        (b"\x03" + words(500, 120), TREND | QUALITY, frozenset()),
        (b"\x03" + words(502, 8), frozenset(), frozenset()),
        (b"\x06" + words(500, 1), TREND, TREND),
        (b"\x06" + words(513, 1), TREND, frozenset()),
        (b"\x10" + words(499, 2) + b"\x04" + words(1, 2), TREND, TREND),
        (b"\x16" + words(600, 1, 2), QUALITY, QUALITY),
        (b"\x17" + words(610, 2, 500, 1) + b"\x02" + words(1), TREND | QUALITY, TREND),
        (b"\x05" + words(500, 0xFF00), frozenset(), frozenset()),
        (b"\x03" + words(700, 9), frozenset(), frozenset()),  # no command: no sequence
        (b"", frozenset(), frozenset()),
    ],
)
def test_a_request_touches_what_its_registers_lie_in(
    pdu: bytes, stems: frozenset[str], commanded: frozenset[str]
) -> None:
    assert Layout(BLOCKS).touched(pdu) == Touched(stems, commanded)


@pytest.mark.parametrize(
    ("model", "address", "stem"),
    [("diris-b30", 39632, "alarm-log"), ("diris-b30", 624, "events-log")],
)
def test_the_logs_of_the_documents_are_sequences(model: str, address: int, stem: str) -> None:
    layout = Layout(Catalogue.load().models[model].blocks)
    touched = layout.touched(b"\x06" + words(address, 1))
    assert touched == Touched(frozenset({stem}), frozenset({stem}))
    data = layout.touched(b"\x03" + words(address + 19, 1))
    assert data == Touched(frozenset({stem}), frozenset())


class Scene:
    """Sequences under a clock that only we move."""

    def __init__(self) -> None:
        self.seconds = 10.0
        self.sequences = Sequences(quiet=2.0, now=lambda: self.seconds)

    async def ask(self, touched: Touched, client: Hashable, unit: int = 5) -> None:
        async with self.sequences.turn(unit, touched, client):
            self.seconds += 0.1

    def pause(self, touched: Touched, client: Hashable, unit: int = 5) -> float:
        return self.sequences.pause(unit, touched, client)


async def test_who_writes_the_command_owns_the_sequence_until_he_is_quiet() -> None:
    scene = Scene()
    await scene.ask(COMMAND, "a")
    assert scene.pause(DATA, "a") == 0
    assert scene.pause(DATA, "b") == pytest.approx(2)
    scene.seconds += 1.5
    await scene.ask(DATA, "a")
    assert scene.pause(COMMAND, "b") == pytest.approx(2)
    scene.seconds += 2
    assert scene.pause(COMMAND, "b") == 0


async def test_other_sequences_and_other_slaves_are_free() -> None:
    scene = Scene()
    await scene.ask(COMMAND, "a")
    assert scene.pause(Touched(QUALITY, QUALITY), "b") == 0
    assert scene.pause(COMMAND, "b", unit=6) == 0
    assert scene.pause(Touched(frozenset(), frozenset()), "b") == 0


async def test_reading_alone_owns_nothing() -> None:
    scene = Scene()
    await scene.ask(DATA, "a")
    assert scene.pause(COMMAND, "b") == 0


async def test_while_the_owners_request_is_under_way_nobody_else_goes() -> None:
    scene = Scene()
    async with scene.sequences.turn(5, COMMAND, "a"):
        scene.seconds += 60
        assert scene.pause(DATA, "b") > 0
    assert scene.pause(DATA, "b") == pytest.approx(2)


async def test_the_next_client_waits_and_then_owns_it() -> None:
    sequences, order = Sequences(quiet=0.05), []

    async def download(client: str) -> None:
        for touched in (COMMAND, DATA, DATA):
            async with sequences.turn(5, touched, client):
                order.append(client)
                await asyncio.sleep(0.002)

    await asyncio.gather(download("a"), download("b"), download("c"))
    assert order[:3] == ["a"] * 3
    assert sorted(order[3:6]) in (["b"] * 3, ["c"] * 3)
