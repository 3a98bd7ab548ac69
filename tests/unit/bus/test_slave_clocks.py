"""When which clock is set, what is written, and what is said of a clock that is wrong."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digigate.bus import SlaveState
from digigate.bus.clocks import CONDITION, DAILY, DAILY_REAL_MIN, Plan, SlaveClocks, quiet_minute
from digigate.bus.dates import clock_registers
from digigate.bus.roster import Roster
from digigate.catalogue import Block, Catalogue, Pace, Point, RegisterType, Statistic
from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.settings.topology import BusName, Device, Topology
from fieldbus.talking import Talker, TalkingBus, status

CATALOGUE = Catalogue.load()
B30, E24, E44 = (CATALOGUE.models[key] for key in ("diris-b30", "countis-e24", "countis-e44"))
START = datetime(2026, 6, 1, 12, 0, 0, 500_000, tzinfo=UTC)


class Time:
    """Monotonic time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, **parts: float) -> None:
        self.now += timedelta(**parts).total_seconds()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def clock(time: Time) -> Clock:
    return Clock("Europe/Paris", monotonic=time, started=START)


def clocks(bus: TalkingBus, clock: Clock) -> tuple[SlaveClocks, Conditions]:
    devices = tuple(
        Device(address=unit, bus=BusName.RS485, model=talker.model.key)
        for unit, talker in bus.talkers.items()
    )
    board = Conditions(clock)
    roster = Roster(bus, lambda: Topology(devices=devices), CATALOGUE)
    service = SlaveClocks(bus, roster, clock, board)
    service.plan.update(service._with_clocks())
    return service, board


def test_models_without_clock_registers_are_left_out(clock: Clock) -> None:
    service, _ = clocks(TalkingBus({4: Talker(B30), 5: Talker(E24)}), clock)
    assert list(service.plan.known) == [4]
    assert clock_registers(E24) is None


async def test_local_time_is_written_as_six_words(clock: Clock) -> None:
    slave = Talker(B30)
    service, _ = clocks(TalkingBus({4: slave}), clock)
    await service.set(4)
    assert slave.writes == ["write 57600 := 0001000607ea000e00000000"]  # 14:00:00 in Paris
    assert service.plan.known[4].after == 0.0
    assert service.plan.known[4].due == ""


async def test_a_locked_clock_is_unlocked(clock: Clock) -> None:
    slave = Talker(E44)
    service, _ = clocks(TalkingBus({4: slave}), clock)
    await service.set(4)
    assert [asked.split()[1] for asked in slave.writes] == ["58112", "57600"]


async def test_how_far_it_was_off_is_told(clock: Clock) -> None:
    slave = Talker(B30)
    registers = clock_registers(B30)
    assert registers is not None
    wrong = clock.local() - timedelta(seconds=90)
    slave._store(registers.start, registers.words(wrong))
    service, board = clocks(TalkingBus({4: slave}), clock)
    await service.set(4)
    assert (service.plan.known[4].before, service.plan.known[4].after) == (-90.0, 0.0)
    assert board.active() == ()


async def test_a_refusal_is_a_condition_until_it_is_set(clock: Clock) -> None:
    slave = Talker(B30)
    slave.refuses[57600] = 4
    service, board = clocks(TalkingBus({4: slave}), clock)
    await service.set(4)
    (condition,) = board.active(CONDITION)
    assert condition.subject == "4"
    assert "refuses its clock: server device failure (0x04)" in condition.reason
    slave.refuses.clear()
    service.plan.all_due("again")
    await service.set(4)
    assert board.active() == ()


async def test_a_clock_that_forgets_is_a_condition(clock: Clock) -> None:
    slave = Talker(B30)
    registers = clock_registers(B30)
    assert registers is not None
    slave._store(registers.start, registers.words(clock.local() - timedelta(hours=1)))
    slave.stubborn.add(57600)
    service, board = clocks(TalkingBus({4: slave}), clock)
    await service.set(4)
    assert "was set and is -3600 s off" in board.active(CONDITION)[0].reason


async def test_a_runaway_is_found_by_the_daily_look(clock: Clock) -> None:
    slave = Talker(B30)
    registers = clock_registers(B30)
    assert registers is not None
    slave._store(registers.start, registers.words(clock.local() + timedelta(seconds=75)))
    service, board = clocks(TalkingBus({4: slave}), clock)
    service.plan.known[4].due = DAILY
    await service.set(4)
    assert "ran +75 s away within a day" in board.active(CONDITION)[0].reason
    service.plan.known[4].due = DAILY
    slave.asked.clear()
    await service.set(4)
    assert (slave.writes, board.active()) == ([], ())  # right by now: looked at, not written


async def test_clocks_that_are_not_to_be_set_are_nobodys_fault(clock: Clock) -> None:
    slave = Talker(B30)
    slave.refuses[57600] = 4
    service, board = clocks(TalkingBus({4: slave}), clock)
    await service.set(4)
    assert board.active(CONDITION)
    ready = asyncio.Event()
    idle = asyncio.create_task(service.service(wanted=False).run(ready.set))
    await ready.wait()
    assert board.active() == ()
    assert not idle.done()
    idle.cancel()


async def test_all_who_are_due_are_set_one_after_the_other(clock: Clock) -> None:
    slaves = {unit: Talker(B30) for unit in (4, 5)}
    service, _ = clocks(TalkingBus(slaves), clock)
    running = asyncio.create_task(service.service(wanted=True).run(lambda: None))
    async with asyncio.timeout(20):
        while not all(slave.writes for slave in slaves.values()):  # noqa: ASYNC110 -- no event
            await asyncio.sleep(0.01)
    running.cancel()
    assert [known.due for known in service.plan.known.values()] == ["", ""]


