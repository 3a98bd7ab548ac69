"""What a plant takes as an order, and what it says to the rest."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from digigate.simulator.control import reply
from digigate.simulator.naming import Roll
from digigate.simulator.orders import SlaveOrders, Table, TimeOrders
from digigate.simulator.plant import SlavePlan
from digigate.simulator.program import _ordered
from digigate.simulator.timing import PlantClock

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Lamp:
    def __init__(self, address: int, **plan: Any) -> None:
        self.address = address
        self.plan = SlavePlan(bus="rs485", address=address, model="lamp", **plan)
        self.on = True

    def truth(self, load: int) -> Mapping[str, float | str]:
        if load > 1:
            raise ValueError(f"no load {load}")
        return {"current.i1": 1.5 + load}

    def describe(self) -> Mapping[str, Any]:
        return {"on": self.on}

    def press(self, seconds: float) -> bool:
        return seconds >= 2

    def lights(self) -> Mapping[str, Any]:
        return {"com": "dark"}


@pytest.fixture
def lamps() -> list[Lamp]:
    return [Lamp(4), Lamp(5)]


def _table(lamps: list[Lamp], clock: PlantClock) -> Table:
    time = TimeOrders(clock)
    roll = Roll(lamps)
    slaves = SlaveOrders(roll, lambda: {**time.tell(), "buses": {"rs485": {"requests": 3}}})
    return Table(slaves.entries, time.entries)


@pytest.fixture
def orders(lamps: list[Lamp]) -> Table:
    clock = PlantClock(started=START, monotonic=lambda: 0.0)
    return _table(lamps, clock)


async def test_a_slave_is_switched_off_and_on(orders: Table, lamps: list[Lamp]) -> None:
    await orders.execute("slave.off", {"address": 4})
    assert [lamp.on for lamp in lamps] == [False, True]
    await orders.execute("slave.on", {"slave": "4"})
    assert lamps[0].on


async def test_the_status_tells_time_buses_and_slaves(orders: Table) -> None:
    assert await orders.execute("status", {}) == {
        "time": "2026-03-02T08:00:00+00:00",
        "speed": 1.0,
        "frozen": False,
        "buses": {"rs485": {"requests": 3}},
        "slaves": {"4": {"on": True}, "5": {"on": True}},
    }


async def test_the_clock_is_ordered(orders: Table) -> None:
    told = await orders.execute(
        "clock", {"set_utc": "2026-05-01T00:00:00+02:00", "step_seconds": 60, "speed": 10}
    )
    assert told == {"time": "2026-04-30T22:01:00+00:00", "speed": 10.0, "frozen": False}
    assert (await orders.execute("clock", {"freeze": True}))["frozen"]


async def test_the_truth_is_told(orders: Table) -> None:
    assert await orders.execute("truth", {"address": 5, "load": 1}) == {"current.i1": 2.5}


async def test_a_button_is_pressed_and_the_leds_are_told(orders: Table) -> None:
    assert await orders.execute("press", {"slave": 5}) == {"slave": "5", "counts": True}
    assert not (await orders.execute("press", {"slave": 5, "seconds": 1}))["counts"]
    assert await orders.execute("leds", {}) == {"4": {"com": "dark"}, "5": {"com": "dark"}}


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("slave.of", {}, "write one of status, truth, leds, press, slave.on"),
        ("slave.off", {"address": 9}, "there are 4, 5"),
        ("slave.off", {"adress": 4}, "no argument 'adress'; it takes slave"),
        ("slave.off", {"address": 4, "load": 1}, "it takes slave"),
        ("truth", {"address": 4, "load": 2}, "no load 2"),
        ("truth", {"address": 4, "load": "x"}, "load"),
        ("clock", {"speed": 0}, "greater than 0"),
        ("clock", {"set_utc": "2026-05-01T00:00:00"}, "timezone"),
        ("clock", {"step_seconds": -3e9}, "2024-01-01"),
        ("status", {"of": 1}, "it takes nothing"),
    ],
)
async def test_a_wrong_order_is_refused_with_what_is_allowed(
    orders: Table, command: str, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        await orders.execute(command, arguments)


@pytest.mark.parametrize("line", [b"", b"\xff\xff\n", b"[]\n", b"{}\n", b'{"command": "status", "arguments": 3}\n'])  # fmt: skip  # noqa: E501
async def test_what_is_no_order_is_answered_with_the_form(orders: Table, line: bytes) -> None:
    answer = await reply(orders, line)
    assert not answer["ok"]
    assert '{"command"' in answer["error"]


async def test_an_order_and_a_refusal_as_lines(orders: Table) -> None:
    line = json.dumps({"command": "slave.off", "arguments": {"address": 5}}).encode()
    assert await reply(orders, line) == {"ok": True, "result": {"address": 5, "on": False}}
    assert not (await reply(orders, b'{"command": "burn"}'))["ok"]


@pytest.mark.parametrize(
    ("words", "command", "arguments"),
    [
        ("status", "status", {}),
        ("slave off 4", "slave.off", {"slave": "4"}),
        ("slave.on 4", "slave.on", {"slave": "4"}),
        ("truth 4 1", "truth", {"slave": "4", "load": "1"}),
        ("press 0x1A2B0004", "press", {"slave": "0x1A2B0004"}),
        ("io 5 on input=1", "io", {"slave": "5", "state": "on", "input": "1"}),
        (
            "fault set 5 late seconds=0.7",
            "fault.set",
            {"on": "5", "kind": "late", "seconds": "0.7"},
        ),
        ("fault clear rs485", "fault.clear", {"on": "rs485"}),
        ("fault log 5", "fault.log", {"last": "5"}),
        ("unplug rs485", "unplug", {"bus": "rs485"}),
        ("press 5 1", "press", {"slave": "5", "seconds": "1"}),
        ("clock speed=60 freeze=true", "clock", {"speed": "60", "freeze": "true"}),
    ],
)
def test_orders_on_the_command_line(words: str, command: str, arguments: dict[str, str]) -> None:
    assert _ordered(words.split()) == (command, arguments)
