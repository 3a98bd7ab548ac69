"""Our engine alone on one line: `bench.bus_master PATH BAUD SLAVES WORDS READS TIMEOUT_MS`.

The timeout is the longest turnaround that the line's settings allow. Prints what came of the reads
and what they cost, as rtu_master.c does.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bench import registers
from digigate.bus.line import Line
from digigate.bus.port import open_port
from digigate.bus.requests import Priority
from digigate.errors import SlaveError
from digigate.settings.sections import Line as LineSettings

BLOCKS = 3  # reads of different registers of one slave, one after the other
READERS = 4  # reads under way at a time: while one slave is silent the others are asked


@dataclass(slots=True)
class Tally:
    """What came of the reads."""

    right: int = 0
    wrong: int = 0
    failed: int = 0


def reads(slaves: int, count: int) -> Iterator[tuple[int, int]]:
    """Unit and first address of each read, in the order in which rtu_master.c asks."""
    for i in range(count):
        yield 1 + i // BLOCKS % slaves, 1000 * (1 + i % BLOCKS)


@cache
def truth(unit: int, address: int, words: int) -> bytes:
    """What the slave holds there; remembered, so that comparing costs the master nothing."""
    return registers.registers(unit, address, words)


async def _read(line: Line, asked: Iterator[tuple[int, int]], words: int, tally: Tally) -> None:
    for unit, address in asked:
        pdu = b"\x03" + address.to_bytes(2, "big") + words.to_bytes(2, "big")
        try:
            answer = await line.request(unit, pdu, Priority.POLL)
        except SlaveError:
            tally.failed += 1
            continue
        if answer[2:] == truth(unit, address, words):
            tally.right += 1
        else:
            tally.wrong += 1


async def _master(path: str, baud: int, slaves: int, words: int, count: int, timeout: int) -> None:
    settings = LineSettings.model_validate(
        {"port": path, "baudrate": baud, "turnaround_max": timeout / 1000}
    )
    line, tally = Line("bench", settings), Tally()
    port = await open_port(settings, line.heard)
    line.attach(port.write)
    for unit, address in reads(slaves, BLOCKS * slaves):
        truth(unit, address, words)
    before, asked = time.process_time(), reads(slaves, count)
    async with asyncio.TaskGroup() as readers:
        for _ in range(READERS):
            readers.create_task(_read(line, asked, words, tally))
    cpu_ms = 1e3 * (time.process_time() - before)
    line.detach("the bench is over")
    await port.close()
    found = {"right": tally.right, "wrong": tally.wrong, "failed": tally.failed}
    print(json.dumps({"reads": count, **found, "cpu_ms": cpu_ms}))


def main() -> None:
    """Run with the arguments of the command line."""
    path, *numbers = sys.argv[1:]
    baud, slaves, words, count, timeout = map(int, numbers)
    asyncio.run(_master(path, baud, slaves, words, count, timeout))


if __name__ == "__main__":
    main()
