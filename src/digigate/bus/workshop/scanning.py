"""Who answers on a line, and at which speed: reads only, one address after the other."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Protocol

from digigate.bus.identification import MAGIC, identify
from digigate.bus.line import Line
from digigate.bus.port import open_port
from digigate.bus.trace import Frame
from digigate.bus.vocabulary import exception_words
from digigate.catalogue import Catalogue
from digigate.errors import SlaveException, SlaveGarbled, SlaveTimeout
from digigate.settings.sections import Line as LineSettings
from digigate.settings.topology import BusName
from digigate.watchers import Watchers

PATIENCE = 0.25
"""Seconds for a slave to begin its answer: the figure of the A40 manual (facts §2)."""
PLATE = 50000
SCANNING = "a scan of addresses is running"
SPEEDS_SCANNING = "a scan of speeds has the port"
SPEEDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


class Answer(StrEnum):
    """What an address said."""

    SILENT = "silent"
    IDENTIFIED = "identified"  # a SOCOMEC device, perhaps of a model that we do not know
    ANSWERS = "answers"  # some other device
    REFUSES = "refuses"  # a device that does not have the register
    GARBLED = "garbled"  # heard, twice, but never right: noise, or two slaves on one address


@dataclass(frozen=True, slots=True)
class Looked:
    """What one address said; `took` is its first exchange in seconds."""

    bus: BusName
    unit: int
    answer: Answer
    words: str = ""
    model: str = ""
    serial: str = ""
    net_id: int = 0
    took: float | None = None


@dataclass(frozen=True, slots=True)
class Speed:
    """What was heard at one speed: units that answered rightly, and octets of noise."""

    baudrate: int
    units: tuple[int, ...]
    noise: int
    current: bool
    """The line is set to this speed."""


class Seizing(Protocol):
    """The bus, as scans need it."""

    frames: Watchers[[Frame]]

    def seize(
        self, *names: BusName, reason: str
    ) -> AbstractAsyncContextManager[dict[BusName, Line]]:
        """Raw requests to any unit of these lines, and nobody else's."""

    def lend(self, name: BusName, reason: str) -> AbstractAsyncContextManager[LineSettings]:
        """The line's port is closed while the block runs."""


async def scan(
    bus: Seizing,
    names: Sequence[BusName],
    units: Sequence[int],
    catalogue: Catalogue,
    register: int | None = None,
) -> AsyncGenerator[Looked, None]:
    """What each address of these lines says, as they answer; polling rests there meanwhile.

    Raises:
        LineSeized: detection, or another scan, has a line.
        LineDown: a port is closed or was lost; the other line is scanned first.
    """
    heard: asyncio.Queue[Looked | None] = asyncio.Queue()

    async def one(name: BusName) -> None:
        try:
            async with bus.seize(name, reason=SCANNING) as lines:
                for unit in units:
                    heard.put_nowait(await look(name, lines[name], unit, catalogue, register))
        finally:
            heard.put_nowait(None)

    scans = [asyncio.create_task(one(name)) for name in names]
    try:
        left = len(scans)
        while left:
            looked = await heard.get()
            if looked is None:
                left -= 1
            else:
                yield looked
        for task in scans:
            await task
    finally:
        for task in scans:
            task.cancel()
        await asyncio.gather(*scans, return_exceptions=True)


async def look(
    bus: BusName, line: Line, unit: int, catalogue: Catalogue, register: int | None = None
) -> Looked:
    """Ask one address for its name plate, or for one register; raises LineDown."""
    for _ in range(2):  # once more where something is heard, because noise comes and goes
        try:
            return await _asked(bus, line, unit, catalogue, register)
        except SlaveGarbled:
            continue
        except SlaveTimeout:
            return Looked(bus, unit, Answer.SILENT)
    return Looked(bus, unit, Answer.GARBLED, "noise, or two slaves on this address")


async def _asked(
    bus: BusName, line: Line, unit: int, catalogue: Catalogue, register: int | None
) -> Looked:
    ask = partial(_words, line, unit)
    began = time.monotonic()
    try:
        await ask(PLATE if register is None else register, 1)
    except SlaveException as error:
        words, took = exception_words(error.code), time.monotonic() - began
        return Looked(bus, unit, Answer.REFUSES, words, took=took)
    took = time.monotonic() - began
    if register is not None:
        return Looked(bus, unit, Answer.ANSWERS, f"has register {register}", took=took)
    try:
        found = await identify(ask, catalogue)
    except SlaveException as error:
        words = f"does not identify itself: {exception_words(error.code)}"
        return Looked(bus, unit, Answer.ANSWERS, words, took=took)
    plate = found.plate
    if plate.magic != MAGIC:
        return Looked(bus, unit, Answer.ANSWERS, "is no SOCOMEC device", took=took)
    key = found.model.key if found.model else ""
    return Looked(bus, unit, Answer.IDENTIFIED, plate.words, key, plate.serial, found.net_id, took)


async def _words(line: Line, unit: int, start: int, count: int) -> bytes:
    pdu = b"\x03" + start.to_bytes(2, "big") + count.to_bytes(2, "big")
    return (await line.request(unit, pdu, patience=PATIENCE))[2:]


async def scan_speeds(
    bus: Seizing, name: BusName, units: Sequence[int], speeds: Iterable[int] = SPEEDS
) -> AsyncGenerator[Speed, None]:
    """What is heard at each speed when these units are asked for their name plates.

    Raises:
        LineSeized: detection, or another scan, has the line.
        LineDown: its port cannot be opened.
    """
    async with bus.lend(name, SPEEDS_SCANNING) as settings:
        for speed in speeds:
            yield await _heard_at(bus, name, settings, units, speed)


async def _heard_at(
    bus: Seizing, name: BusName, settings: LineSettings, units: Sequence[int], speed: int
) -> Speed:
    at_speed = LineSettings.model_validate(
        {**settings.model_dump(include=set(LineSettings.model_fields)), "baudrate": speed}
    )
    line = Line(name, at_speed, bus.frames)
    port = await open_port(at_speed, line.heard)
    try:
        line.on_bug = port.fail
        line.attach(port.write)
        answered = [unit for unit in units if await _answers(line, unit)]
    finally:
        line.detach(SPEEDS_SCANNING)
        await port.close()
    counters = line.ledger.tally.snapshot()
    noise = counters.stale_bytes + counters.garbled + counters.crc_errors
    return Speed(speed, tuple(answered), noise, speed == settings.baudrate)


async def _answers(line: Line, unit: int) -> bool:
    try:
        await _words(line, unit, PLATE, 1)
    except SlaveException:
        return True
    except SlaveTimeout:
        return False
    return True
