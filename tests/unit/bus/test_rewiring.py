"""Loads switched or retyped in a device are noticed, and a refresh ends it."""

from collections.abc import Hashable
from datetime import UTC, datetime

import pytest

from digigate.bus.polled import PolledSlave, Surroundings
from digigate.bus.requests import Priority
from digigate.bus.rewiring import CHANGED, LoadWatch
from digigate.bus.status import SlaveState
from digigate.catalogue import Catalogue
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import SlaveTimeout
from digigate.settings.topology import BusName, Device, Load
from digigate.store import Store

SETTINGS = 13824
CATALOGUE = Catalogue.load()


class Line:
    """Load settings of the slaves: `types[unit][number]` is a code, 0 = switched off."""

    def __init__(self) -> None:
        self.types: dict[int, dict[int, int]] = {}
        self.asked: list[tuple[int, int, Priority]] = []
        self.silent = False

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        start = int.from_bytes(pdu[1:3], "big")
        number = (start - SETTINGS) // 32 + 1
        self.asked.append((unit, number, priority))
        if self.silent:
            raise SlaveTimeout("gone")
        code = self.types[unit].get(number, 0)
        return bytes((3, 4, 0, int(code > 0), 0, code))


class Scene:
    """A watch over slaves that are online."""

    def __init__(self, *devices: Device) -> None:
        clock = Clock(monotonic=lambda: 0.0, started=datetime(2026, 1, 1, tzinfo=UTC))
        self.line = Line()
        self.conditions = Conditions(clock)
        self.around = Surroundings(
            self.line, Store(clock), clock, self.conditions, CATALOGUE, 60.0, True, lambda: None
        )
        self.slaves: dict[int, PolledSlave] = {}
        for device in devices:
            self.put(device)
        self.watch = LoadWatch(self.line, self.slaves, self.conditions)

    def put(self, device: Device) -> None:
        slave = PolledSlave(device, self.around)
        slave.state = SlaveState.ONLINE
        self.slaves[device.address] = slave

    async def round(self) -> list[str]:
        """Look at every load once; what is wrong then."""
        count = sum(s.model.loads.count for s in self.slaves.values() if s.model)
        for _ in range(count + 1):
            await self.watch.look()
        return [condition.reason for condition in self.conditions.active(CHANGED)]


def module(address: int, *loads: Load) -> Device:
    return Device(address=address, bus=BusName.DIGIWARE, model="digiware-i35", loads=loads)


def load(number: int, type_: str = "") -> Load:
    return Load(number=number, type=type_)


@pytest.fixture
def scene() -> Scene:
    made = Scene(module(6, load(1, "3P+N-4CT"), load(2, "1P+N-1CT")))
    made.line.types = {6: {1: 9, 2: 1}}
    return made


async def test_each_load_is_looked_at_in_turn_behind_the_clients(scene: Scene) -> None:
    assert await scene.round() == []
    assert scene.line.asked == [(6, number, Priority.POLL) for number in (1, 2, 3)]


async def test_a_retyped_load_is_noticed_and_may_be_set_back(scene: Scene) -> None:
    scene.line.types[6][2] = 6
    assert await scene.round() == [
        (
            "slave 6 (DIRIS Digiware I-35): its loads changed"
            " (load 2 is 3P-3CT, was 1P+N-1CT): refresh them"
        )
    ]
    scene.line.types[6][2] = 1
    assert await scene.round() == []


async def test_a_load_that_is_switched_off_or_on_is_noticed(scene: Scene) -> None:
    assert await scene.round() == []
    scene.line.types[6] = {2: 1, 3: 1}
    (reason,) = await scene.round()
    assert "(load 1 is off, load 3 is on)" in reason


async def test_a_load_that_the_user_never_listed_is_not_missed(scene: Scene) -> None:
    scene.line.types[6][3] = 1
    assert await scene.round() == []


async def test_a_type_that_the_topology_does_not_say_is_the_one_first_seen() -> None:
    scene = Scene(module(6, load(1)))
    scene.line.types = {6: {1: 9}}
    assert await scene.round() == []
    scene.line.types[6][1] = 8
    (reason,) = await scene.round()
    assert "load 1 is 3P+N-3CT, was 3P+N-4CT" in reason


async def test_a_refresh_ends_it_at_once(scene: Scene) -> None:
    scene.line.types[6][2] = 6
    await scene.round()
    scene.put(module(6, load(1, "3P+N-4CT"), load(2, "3P-3CT")))
    scene.watch.settle()
    assert scene.conditions.active(CHANGED) == ()
    assert await scene.round() == []


async def test_a_renamed_load_ends_nothing(scene: Scene) -> None:
    scene.line.types[6][2] = 6
    await scene.round()
    former = scene.slaves[6].device
    renamed = former.loads[0].model_copy(update={"name": "IT"})
    scene.slaves[6].device = former.model_copy(update={"loads": (renamed, former.loads[1])})
    scene.watch.settle()
    assert len(scene.conditions.active(CHANGED)) == 1


async def test_what_leaves_takes_its_condition_along(scene: Scene) -> None:
    scene.line.types[6][2] = 6
    await scene.round()
    del scene.slaves[6]
    scene.watch.settle()
    assert scene.conditions.active(CHANGED) == ()
    assert await scene.round() == []


async def test_a_line_that_ends_takes_its_conditions_along(scene: Scene) -> None:
    scene.line.types[6][2] = 6
    await scene.round()
    scene.watch.close()
    assert scene.conditions.active(CHANGED) == ()


async def test_silence_changes_nothing(scene: Scene) -> None:
    scene.line.types[6][2] = 6
    before = await scene.round()
    scene.line.silent = True
    assert await scene.round() == before


@pytest.mark.parametrize("state", [SlaveState.SILENT, SlaveState.STRANGER, SlaveState.UNKNOWN])
async def test_only_who_is_online_is_looked_at(scene: Scene, state: SlaveState) -> None:
    scene.slaves[6].state = state
    await scene.round()
    assert scene.line.asked == []


async def test_nor_is_who_is_worked_on_or_has_no_load_settings() -> None:
    scene = Scene(
        module(6, load(1)).model_copy(update={"maintenance": True}),
        Device(address=21, bus=BusName.RS485, model="countis-e24", loads=(load(1),)),
        Device(address=3, bus=BusName.DIGIWARE, model="digiware-u30"),
    )
    await scene.round()
    assert scene.line.asked == []
