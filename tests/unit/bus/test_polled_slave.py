"""One slave: identified first, read by class, backed off when silent, never polled unasked."""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime

import pytest

from digigate.bus.identification import IDENTIFICATION
from digigate.bus.polled import HELLO_EVERY, REFUSED_FOR, PolledSlave, Surroundings
from digigate.bus.requests import Priority
from digigate.bus.status import SlaveState
from digigate.catalogue import Model, Pace
from digigate.catalogue.firmware import Newest
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.errors import LineDown, LineSeized, SlaveException, SlaveGarbled, SlaveTimeout
from digigate.panel import SYSTEM_ALARMS
from digigate.settings.topology import BusName, Device
from digigate.store import Store
from fieldbus.models import BARE, GUESSED, METER, catalogue, holding

INSTANT, ENERGY, EXTREMES, HELLO = 100, 200, 300, IDENTIFICATION.start


class FakeLine:
    """Answers as a slave of `model` would; `error` decides what goes wrong instead."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.asked: list[int] = []
        self.serial = (0, 0, 0)
        self.release = (0, 0, 0)
        self.error: Callable[[int], Exception | None] = lambda _: None

    async def request(
        self, unit: int, pdu: bytes, priority: Priority = Priority.CLIENT, client: Hashable = None
    ) -> bytes:
        start, count = (int.from_bytes(pdu[i : i + 2], "big") for i in (1, 3))
        self.asked.append(start)
        error = self.error(start)
        if error is not None:
            raise error
        held = holding(unit, start, count, self.model)
        if start == HELLO:
            words = b"".join(word.to_bytes(2, "big") for word in self.serial)
            version = b"".join(word.to_bytes(2, "big") for word in self.release)
            held = held[:16] + words + held[22:36] + version + held[42:]
        return bytes((3, 2 * count)) + held

    def taken(self) -> list[int]:
        """What has been asked since the last look."""
        asked, self.asked = self.asked, []
        return asked


class Scene:
    """A slave at address 5 with its surroundings and a clock that only we move."""

    def __init__(
        self,
        configured: Model = METER,
        real: Model | None = None,
        *,
        confirmed: bool = False,
        simulated: bool = False,
        newest: Newest | None = None,
        key: str | None = None,
    ) -> None:
        self.seconds = 1000.0
        self.clock = Clock(monotonic=lambda: self.seconds, started=datetime(2026, 1, 1, tzinfo=UTC))
        self.line = FakeLine(real or configured)
        self.store = Store(self.clock)
        self.conditions = Conditions(self.clock)
        self.changes = 0
        self.misses = 0
        known = catalogue()
        known.newest.update({METER.key: newest} if newest else {})
        around = Surroundings(
            self.line, self.store, self.clock, self.conditions, known, 60.0,
            simulated, self._changed,
        )  # fmt: skip
        device = Device(
            address=5, bus=BusName.RS485, model=key or configured.key, name="main",
            confirmed=confirmed,
        )  # fmt: skip
        self.slave = PolledSlave(device, around)
        self.slave.expect_every(lambda _: 1.0)

    def _changed(self) -> None:
        self.changes += 1

    def _missed(self) -> None:
        self.misses += 1

    async def turn(self) -> list[int]:
        """One turn; returns the registers asked for."""
        await self.slave.turn(self._missed)
        return self.line.taken()

    def reasons(self, name: str) -> list[str]:
        return [c.reason for c in self.conditions.active(name) if c.subject == "5"]


def gone(_: int) -> Exception:
    return SlaveTimeout("slave 5 did not answer within 0.1 s")


async def test_a_slave_is_identified_then_read_by_class() -> None:
    scene = Scene()
    assert await scene.turn() == [HELLO, INSTANT, ENERGY]
    assert scene.slave.state is SlaveState.ONLINE
    assert await scene.turn() == [INSTANT]
    scene.slave.deal(Pace.BOUNDARY)
    scene.slave.deal_one(next(r for r in scene.slave.reads if r.pace is Pace.ROTATING))
    assert await scene.turn() == [INSTANT, ENERGY, EXTREMES]


async def test_what_was_read_is_in_the_store() -> None:
    scene = Scene()
    await scene.turn()
    assert scene.store.raw(5, INSTANT, 10) == holding(5, INSTANT, 10, METER)
    assert scene.store.raw(5, EXTREMES, 1) is None


async def test_a_missed_read_is_repeated_once_before_the_slave_counts_as_silent() -> None:
    scene = Scene()
    await scene.turn()
    missed = iter([gone(0), None])
    scene.line.error = lambda start: next(missed, None)
    assert await scene.turn() == [INSTANT, INSTANT]
    assert scene.slave.state is SlaveState.ONLINE
    assert scene.misses == 1


async def test_a_silent_slave_is_stale_at_once_and_said_in_plain_words() -> None:
    scene = Scene()
    await scene.turn()
    scene.line.error = gone
    assert await scene.turn() == [INSTANT, INSTANT]
    assert scene.slave.state is SlaveState.SILENT
    assert scene.slave.image is not None
    assert scene.slave.image.silent
    assert scene.store.raw(5, INSTANT, 10) is None
    (reason,) = scene.reasons("slave.timeout")
    assert reason == (
        "slave 5 (main) does not answer: check its supply, its wiring and its address"
    )


async def test_a_silent_slave_is_tried_once_each_after_growing_pauses_up_to_a_minute() -> None:
    scene = Scene()
    scene.line.error = gone
    assert await scene.turn() == [HELLO, HELLO]
    pauses = []
    for _ in range(8):
        assert scene.slave.retry_at is not None
        pauses.append(scene.slave.retry_at - scene.seconds)
        assert not scene.slave.is_due(scene.slave.retry_at - 0.001)
        scene.seconds = scene.slave.retry_at
        assert scene.slave.is_due(scene.seconds)
        assert await scene.turn() == [HELLO]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_a_slave_that_returns_is_identified_and_read_anew() -> None:
    scene = Scene()
    await scene.turn()
    scene.line.error = gone
    await scene.turn()
    scene.line.error = lambda _: None
    scene.seconds += 1
    assert await scene.turn() == [HELLO, INSTANT, ENERGY]
    assert scene.slave.state is SlaveState.ONLINE
    assert scene.slave.retry_at is None
    assert scene.reasons("slave.timeout") == []


async def test_another_meter_at_the_address_is_a_stranger_and_not_polled() -> None:
    scene = Scene()
    await scene.turn()
    scene.line.error = gone
    await scene.turn()
    scene.line.error, scene.line.model = (lambda _: None), GUESSED
    scene.seconds += 1
    scene.line.taken()
    assert await scene.turn() == [HELLO]
    assert scene.slave.state is SlaveState.STRANGER
    (reason,) = scene.reasons("slave.stranger")
    assert "'METER B'" in reason
    assert "METER A" in reason
    assert scene.reasons("slave.timeout") == []
    assert scene.store.raw(5, INSTANT, 1) is None


async def test_a_stranger_that_is_put_right_is_polled() -> None:
    scene = Scene(METER, GUESSED)
    await scene.turn()
    scene.line.model = METER
    scene.seconds += 60
    assert scene.slave.is_due(scene.seconds)
    assert await scene.turn() == [HELLO, INSTANT, ENERGY]
    assert scene.reasons("slave.stranger") == []


async def test_what_is_no_socomec_device_is_a_stranger() -> None:
    scene = Scene()
    scene.line.error = lambda _: SlaveException(2)
    assert await scene.turn() == [HELLO]
    assert scene.slave.state is SlaveState.STRANGER
    assert "exception 0x02" in scene.slave.reason


async def test_a_model_that_the_catalogue_lacks_is_not_polled() -> None:
    scene = Scene(key="nothing")
    assert scene.slave.state is SlaveState.STRANGER
    assert not scene.slave.is_due(1e9)
    assert scene.store.image(5) is None


@pytest.mark.parametrize(
    ("confirmed", "simulated", "state"),
    [
        (False, False, SlaveState.UNCONFIRMED),
        (True, False, SlaveState.ONLINE),
        (False, True, SlaveState.ONLINE),
    ],
)
async def test_a_map_of_our_own_is_polled_on_a_real_line_only_after_consent(
    *, confirmed: bool, simulated: bool, state: SlaveState
) -> None:
    scene = Scene(GUESSED, confirmed=confirmed, simulated=simulated)
    asked = await scene.turn()
    assert scene.slave.state is state
    assert (INSTANT in asked) == (state is SlaveState.ONLINE)


async def test_a_refused_read_is_left_out_for_a_while_and_the_rest_goes_on() -> None:
    scene = Scene()
    scene.line.error = lambda start: SlaveException(2) if start == ENERGY else None
    assert await scene.turn() == [HELLO, INSTANT, ENERGY]
    assert scene.slave.state is SlaveState.ONLINE
    assert "energy" in scene.slave.reason
    scene.slave.deal(Pace.BOUNDARY)
    assert await scene.turn() == [INSTANT]
    scene.seconds += REFUSED_FOR
    scene.line.error = lambda _: None
    assert await scene.turn() == [INSTANT, ENERGY]
    assert scene.slave.reason == ""


async def test_a_lost_line_is_not_the_slaves_fault() -> None:
    scene = Scene()
    await scene.turn()
    scene.line.error = lambda _: LineDown("/dev/ttyUSB0 was lost")
    assert await scene.turn() == [INSTANT]
    assert scene.slave.state is SlaveState.SILENT
    assert scene.slave.reason == "the line is down: /dev/ttyUSB0 was lost"
    assert scene.reasons("slave.timeout") == []
    assert scene.slave.is_due(scene.seconds)


async def test_after_a_write_nothing_is_served_until_read_again() -> None:
    scene = Scene()
    await scene.turn()
    scene.slave.written(b"\x06" + INSTANT.to_bytes(2, "big") + b"\0\1")
    assert scene.store.raw(5, INSTANT, 10) is None
    assert await scene.turn() == [INSTANT, ENERGY, EXTREMES]
    assert scene.store.raw(5, ENERGY, 6) is not None


async def test_a_missed_energy_stays_due() -> None:
    scene = Scene()
    scene.line.error = lambda start: gone(0) if start == ENERGY else None
    assert await scene.turn() == [HELLO, INSTANT, ENERGY, ENERGY]
    scene.line.error = lambda _: None
    scene.seconds += 1
    assert await scene.turn() == [HELLO, INSTANT, ENERGY]


async def test_a_slave_with_nothing_to_poll_says_hello_now_and_then() -> None:
    scene = Scene(BARE)
    assert await scene.turn() == [HELLO]
    assert scene.slave.retry_at is None
    assert await scene.turn() == []
    scene.seconds += HELLO_EVERY
    scene.line.error = gone
    assert await scene.turn() == [HELLO, HELLO]
    assert scene.slave.state is SlaveState.SILENT


async def test_watchers_hear_of_changes_only() -> None:
    scene = Scene()
    await scene.turn()
    told = scene.changes
    await scene.turn()
    assert scene.changes == told
    scene.line.error = gone
    await scene.turn()
    assert scene.changes == told + 1


async def test_a_closed_slave_leaves_nothing_behind() -> None:
    scene = Scene()
    scene.line.error = gone
    await scene.turn()
    scene.slave.close()
    assert scene.store.image(5) is None
    assert scene.conditions.active() == ()


def changed(scene: Scene, **facts: object) -> Device:
    return scene.slave.device.model_copy(update=facts)


async def test_in_maintenance_it_is_not_polled_accuses_nobody_and_shows_stale_values() -> None:
    scene = Scene()
    await scene.turn()
    scene.line.error = gone
    await scene.turn()
    scene.slave.take(changed(scene, maintenance=True))
    assert scene.slave.state is SlaveState.MAINTENANCE
    assert not scene.slave.is_due(1e9)
    assert scene.conditions.active() == ()
    assert scene.store.raw(5, INSTANT, 10) is None
    assert scene.slave.image is not None
    assert not scene.slave.image.silent  # clients are let through


async def test_after_maintenance_it_is_identified_and_read_at_once() -> None:
    scene = Scene()
    await scene.turn()
    scene.slave.take(changed(scene, maintenance=True))
    scene.slave.take(changed(scene, maintenance=False))
    assert scene.slave.is_due(scene.seconds)
    assert await scene.turn() == [HELLO, INSTANT, ENERGY]
    assert scene.slave.state is SlaveState.ONLINE


@pytest.mark.parametrize(
    "error", [SlaveTimeout("gone"), LineDown("pulled"), SlaveException(2), None]
)
async def test_maintenance_that_begins_during_a_turn_has_the_last_word(
    error: Exception | None,
) -> None:
    scene = Scene()

    def begin(_: int) -> Exception | None:
        scene.slave.take(changed(scene, maintenance=True))
        return error

    scene.line.error = begin
    await scene.turn()
    assert scene.slave.state is SlaveState.MAINTENANCE
    assert scene.conditions.active() == ()
    assert scene.store.raw(5, INSTANT, 10) is None


async def test_a_lost_line_does_not_end_maintenance() -> None:
    scene = Scene()
    scene.slave.take(changed(scene, maintenance=True))
    scene.slave.lose_line("pulled")
    assert scene.slave.state is SlaveState.MAINTENANCE


async def test_new_names_change_nothing() -> None:
    scene = Scene()
    await scene.turn()
    scene.slave.take(changed(scene, name="incomer"))
    assert await scene.turn() == [INSTANT]
    assert scene.store.raw(5, INSTANT, 10) is not None


async def test_another_unit_of_the_model_is_polled_and_said() -> None:
    scene = Scene()
    scene.slave.take(changed(scene, serial="24171010031"))
    scene.line.serial = (0x2417, 0x1010, 99)
    assert await scene.turn() == [HELLO, INSTANT, ENERGY]
    assert scene.slave.state is SlaveState.ONLINE
    assert "24171010099" in scene.slave.reason
    (reason,) = scene.reasons("slave.replaced")
    assert reason.startswith("slave 5 (main) was replaced")
    assert scene.slave.identity is not None
    assert (scene.slave.identity.model, scene.slave.identity.serial) == (METER.key, "24171010099")


async def test_a_replaced_unit_that_is_confirmed_is_said_no_more() -> None:
    scene = Scene()
    scene.slave.take(changed(scene, serial="24171010031"))
    scene.line.serial = (0x2417, 0x1010, 99)
    await scene.turn()
    scene.slave.take(changed(scene, serial="24171010099"))
    assert await scene.turn() == [HELLO, INSTANT, ENERGY]
    assert scene.reasons("slave.replaced") == []
    assert scene.slave.reason == ""


async def test_doubt_about_the_same_unit_costs_no_values() -> None:
    scene = Scene()
    scene.line.serial = (0x2417, 0x1010, 31)
    await scene.turn()
    scene.slave.doubt()
    assert scene.store.raw(5, INSTANT, 10) is not None
    scene.line.error = lambda start: gone(0) if start == INSTANT else None
    await scene.turn()
    scene.slave.doubt()
    scene.line.serial = (0x2417, 0x1010, 32)
    scene.line.error = lambda start: LineSeized("a scan is running") if start == INSTANT else None
    assert await scene.turn() == [HELLO, INSTANT]
    assert scene.store.raw(5, INSTANT, 10) is None


async def test_who_is_busy_is_asked_again_in_the_next_turn() -> None:
    scene = Scene()
    scene.line.error = lambda start: SlaveException(6) if start == ENERGY else None
    await scene.turn()
    assert scene.slave.reason == ""
    assert await scene.turn() == [INSTANT, ENERGY]


async def test_garbled_answers_are_called_so_and_in_the_end_a_conflict() -> None:
    scene = Scene()
    scene.line.error = lambda _: SlaveGarbled("the answer of slave 5 came garbled")
    await scene.turn()
    assert "answers garbled" in scene.reasons("slave.timeout")[0]
    for _ in range(2):
        await scene.turn()
    assert scene.slave.garbling.suspected
    scene.slave.suspect_conflict(True)
    (reason,) = scene.reasons("address.conflict")
    assert "another device may have its address" in reason
    scene.slave.close()
    assert scene.conditions.active() == ()


async def test_a_line_that_is_not_open_yet_changes_nothing() -> None:
    scene = Scene()
    scene.slave.lose_line("the line is not open yet")
    assert (scene.slave.state, scene.changes) == (SlaveState.UNKNOWN, 0)


@pytest.mark.manual(296)
@pytest.mark.parametrize(
    ("ours", "simulated", "release", "told"),
    [
        (False, False, (1, 8, 9), True),
        (False, False, (1, 9, 2), False),
        (False, False, (1, 10, 0), False),
        (False, False, (0, 0, 0), False),
        (True, False, (1, 8, 9), False),
        (True, True, (1, 8, 9), True),
    ],
)
async def test_newer_firmware_is_told_of(
    ours: bool, simulated: bool, release: tuple[int, int, int], told: bool
) -> None:
    scene = Scene(newest=Newest((1, 9, 2), ours=ours), simulated=simulated)
    scene.line.release = release
    await scene.turn()
    expected = "slave 5 (main) runs firmware 1.8.9, but 1.9.2 exists: update it"
    assert scene.reasons("firmware.newer") == ([expected] if told else [])
    assert SYSTEM_ALARMS["firmware.newer"] == 5


async def test_an_updated_slave_ends_it() -> None:
    scene = Scene(newest=Newest((1, 9, 2), ours=False))
    scene.line.release = (1, 8, 9)
    await scene.turn()
    scene.line.release = (1, 9, 2)
    scene.slave.doubt()
    await scene.turn()
    assert scene.reasons("firmware.newer") == []
    assert scene.slave.identity is not None
    assert scene.slave.identity.firmware == "1.9.2"
