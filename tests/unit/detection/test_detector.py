"""Detection as a service: one search at a time, the topology in force, conditions, plain lines."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from digigate.bus.detection import CONFLICT, DetectionRooms, Detector, HintKind, Phase, Wishes
from digigate.bus.detection.detector import idle_buses
from digigate.bus.workshop.scanning import Speed
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import AddressConflict, LineSeized, SettingsError
from digigate.settings import KeptTopology
from digigate.settings.sections import Buses, Rs485, Settings
from digigate.settings.topology import BusName, Device, Topology
from fieldbus.wire import Wire
from unit.detection.site import AUTOMATIC, BUTTONS, CATALOGUE, DIGIWARE, FAST, RS485, slave, slaves


@dataclass
class Bus:
    """Lends wires, one at a time to one who asks."""

    wires: Mapping[BusName, Wire]
    seized: set[BusName] = field(default_factory=set)

    @asynccontextmanager
    async def seize(self, *names: BusName) -> AsyncIterator[Mapping[BusName, Wire]]:
        if self.seized & set(names):
            raise LineSeized("detection is running")
        self.seized |= set(names)
        try:
            yield {name: self.wires[name] for name in names}
        finally:
            self.seized -= set(names)


class Gateway:
    """A detector with its rooms; lines are private unless said otherwise."""

    def __init__(
        self, wires: Mapping[BusName, Wire], former: Topology, addressing: str = "private"
    ) -> None:
        lines = {bus.value: {"port": f"/dev/{bus}", "addressing": addressing} for bus in wires}
        self.settings = Settings.model_validate({"buses": lines})
        self.saved: list[Topology] = []
        self.plan = KeptTopology(former, lambda *_: None, self.saved.append)
        self.conditions = Conditions(Clock())
        self.detector = Detector(
            DetectionRooms(
                Bus(wires), self.plan, lambda: self.settings, self.hear, CATALOGUE, self.conditions
            )
        )

    async def hear(self, bus: BusName, units: Sequence[int]) -> AsyncGenerator[Speed, None]:
        """Unit 5 answers at 9600 Bd on every line."""
        for baudrate in (9600, 38400):
            heard = tuple(unit for unit in units if (unit, baudrate) == (5, 9600))
            yield Speed(baudrate, heard, 0, current=baudrate == 38400)

    def subjects(self) -> list[str]:
        """Which conflicts stand."""
        return [condition.subject for condition in self.conditions.active(CONFLICT)]

    async def search(self, wishes: Wishes) -> Phase:
        """Search to the end."""
        self.detector.start(wishes)
        async with aclosing(self.detector.watch()) as statuses:
            async for status in statuses:
                phase = status.phase
        return phase


@asynccontextmanager
async def running(
    wires: Mapping[BusName, Wire], former: Topology | None = None, addressing: str = "private"
) -> AsyncIterator[Gateway]:
    gateway = Gateway(wires, former or Topology(), addressing)
    task = asyncio.create_task(gateway.detector.run(lambda: None))
    yield gateway
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_was_found_is_the_topology_once_the_search_is_done() -> None:
    async with running({DIGIWARE: Wire(slave("digiware-i30", 4, 7))}) as gateway:
        assert await gateway.search(Wishes(FAST, AUTOMATIC)) is Phase.DONE
        assert [device.address for device in gateway.plan.current.devices] == [4]
        assert gateway.saved == [gateway.plan.current]
        assert gateway.detector.status.report is not None


async def test_only_one_search_runs_at_a_time() -> None:
    async with running({DIGIWARE: Wire(*slaves(2))}) as gateway:
        gateway.detector.start(Wishes(FAST, BUTTONS))
        with pytest.raises(SettingsError, match="running"):
            gateway.detector.start(Wishes(FAST, BUTTONS))


async def test_a_stopped_search_leaves_the_old_topology_in_force() -> None:
    known = Topology(devices=(Device(address=9, bus=DIGIWARE, model="digiware-i30"),))
    async with running({DIGIWARE: Wire(*slaves(2))}, known) as gateway:
        gateway.detector.start(Wishes(FAST, BUTTONS, keep=False))
        async with aclosing(gateway.detector.watch()) as statuses:
            async for status in statuses:
                if status.phase is Phase.CONFLICTS:
                    break
        assert (await gateway.detector.stop()).phase is Phase.STOPPED
        assert (gateway.plan.current, gateway.saved) == (known, [])
        assert gateway.subjects() == ["digiware:5"]
        assert await gateway.search(Wishes(FAST, AUTOMATIC)) is Phase.DONE
        assert gateway.subjects() == []


async def test_a_search_that_never_began_can_be_stopped() -> None:
    gateway = Gateway({DIGIWARE: Wire()}, Topology())
    gateway.detector.start(Wishes(FAST, BUTTONS))
    assert (await gateway.detector.stop()).phase is Phase.STOPPED
    gateway.detector.start(Wishes(FAST, BUTTONS))


async def test_a_search_that_cannot_be_done_says_why() -> None:
    wire = Wire()
    wire.down = "no such device"
    async with running({DIGIWARE: wire}) as gateway:
        assert await gateway.search(Wishes(FAST, BUTTONS)) is Phase.FAILED
        assert gateway.detector.status.reason == "no such device"
        assert await gateway.search(Wishes(FAST, BUTTONS)) is Phase.FAILED  # and may be tried again


async def test_late_joiners_get_the_status_as_it_stands() -> None:
    async with running({DIGIWARE: Wire(*slaves(2))}) as gateway:
        await gateway.search(Wishes(FAST, AUTOMATIC))
        async with aclosing(gateway.detector.watch()) as statuses:
            assert [status.phase async for status in statuses] == [Phase.DONE]


async def test_without_a_wired_bus_there_is_nothing_to_search() -> None:
    async with running({}) as gateway:
        with pytest.raises(SettingsError, match=r"buses\.digiware\.port"):
            gateway.detector.start(Wishes(FAST, BUTTONS))


def test_an_rs485_port_in_the_role_of_a_slave_is_not_searched() -> None:
    buses = Buses(rs485=Rs485.model_validate({"port": "/dev/x", "role": "slave"}))
    assert set(idle_buses(buses)) == {DIGIWARE, RS485}
    assert "role: slave" in idle_buses(buses)[RS485]


async def test_conflicts_of_a_plain_line_stand_until_they_are_assigned_away() -> None:
    wire = Wire(slave("diris-b30", 5, serial="25101050701"), slave("diris-b30", 5))
    first, second = wire.slaves
    async with running({RS485: wire}, addressing="plain") as gateway:
        await gateway.search(Wishes(FAST, AUTOMATIC))
        assert gateway.subjects() == ["rs485:5"]
        with pytest.raises(AddressConflict, match="one of them connected"):
            await gateway.detector.assign(RS485, 5, 6)
        wire.slaves.remove(second)
        sighting = await gateway.detector.assign(RS485, 5, 6)
        assert (sighting.address, sighting.serial, first.address) == (6, "25101050701", 6)
        assert first.written == [(58112, 1000), (57344, 6), (57856, 0xA1)]
        assert [device.address for device in gateway.plan.current.devices] == [6]
        assert gateway.subjects() == []


async def test_assigning_the_own_address_only_enters_the_slave() -> None:
    wire = Wire(slave("diris-b30", 5))
    async with running({RS485: wire}, addressing="plain") as gateway:
        await gateway.detector.assign(RS485, 5, 5)
        assert wire.slaves[0].written == []
        assert [device.address for device in gateway.plan.current.devices] == [5]


async def test_nothing_is_written_to_whom_we_do_not_know() -> None:
    foreign = slave("diris-b30", 5)
    foreign.magic = "ELSE"
    async with running({RS485: Wire(foreign)}, addressing="plain") as gateway:
        with pytest.raises(SettingsError, match="no model that we know"):
            await gateway.detector.assign(RS485, 5, 6)
        assert foreign.written == []


@pytest.mark.parametrize(
    ("to", "words"),
    [(1, "own address"), (9, "Office"), (7, "answers at 7 already")],
    ids=["the gateway's", "a device's", "somebody's"],
)
async def test_an_address_that_is_taken_is_refused(to: int, words: str) -> None:
    known = Topology(devices=(Device(address=9, bus=DIGIWARE, model="diris-b30", name="Office"),))
    wire = Wire(slave("diris-b30", 5), slave("diris-b30", 7))
    async with running({RS485: wire}, known, addressing="plain") as gateway:
        with pytest.raises(SettingsError, match=words):
            await gateway.detector.assign(RS485, 5, to)
        assert wire.slaves[0].written == []


async def test_assigning_to_nobody_says_so() -> None:
    async with running({RS485: Wire()}, addressing="plain") as gateway:
        with pytest.raises(SettingsError, match="nobody answers at 5"):
            await gateway.detector.assign(RS485, 5, 6)
        with pytest.raises(SettingsError, match="no port"):
            await gateway.detector.assign(DIGIWARE, 5, 6)


async def test_a_known_device_keeps_its_name_at_its_assigned_address() -> None:
    known = Device(address=5, bus=RS485, model="diris-b30", serial="25101050701", name="Store")
    wire = Wire(slave("diris-b30", 5, serial="25101050701"))
    async with running({RS485: wire}, Topology(devices=(known,)), addressing="plain") as gateway:
        await gateway.detector.assign(RS485, 5, 6)
        assert [(d.address, d.name) for d in gateway.plan.current.devices] == [(6, "Store")]


@pytest.mark.parametrize("speeds", [True, False])
async def test_a_silent_line_is_heard_at_other_speeds_where_that_was_asked_for(
    speeds: bool,
) -> None:
    wires = {DIGIWARE: Wire(), RS485: Wire(slave("diris-b30", 5, 9))}
    async with running(wires) as gateway:
        await gateway.search(Wishes(FAST, AUTOMATIC, speeds=speeds))
        report = gateway.detector.status.report
        assert report is not None
        found = [hint.text for hint in report.hints if hint.kind is HintKind.SPEED]
        assert found == ["digiware: at 9600 Bd somebody answers at 5"] * speeds


async def test_a_conflict_on_a_bus_that_could_not_be_searched_still_stands() -> None:
    wires = {DIGIWARE: Wire(slave("digiware-i30", 4, 7)), RS485: Wire(*slaves(2))}
    async with running(wires, addressing="plain") as gateway:
        await gateway.search(Wishes(FAST, AUTOMATIC))
        assert gateway.subjects() == ["rs485:5"]
        wires[RS485].down = "the cable was pulled"
        await gateway.search(Wishes(FAST, AUTOMATIC))
        assert gateway.subjects() == ["rs485:5"]


async def test_a_topology_that_was_edited_meanwhile_is_not_overwritten() -> None:
    edited = Topology(devices=(Device(address=9, bus=DIGIWARE, model="digiware-i30"),))
    wire = Wire(slave("digiware-i30", 4, 7))
    async with running({DIGIWARE: wire}) as gateway:
        wire.before = lambda unit, _: gateway.plan.replace(edited) if unit == 50 else None
        assert await gateway.search(Wishes(FAST, AUTOMATIC)) is Phase.FAILED
        assert gateway.plan.current == edited
        assert "edited" in gateway.detector.status.reason
