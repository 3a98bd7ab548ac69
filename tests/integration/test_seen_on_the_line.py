"""Faults on a real line, as a listener sees them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from digigate.bus.line import Line
from digigate.bus.port import open_port
from digigate.bus.workshop import Fault, Interpreter, Listener, Traced, Wanted
from digigate.catalogue import Catalogue
from digigate.errors import SlaveTimeout
from digigate.settings.sections import Line as LineSettings
from fieldbus import Faults, ScriptedSlaves, eventually, honest

pytestmark = pytest.mark.timed

I30 = Catalogue.load().models["digiware-i30"]
PDU = bytes.fromhex("03 481a 0002")


@asynccontextmanager
async def watched(
    faults: Faults, *, echo: bool = False
) -> AsyncIterator[tuple[Line, list[Traced]]]:
    """A line with slave 4, and what its listener has seen so far."""
    slaves = ScriptedSlaves([4], faults)
    settings = LineSettings(port=slaves.path, turnaround_max=0.2, echo=echo)
    line = Line("digiware", settings)
    port = await open_port(settings, line.heard)
    line.attach(port.write)
    seen: list[Traced] = []
    listener = Listener(Interpreter(lambda *_: I30), Wanted())

    async def listen() -> None:
        async for event in listener.events(line.frames):
            assert isinstance(event, Traced)
            seen.append(event)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    try:
        yield line, seen
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        line.detach("the end")
        await port.close()
        slaves.hang_up()


async def test_a_late_answer_is_known_for_what_it_is() -> None:
    async with watched(lambda _, answer: ((0.6, answer),)) as (line, seen):
        with pytest.raises(SlaveTimeout):
            await line.request(4, PDU)
        await eventually(lambda: any(each.meaning.fault is Fault.LATE for each in seen))
    faults = [each.meaning.fault for each in seen if each.meaning.fault]
    assert faults == [Fault.TIMEOUT, Fault.LATE]
    assert "late answer of slave 4 to read registers 18458..18459 (2)" in seen[-1].meaning.text


async def test_an_adapter_that_echoes_is_told_apart_from_noise() -> None:
    async with watched(lambda request, _: ((0.001, request),)) as (line, seen):
        with pytest.raises(SlaveTimeout):
            await line.request(4, PDU)
        await eventually(lambda: any(each.meaning.fault for each in seen))
    assert [each.meaning.fault for each in seen if each.meaning.fault] == [Fault.ECHO]


async def test_what_an_honest_slave_says_is_no_fault() -> None:
    async with watched(honest) as (line, seen):
        await line.request(4, PDU)
        await eventually(lambda: len(seen) == 2)
    assert [each.meaning.fault for each in seen] == [Fault.NONE, Fault.NONE]
    assert seen[1].meaning.figures[0].name == "current.i1@instant/load1"
    assert seen[1].frame.took is not None