async def test_a_silent_slave_is_tried_again_later_and_is_no_wrong_clock(
    clock: Clock, time: Time
) -> None:
    slave = Talker(B30)
    slave.deaf_after = 0
    service, board = clocks(TalkingBus({4: slave}), clock)
    await service.set(4)
    assert board.active() == ()
    assert service.plan.next() is None
    time.pass_(minutes=2)
    assert service.plan.next() == 4


def plan_of(clock: Clock, *units: int) -> Plan:
    plan = Plan(clock)
    plan.update({unit: status(unit) for unit in units})
    return plan


def settle(plan: Plan) -> None:
    for known in plan.known.values():
        known.due = ""


def test_a_slave_is_due_when_it_comes_online_and_again_when_it_returns(clock: Clock) -> None:
    plan = plan_of(clock, 4, 5)
    assert plan.next() == 4
    settle(plan)
    assert plan.next() is None
    plan.update({4: status(4), 5: status(5, SlaveState.SILENT)})
    assert plan.next() is None
    plan.update({4: status(4), 5: replace(status(5), since=START)})
    assert plan.next() == 5


def test_a_silent_slave_is_not_due(clock: Clock) -> None:
    plan = Plan(clock)
    plan.update({4: status(4, SlaveState.SILENT)})
    plan.all_due("the gateway's clock was set")
    assert plan.next() is None


def test_a_step_of_the_gateways_clock_makes_all_due(clock: Clock) -> None:
    plan = plan_of(clock, 4, 5)
    settle(plan)
    clock.step(timedelta(seconds=0.1))
    plan.clock_changed()
    assert plan.next() is None
    clock.step(timedelta(seconds=-30))
    plan.clock_changed()
    assert plan.next() == 4


def test_another_speed_is_no_step(clock: Clock, time: Time) -> None:
    plan = plan_of(clock, 4)
    settle(plan)
    time.pass_(hours=1)
    clock.set_speed(1000)
    plan.clock_changed()
    time.pass_(seconds=60)
    clock.set_speed(1)
    plan.clock_changed()
    assert plan.next() is None


def test_another_zone_and_summer_time_make_all_due(clock: Clock, time: Time) -> None:
    plan = plan_of(clock, 4)
    settle(plan)
    clock.set_zone("Asia/Tokyo")
    plan.clock_changed()
    assert plan.next() == 4
    clock.set_zone("Europe/Paris")
    assert plan.next() == 4
    settle(plan)
    time.pass_(days=150)  # winter time by now
    assert plan.next() == 4
    assert plan.known[4].due == "the local time was shifted"


def test_the_daily_look_comes_once_a_day_in_a_quiet_minute(clock: Clock, time: Time) -> None:
    plan = plan_of(clock, 4)
    settle(plan)
    assert plan.next() is None
    looks = []
    for _ in range(3 * 24 * 60):
        time.pass_(minutes=1)
        if plan.next() == 4:
            looks.append(clock.local())
            settle(plan)
    assert len(looks) == 3
    assert {look.replace(second=0, microsecond=0) for look in looks} == {
        quiet_minute(look, 4) for look in looks
    }


def test_quiet_minutes_are_apart_from_each_other_and_from_the_ends_of_periods() -> None:
    day = datetime(2026, 6, 1, tzinfo=UTC)
    minutes = [quiet_minute(day, unit) for unit in range(1, 127)]
    assert len(set(minutes)) == 126
    assert {minute.minute % 10 for minute in minutes} == {2, 3, 4, 5, 6, 7, 8}
    assert {minute.hour for minute in minutes} == {3, 4, 5}


def test_a_demo_whose_days_fly_by_does_not_flood_the_bus(clock: Clock, time: Time) -> None:
    plan = plan_of(clock, 4)
    settle(plan)
    clock.set_speed(86400)  # a day a second
    plan.clock_changed()
    looks = 0
    for _ in range(int(2 * DAILY_REAL_MIN)):
        time.pass_(seconds=1)
        looks += plan.next() == 4 and plan.known[4].due == DAILY
        settle(plan)
    assert looks <= 3


def test_registers_with_milliseconds_are_preferred() -> None:
    fields = ("day", "month", "year", "hour", "minute", "second", "millisecond")
    clock_ms = [
        Point(
            f"clock-ms.extended_{name}", 29952 + k, 1, RegisterType.U16, 1, "", None,
            Statistic.INSTANT, 0, "clock-ms", writable=True, source="E47", locked=True,
        )
        for k, name in enumerate(fields)
    ]  # fmt: skip
    block = Block("clock-ms", 29952, 7, Pace.DEMAND, 0)
    model = replace(B30, blocks=(*B30.blocks, block), points=(*B30.points, *clock_ms))
    registers = clock_registers(model)
    assert registers is not None
    assert (registers.start, registers.count, registers.locked) == (29952, 7, True)
    assert registers.words(START).hex(" ", 2).split()[-2:] == ["0000", "01f4"]


def test_a_year_of_two_digits_is_understood() -> None:
    registers = clock_registers(B30)
    assert registers is not None
    words = bytes.fromhex("0001 0006 001a 000e 0000 0007")
    time = registers.time(words)
    assert time is not None
    assert time.isoformat() == "2026-06-01T14:00:07"
    assert registers.time(bytes(12)) is None
