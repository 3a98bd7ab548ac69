"""Whatever the segments, the answers to the same octets are the same, and nobody goes deaf."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from digigate.services.modbus.connection import Connection
from digigate.services.modbus.hall import Guest
from modbus import OFFLINE, POLLED, REFUSING, SILENT, STRANGER, UNPOLLED, FakeTransport, Plant, adu

UNITS = st.sampled_from([POLLED, UNPOLLED, SILENT, OFFLINE, REFUSING, STRANGER, 0, 255, 12])
WORD = st.one_of(st.sampled_from([0, 1, 12, 0xA1, 0xB2, 1000]), st.integers(0, 0xFFFF))
OWN = [20000, 20048, 20049, 21300, 29440, 57600, 57605, 57856, 57864, 58112, 50000, 50068]
ADDRESS = st.sampled_from([0, 1, 5, 0x4800, 0x4801, 0x4870, 0xFFFF, *OWN])
COUNT = st.sampled_from([0, 1, 2, 3, 66, 125, 126, 0xFFFF])


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


READS = st.builds(
    lambda f, a, n: bytes((f,)) + words(a, n), st.sampled_from([3, 4]), ADDRESS, COUNT
)
WRITES = st.builds(lambda a, v: b"\x06" + words(a, v), ADDRESS, WORD)
MANY = st.builds(
    lambda a, v: b"\x10" + words(a, len(v)) + bytes((2 * len(v),)) + words(*v),
    ADDRESS,
    st.lists(WORD, max_size=3),
)
NAMES = st.builds(lambda c, o: bytes((43, 14, c, o)), st.integers(0, 5), st.integers(0, 255))
PDUS = st.one_of(READS, WRITES, MANY, NAMES, st.binary(min_size=1, max_size=253))
STREAMS = st.lists(st.builds(adu, WORD, UNITS, PDUS), max_size=40).map(b"".join)
CUTS = st.lists(st.integers(0, 2000), max_size=30)


class OpenHouse:
    """A hall that lets everybody in."""

    def enter(self, guest: Guest) -> bool:
        return True

    def leave(self, guest: Guest) -> None:
        pass

    def purse(self, client: str) -> Callable[[int], bool]:
        return lambda _: True


def chunks(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    return [stream[a:b] for a, b in pairwise(places)]


async def until(true: Callable[[], bool]) -> None:
    for _ in range(100_000):
        if true():
            return
        await asyncio.sleep(0)
    raise AssertionError("the connection has stalled")


async def conversation(parts: list[bytes], rounds: int) -> tuple[bytes, bool]:
    """All that comes back for these segments, and whether the connection was ended."""
    plant = Plant()
    plant.line.turns = rounds
    connection = Connection(plant.handler, OpenHouse())
    transport = FakeTransport(connection)
    connection.connection_made(transport)
    for part in parts:
        await until(lambda: transport.is_reading() or transport.closed)
        if transport.closed:
            break
        connection.data_received(part)
        for _ in range(rounds):
            await asyncio.sleep(0)
    await until(lambda: not connection.is_asking and connection._turn is None)
    return bytes(transport.written), transport.closed


@settings(deadline=None, max_examples=60)
@given(STREAMS, CUTS, st.integers(0, 3))
def test_the_segments_do_not_matter(stream: bytes, cuts: list[int], rounds: int) -> None:
    whole, _ = asyncio.run(conversation([stream], 1))
    assert asyncio.run(conversation(chunks(stream, cuts), rounds)) == (whole, False)


@settings(deadline=None, max_examples=60)
@given(STREAMS, CUTS)
def test_a_connection_is_never_deaf(stream: bytes, cuts: list[int]) -> None:
    last = adu(0xBEEF, 255, b"\x03\xc3\x50\x00\x01")
    octets, _ = asyncio.run(conversation([*chunks(stream, cuts), last], 2))
    assert octets.endswith(adu(0xBEEF, 255, b"\x03\x02\x00S"))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.binary(min_size=1, max_size=600), max_size=8), STREAMS)
def test_noise_is_answered_or_ended(noise: list[bytes], stream: bytes) -> None:
    """No exception, and what was said before the noise is answered all the same."""
    before, _ = asyncio.run(conversation([stream], 1))
    octets, _ = asyncio.run(conversation([stream, *noise], 2))
    assert octets.startswith(before)


@settings(deadline=None, max_examples=100)
@given(st.binary(min_size=6, max_size=40), CUTS)
def test_noise_is_the_same_in_any_segments(noise: bytes, cuts: list[int]) -> None:
    whole = asyncio.run(conversation([noise], 1))
    assert asyncio.run(conversation(chunks(noise, cuts), 1)) == whole
