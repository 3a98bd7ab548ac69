"""Somebody who works meanwhile: `bench.worker MODBUS_PORT HTTPS_PORT SOURCE SECONDS`.

Reads a register and asks the API in turn, over connections that stay; prints latencies in ms and
what was lost, as JSON.
"""

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Awaitable, Callable

from bench.flooder import GET, READ, START

PERIOD = 0.025
PATIENCE = 2.0
Ask = Callable[[], Awaitable[None]]


class Worker:
    """Counts one kind of request."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.lost = 0

    async def run(self, ask: Ask, seconds: float) -> None:
        """Ask again and again for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            try:
                async with asyncio.timeout(PATIENCE):
                    await ask()
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                self.lost += 1
            else:
                self.latencies.append(1e3 * (time.monotonic() - began))
            await asyncio.sleep(PERIOD)


async def _asker(port: int, source: str, *, tls: bool) -> Ask:
    context = None
    if tls:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(source, 0), ssl=context
    )

    async def modbus() -> None:
        writer.write(READ)
        await reader.readexactly(11)

    async def https() -> None:
        writer.write(GET)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].split(b"\r\n")[0]
        await reader.readexactly(int(length))

    return https if tls else modbus


async def _work(modbus_port: int, https_port: int, source: str, seconds: float) -> None:
    modbus, https = Worker(), Worker()
    ask_modbus = await _asker(modbus_port, source, tls=False)
    ask_https = await _asker(https_port, source, tls=True)
    await asyncio.gather(modbus.run(ask_modbus, seconds), https.run(ask_https, seconds))
    kinds = {"modbus": modbus, "https": https}
    told = {name: {"latencies": each.latencies, "lost": each.lost} for name, each in kinds.items()}
    print(json.dumps(told))


def main() -> None:
    """Run with the arguments of the command line."""
    modbus_port, https_port, source, seconds = sys.argv[1:]
    time.sleep(START)
    asyncio.run(_work(int(modbus_port), int(https_port), source, float(seconds)))


if __name__ == "__main__":
    main()
