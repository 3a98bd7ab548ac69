"""Waiting for the outputs of a slave to be read anew after a write."""

import asyncio

import pytest

from digigate.bus.roster import Roster
from digigate.catalogue import Catalogue, Pace, Point
from digigate.clock import Clock
from digigate.services.snmp.writing.shown import Reread
from digigate.settings.topology import BusName, Device, Topology
from digigate.store import SlaveImage, Span, Store
from fieldbus.talking import TalkingBus

CATALOGUE = Catalogue.load()
MODEL = CATALOGUE.models["digiware-io10"]
DEVICE = Device(address=10, bus=BusName.RS485, model=MODEL.key)
METER = Device(address=20, bus=BusName.RS485, model="countis-e14")


@pytest.fixture
def store() -> Store:
    return Store(Clock())


@pytest.fixture
def reread(store: Store) -> Reread:
    topology = Topology(devices=(DEVICE, METER))
    return Reread(store, Roster(TalkingBus({}), lambda: topology, CATALOGUE))


def _image(store: Store) -> SlaveImage:
    state = MODEL.named["logical-output.outputs_active_mask"]
    assert isinstance(state, Point)
    return store.open(10, MODEL, [Span(state.address, 1, Pace.INSTANT, state.block, 1.0)])


async def test_it_returns_once_the_outputs_have_been_read_again(
    store: Store, reread: Reread
) -> None:
    image = _image(store)
    image.put(11282, b"\0\0")
    image.invalidate()
    waiting = asyncio.create_task(reread(10))
    await asyncio.sleep(0)
    assert not waiting.done()
    image.put(11282, b"\0\1")
    async with asyncio.timeout(5):
        await waiting
    await reread(10)  # nothing to wait for


@pytest.mark.parametrize("address", [10, 20, 30])
async def test_where_nobody_reads_it_nobody_waits(reread: Reread, address: int) -> None:
    async with asyncio.timeout(1):
        await reread(address)


async def test_it_does_not_wait_for_ever(
    store: Store, reread: Reread, monkeypatch: pytest.MonkeyPatch
) -> None:
    _image(store)
    monkeypatch.setattr("digigate.services.snmp.writing.shown.PATIENCE", 0.01)
    async with asyncio.timeout(5):
        await reread(10)
