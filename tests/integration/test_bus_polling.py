"""The whole bus over ptys: from slaves on a line to values in the store and back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from digigate.bus import Bus, BusRooms, Frame, FrameKind, LineState, SlaveState
from digigate.catalogue import Model
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import LineDown, SlaveTimeout
from digigate.settings.sections import Buses, Polling
from digigate.settings.topology import BusName, Device, Topology
from digigate.store import Store
from fieldbus import Faults, ScriptedSlaves, eventually, honest
from fieldbus.models import BARE, GUESSED, LOGGER, METER, answer_of, catalogue, holding

pytestmark = pytest.mark.timed

DIGIWARE, RS485 = BusName.DIGIWARE, BusName.RS485
INSTANT = 100


class Scene:
    """Slaves on one pty, a bus with both lines, and the rooms around it."""

    def __init__(self, *devices: Device, **line: object) -> None:
        self.absent: set[int] = set()
        self.models = {device.address: METER for device in devices}
        self.slaves = ScriptedSlaves(range(1, 248), self._faults)
        self.slaves.answer = lambda request: answer_of(request, self._model(request[0]))
        self.faults: Faults = honest
        self.clock = Clock()
        self.store = Store(self.clock)
        self.conditions = Conditions(self.clock)
        rooms = BusRooms(self.store, self.conditions, self.clock, catalogue())
        self.topology = Topology(devices=devices)
        wired = {"port": self.slaves.path, "baudrate": 115200, "turnaround_max": 0.1, **line}
        self.settings = Buses.model_validate({"rs485": wired})
        self.polling = Polling()
        self.bus = Bus(self.settings, self.polling, self.topology, rooms)

    def _model(self, unit: int) -> Model:
        return self.models.get(unit, METER)

    def _faults(self, request: bytes, answer: bytes) -> tuple[tuple[float, bytes], ...]:
        if request[0] in self.absent:
            return ()
        return tuple(self.faults(request, answer))

    def state(self, address: int) -> SlaveState:
        return self.bus.slaves()[address].state

    def fresh(self, address: int) -> bool:
        return self.store.raw(address, INSTANT, 10) == holding(address, INSTANT, 10, METER)

    def subjects(self, name: str) -> set[str]:
        return {condition.subject for condition in self.conditions.active(name)}


def device(address: int, bus: BusName = RS485, model: Model = METER) -> Device:
    return Device(address=address, bus=bus, model=model.key)


@asynccontextmanager
async def running(scene: Scene) -> AsyncIterator[Scene]:
    ready = [asyncio.Event() for _ in BusName]
    tasks = [
        asyncio.create_task(
            scene.bus.service(name, getattr(scene.settings, name), scene.polling).run(event.set)
        )
        for name, event in zip(BusName, ready, strict=True)
    ]
    for event in ready:
        await asyncio.wait_for(event.wait(), 20)
    try:
        yield scene
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        scene.slaves.hang_up()
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


async def test_values_arrive_in_the_store() -> None:
    async with running(Scene(device(3), device(4))) as scene:
        await eventually(lambda: scene.fresh(3) and scene.fresh(4))
        await eventually(lambda: scene.store.raw(3, 200, 6) is not None)
        await eventually(lambda: scene.store.raw(4, 300, 4) is not None)
        assert scene.store.raw(3, 400, 4) is None
        status = scene.bus.slaves()[3]
        assert (status.state, status.bus) == (SlaveState.ONLINE, "rs485")
        assert status.counters.answered >= 3
        assert status.last_answer is not None
        digiware, rs485 = scene.bus.lines()
        assert digiware.state is LineState.UNWIRED
        assert rs485.state is LineState.UP
        assert rs485.cycle_planned == 0.5
        await eventually(lambda: scene.bus.lines()[1].cycle_p50 is not None)
        assert 0 < scene.bus.lines()[1].utilisation < 1


async def test_a_slave_switched_off_is_stale_and_the_rest_untouched() -> None:
    async with running(Scene(device(3), device(4))) as scene:
        await eventually(lambda: scene.fresh(3) and scene.fresh(4))
        scene.absent.add(3)
        await eventually(lambda: scene.state(3) is SlaveState.SILENT)
        assert not scene.fresh(3)
        assert scene.fresh(4)
        assert scene.subjects("slave.timeout") == {"3"}
        waiting = scene.bus.slaves()[3].retry_in
        assert waiting is not None
        assert waiting <= 1
        with pytest.raises(SlaveTimeout):
            await scene.bus.request(3, bytes.fromhex("0300640001"))
        scene.absent.clear()
        await eventually(lambda: scene.fresh(3))
        assert scene.subjects("slave.timeout") == set()
        assert scene.bus.slaves()[3].retry_in is None


async def test_a_dead_slave_costs_the_others_little() -> None:
    """Two of four never answer; the living two go on being read all the same."""
    devices = [device(address) for address in (3, 4, 5, 6)]
    scene = Scene(*devices)
    scene.absent |= {5, 6}
    async with running(scene):
        await eventually(lambda: scene.state(5) is scene.state(6) is SlaveState.SILENT)
        await eventually(lambda: (scene.bus.lines()[1].cycle_p95 or 9) < 1)
        before = scene.bus.slaves()[3].counters.answered
        tried = scene.bus.slaves()[5].counters.asked
        await eventually(lambda: scene.bus.slaves()[3].counters.answered >= before + 6)
        assert scene.bus.slaves()[5].counters.asked <= tried + 4
        assert scene.fresh(3)
        assert scene.fresh(4)


async def test_another_meter_at_an_address_is_a_stranger() -> None:
    scene = Scene(device(3), device(4))
    scene.models[4] = BARE
    async with running(scene):
        await eventually(lambda: scene.state(4) is SlaveState.STRANGER)
        assert scene.subjects("slave.stranger") == {"4"}
        await eventually(lambda: scene.fresh(3))
        assert not scene.fresh(4)


@pytest.mark.parametrize(
    ("addressing", "state"),
    [("plain", SlaveState.UNCONFIRMED), ("private", SlaveState.ONLINE)],
)
async def test_a_map_of_our_own_needs_consent_on_real_lines(
    addressing: str, state: SlaveState
) -> None:
    scene = Scene(device(3, model=GUESSED), addressing=addressing)
    scene.models[3] = GUESSED
    async with running(scene):
        await eventually(lambda: scene.state(3) is state)


async def test_a_client_asks_beside_the_polling() -> None:
    async with running(Scene(device(3))) as scene:
        await eventually(lambda: scene.fresh(3))
        answer = await scene.bus.request(3, bytes.fromhex("0301900004"), client="a")
        assert answer[2:] == holding(3, 400, 4, METER)
        assert scene.bus.has(3)
        assert not scene.bus.has(9)
        with pytest.raises(KeyError):
            await scene.bus.request(9, bytes.fromhex("0301900004"))


async def test_a_write_takes_the_slaves_image_out_until_it_is_read_again() -> None:
    async with running(Scene(device(3))) as scene:
        await eventually(lambda: scene.fresh(3) and scene.store.raw(3, 200, 6) is not None)
        write = bytes.fromhex("0600640001")
        assert await scene.bus.request(3, write) == write
        assert scene.store.raw(3, 200, 6) is None
        await eventually(lambda: scene.fresh(3) and scene.store.raw(3, 200, 6) is not None)


async def test_the_topology_changes_while_the_line_goes_on() -> None:
    async with running(Scene(device(3), device(4))) as scene:
        await eventually(lambda: scene.fresh(3) and scene.fresh(4))
        up_since = scene.bus.lines()[1].since
        told: list[int] = []
        with scene.bus.watch(lambda: told.append(1)):
            scene.bus.set_topology(Topology(devices=(device(4), device(7), device(3, DIGIWARE))))
        assert told
        await eventually(lambda: scene.fresh(7))
        assert scene.fresh(4)
        assert sorted(scene.bus.slaves()) == [3, 4, 7]
        assert scene.bus.slaves()[3].bus == "digiware"
        assert scene.bus.lines()[1].since == up_since
        with pytest.raises(LineDown, match="no port is set"):
            await scene.bus.request(3, bytes.fromhex("0300640001"))


async def test_a_lost_line_makes_all_its_slaves_stale_but_accuses_none() -> None:
    async with running(Scene(device(3), device(4))) as scene:
        await eventually(lambda: scene.fresh(3) and scene.fresh(4))
        scene.slaves.hang_up()
        await eventually(lambda: scene.state(3) is scene.state(4) is SlaveState.SILENT)
        assert not scene.fresh(3)
        assert scene.subjects("line.down") == {"rs485"}
        assert scene.subjects("slave.timeout") == set()
        assert scene.bus.lines()[1].state is LineState.DOWN


async def test_new_settings_give_a_new_line_and_the_same_settings_the_old() -> None:
    scene = Scene(device(3))
    line = scene.bus.service(RS485, scene.settings.rs485, scene.polling)
    assert scene.bus.service(RS485, scene.settings.rs485, scene.polling) is line
    slower = scene.settings.rs485.model_copy(update={"baudrate": 9600})
    scene.settings = scene.settings.model_copy(update={"rs485": slower})
    async with running(scene):
        assert scene.bus.lines()[1].baudrate == 9600
        await eventually(lambda: scene.fresh(3))


async def test_a_seized_line_is_left_alone_and_polled_again_afterwards() -> None:
    async with running(Scene(device(3))) as scene:
        await eventually(lambda: scene.fresh(3))
        async with scene.bus.seize(RS485) as lines:
            scene.slaves.requests.clear()
            with pytest.raises(SlaveTimeout, match="detection is running"):
                await scene.bus.request(3, bytes.fromhex("0301900004"))
            answer = await lines[RS485].request(9, bytes.fromhex("0301900004"), patience=0.2)
            assert answer[2:] == holding(9, 400, 4, METER)
            assert [frame[0] for frame in scene.slaves.requests] == [9]
            assert scene.state(3) is SlaveState.ONLINE
        await eventually(lambda: len(scene.slaves.requests) > 2)
        assert scene.slaves.requests[1][2:4] == (50000).to_bytes(2, "big")
        await eventually(lambda: scene.fresh(3))


async def test_a_seized_line_stays_seized_when_its_settings_change() -> None:
    scene = Scene(device(3))
    async with scene.bus.seize(RS485):
        slower = scene.settings.rs485.model_copy(update={"baudrate": 9600})
        scene.settings = scene.settings.model_copy(update={"rs485": slower})
        async with running(scene):
            await eventually(lambda: scene.bus.lines()[1].state is LineState.UP)
            with pytest.raises(SlaveTimeout, match="detection is running"):
                await scene.bus.request(3, bytes.fromhex("0301900004"))
    assert scene.slaves.requests == []


async def test_all_slaves_are_told_at_once() -> None:
    async with running(Scene(device(3))) as scene:
        await eventually(lambda: scene.fresh(3))
        await scene.bus.broadcast(RS485, bytes.fromhex("0600640001"))
        assert scene.store.raw(3, INSTANT, 10) is None
        assert bytes.fromhex("0600640001") in [f[1:-2] for f in scene.slaves.requests if not f[0]]
        await eventually(lambda: scene.fresh(3))
        with pytest.raises(ValueError, match="FC05"):
            await scene.bus.broadcast(RS485, bytes.fromhex("0300640001"))


async def test_the_frames_of_a_line_are_seen_after_it_was_replaced() -> None:
    scene = Scene(device(3))
    seen: list[Frame] = []
    with scene.bus.frames.watch(seen.append):
        slower = scene.settings.rs485.model_copy(update={"baudrate": 57600})
        scene.settings = scene.settings.model_copy(update={"rs485": slower})
        async with running(scene):
            await eventually(lambda: scene.fresh(3))
    assert {frame.line for frame in seen} == {"rs485"}
    assert {frame.kind for frame in seen} >= {FrameKind.REQUEST, FrameKind.ANSWER}


async def test_a_session_asks_its_slave_alone() -> None:
    async with running(Scene(device(3))) as scene:
        await eventually(lambda: scene.fresh(3))
        async with scene.bus.session(3, "a") as ask:
            other = asyncio.create_task(
                scene.bus.request(3, bytes.fromhex("0301910001"), client="b")
            )
            assert (await ask(bytes.fromhex("0301900004")))[2:] == holding(3, 400, 4, METER)
            assert not other.done()
        assert (await other)[2:] == holding(3, 401, 1, METER)
        with pytest.raises(KeyError):
            async with scene.bus.session(9, "a"):
                pass


async def test_a_log_is_read_by_one_client_at_a_time_while_polling_goes_on() -> None:
    """Two clients fetch the same log; each reads its header right after its own command."""
    command, header = bytes.fromhex("06019a0001"), bytes.fromhex("0301a40002")
    async with running(Scene(device(3, model=LOGGER))) as scene:
        scene.models[3] = LOGGER
        await eventually(lambda: scene.fresh(3))

        async def download(client: str, record: int) -> None:
            await scene.bus.request(3, command[:3] + record.to_bytes(2, "big"), client=client)
            for _ in range(3):
                await scene.bus.request(3, header, client=client)

        scene.slaves.requests.clear()
        await asyncio.gather(download("a", 1), download("b", 2))
        sent = [frame[1:-2] for frame in scene.slaves.requests]
        log = [pdu for pdu in sent if pdu == header or pdu[:3] == command[:3]]
        assert [pdu[0] for pdu in log] == [6, 3, 3, 3, 6, 3, 3, 3]
        between = sent[sent.index(header) : len(sent) - 1 - sent[::-1].index(header)]
        assert bytes.fromhex("030064000a") in between


async def test_a_port_that_is_an_output_is_not_opened_and_its_devices_say_why() -> None:
    async with running(Scene(device(3), role="slave")) as scene:
        line = scene.bus.lines()[1]
        assert line.state is LineState.SLAVE
        assert (scene.bus.slaves()[3].state, scene.conditions.active()) == (SlaveState.SILENT, ())
        assert "out of reach: the port is a slave" in scene.bus.slaves()[3].reason
        with pytest.raises(LineDown, match="set its role to master"):
            await scene.bus.request(3, bytes.fromhex("0301900004"))
        assert scene.slaves.requests == []


async def test_maintenance_of_one_slave_leaves_the_others_alone() -> None:
    async with running(Scene(device(3), device(4))) as scene:
        await eventually(lambda: scene.fresh(3) and scene.fresh(4))
        others = scene.bus.slaves()[4].since
        resting = device(3).model_copy(update={"maintenance": True})
        scene.bus.set_topology(Topology(devices=(device(4), resting)))
        assert scene.state(3) is SlaveState.MAINTENANCE
        assert not scene.fresh(3)
        answer = await scene.bus.request(3, bytes.fromhex("030064000a"), client="a")
        assert answer[2:] == holding(3, INSTANT, 10, METER)
        asked = scene.bus.slaves()[3].counters.asked
        before = scene.bus.slaves()[4].counters.asked
        await eventually(lambda: scene.bus.slaves()[4].counters.asked >= before + 3)
        assert scene.bus.slaves()[3].counters.asked == asked
        assert scene.fresh(4)
        assert scene.bus.slaves()[4].since == others
        scene.bus.set_topology(scene.topology)
        await eventually(lambda: scene.fresh(3))


async def test_two_slaves_on_one_address_are_suspected_and_nothing_wrong_is_stored() -> None:
    def both(request: bytes, answer: bytes) -> tuple[tuple[float, bytes], ...]:
        if request[0] != 4:
            return honest(request, answer)  # type: ignore[return-value]
        shifted = bytes(3) + answer[:-3]
        return ((0.001, bytes(a | b for a, b in zip(answer, shifted, strict=True))),)

    scene = Scene(device(3), device(4), device(5))
    async with running(scene):
        await eventually(lambda: scene.fresh(4))
        scene.faults = both
        await eventually(lambda: scene.subjects("address.conflict") == {"4"})
        (condition,) = scene.conditions.active("address.conflict")
        assert "another device may have its address" in condition.reason
        assert scene.fresh(3)
        assert scene.store.raw(4, INSTANT, 10) is None
        scene.faults = honest
        await eventually(lambda: scene.fresh(4) and not scene.subjects("address.conflict"), 60)


async def test_a_line_full_of_noise_accuses_no_address() -> None:
    def noisy(request: bytes, answer: bytes) -> tuple[tuple[float, bytes], ...]:
        return ((0.001, bytes(byte ^ 0x40 for byte in answer)),)

    scene = Scene(device(3), device(4), device(5))
    async with running(scene):
        await eventually(lambda: scene.fresh(3) and scene.fresh(4) and scene.fresh(5))
        scene.faults = noisy
        await eventually(
            lambda: all(slave.counters.garbled >= 5 for slave in scene.bus.slaves().values()), 60
        )
        assert scene.subjects("address.conflict") == set()
