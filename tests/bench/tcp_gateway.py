"""Our Modbus TCP server behind the gate alone: `bench.tcp_gateway UNIT ADDRESS WORDS [ungated]`.

Prints its port and serves these registers of one slave from a filled image until it is ended.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Hashable
from functools import partial
from pathlib import Path
from unittest.mock import patch

from bench.registers import registers
from digigate.bus.requests import Priority
from digigate.catalogue import Certainty, Detection, LoadPlan, Model, Pace, Probe
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import LineDown
from digigate.firewall import Gate
from digigate.services.modbus import (
    ALWAYS_OWN,
    Connection,
    Handler,
    Place,
    TcpDoor,
    channels,
)
from digigate.settings.sections import Firewall
from digigate.state import Ports, StateDirectory
from digigate.store import Span, Store
from modbus import Site

MODEL = Model(
    key="bench",
    name="bench",
    family="bench",
    certainty=Certainty.OURS,
    detection=Detection.COMPLETE,
    probe=Probe(400, "bench", "bench", 0),
    loads=LoadPlan(0, 0),
    identification_words=66,
    blocks=(),
    points=(),
    composites=(),
)
LIMITS = Firewall(kbits=1_000_000, requests=100_000)  # the dearest path is measured, not a refusal


class NoGate(Gate):
    """Counts no request and refuses none; `Uncounted` does the same for octets."""

    def purse(self, client: str, service: str) -> Callable[[int], bool]:
        """One that is never empty."""
        return _always


class Uncounted(channels.Channel):
    """Reads as a channel does and counts nothing: what the gate costs is the difference."""

    def read(self) -> None:
        """As `Channel.read`, without the gate."""
        try:
            data = self._recv(channels.READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        if data:
            self._protocol.data_received(data)
        else:
            self.close()


def _always(requests: int) -> bool:
    return True


class NoLine:
    """The image answers everything; whoever asks the line nevertheless gets a refusal."""

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        """As `Requests.request`."""
        raise LineDown("the bench has no line")


def _store(clock: Clock, unit: int, address: int, words: int) -> Store:
    """One slave whose registers have just been read and stay fresh for the whole bench."""
    store = Store(clock)
    span = Span(address, words, Pace.INSTANT, "bench", period=3600.0)
    store.open(unit, MODEL, [span]).put(address, registers(unit, address, words))
    return store


async def _serve(
    state: StateDirectory, kind: type[Gate], unit: int, address: int, words: int
) -> None:
    clock = Clock()
    gate, ports = kind(LIMITS, Conditions(clock)), Ports(state)
    store = _store(clock, unit, address, words)
    own = Site().own
    handler = Handler(store, NoLine(), lambda u: u == unit, own, ALWAYS_OWN, lambda: True)
    place = Place("modbus_tcp", "127.0.0.1", 0)
    server = TcpDoor(place, gate, ports, partial(Connection, handler))
    await server.run(lambda: print(ports.all()["modbus_tcp"], flush=True))


def main() -> None:
    """Run with the arguments of the command line."""
    unit, address, words = map(int, sys.argv[1:4])
    kind, channel = Gate, channels.Channel
    if "ungated" in sys.argv[4:]:
        kind, channel = NoGate, Uncounted
    with (
        patch.object(channels, "Channel", channel),
        tempfile.TemporaryDirectory(prefix="digigate-bench-") as folder,
        StateDirectory(Path(folder)) as state,
    ):
        asyncio.run(_serve(state, kind, unit, address, words))


if __name__ == "__main__":
    main()
