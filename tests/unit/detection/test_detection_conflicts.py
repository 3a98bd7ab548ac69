"""How slaves on private lines get addresses of their own: by buttons, and by themselves."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest

from digigate.bus.detection import HintKind, Phase, Trouble, Wishes
from digigate.catalogue.addressing import ComLed, OrderKind
from fieldbus.wire import Wire, WireSlave
from unit.detection.site import (
    AUTOMATIC,
    BUTTONS,
    DIGIWARE,
    FAST,
    RS485,
    Site,
    addresses,
    slave,
    slaves,
)


async def test_slaves_that_share_an_address_are_named_one_by_one_and_parted() -> None:
    wire = Wire(*slaves(3))
    site = Site({DIGIWARE: wire})
    topology, report = await site.run()
    (conflict,) = site.conflicts[0]
    assert (conflict.trouble, conflict.subject) == (Trouble.SHARED, "digiware:5")
    assert [s.serial for s in conflict.slaves] == [s.serial for s in wire.slaves]
    assert [s.address for s in wire.slaves] == addresses(topology) == [2, 3, 4]
    assert [move.to for move in report.moves] == [2, 3, 4]
    assert (report.conflicts, site.conflicts[-1]) == ((), ())


async def test_an_address_that_is_in_no_conflict_is_kept() -> None:
    wire = Wire(slave("digiware-i30", 40, 1), *slaves(2))
    await Site({DIGIWARE: wire}).run()
    assert wire.slaves[0].address == 40
    assert OrderKind.ASSIGN not in {order.kind for order in wire.orders if order.net_id == 1}


async def test_addresses_are_unique_over_both_buses_and_never_the_gateways() -> None:
    first = Wire(slave("digiware-u30", 3, 0x30), slave("digiware-i35", 1, 0x35))
    second = Wire(slave("diris-b30", 3, 0xB3), slave("diris-b30", 2, 0xB4))
    site = Site({DIGIWARE: first, RS485: second})
    topology, _ = await site.run()
    troubles = {conflict.subject: conflict.trouble for conflict in site.conflicts[0]}
    assert troubles == {"digiware:1": Trouble.GATEWAY, "rs485:3": Trouble.TAKEN}
    assert len(set(addresses(topology))) == 4
    assert 1 not in addresses(topology)
    assert (first.slaves[0].address, second.slaves[1].address) == (3, 2)


async def whenever(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 -- a wire in memory has no event to tell
        await asyncio.sleep(0.002)


def steady(*wires: Wire) -> int:
    return sum(s.led is ComLed.STEADY for wire in wires for s in wire.slaves)


async def press_one_by_one(pressed: list[WireSlave], *wires: Wire) -> None:
    """Press each button as soon as the press before has done its work."""
    for left, one in zip(range(len(pressed), 0, -1), pressed, strict=True):
        await whenever(partial(_waiting, left, *wires))
        one.press(time.monotonic())


def _waiting(count: int, *wires: Wire) -> bool:
    return steady(*wires) == count


async def test_buttons_give_addresses_in_the_order_of_presses_one_led_after_the_other() -> None:
    wire = Wire(*slaves(4), clock=time.monotonic)
    site = Site({DIGIWARE: wire})
    async with asyncio.TaskGroup() as both:
        both.create_task(press_one_by_one([wire.slaves[k] for k in (2, 0, 3, 1)], wire))
        search = both.create_task(site.run(FAST, BUTTONS))
    topology, report = search.result()
    assert [wire.slaves[index].address for index in (2, 0, 3, 1)] == [2, 3, 4, 5]
    assert addresses(topology) == [2, 3, 4, 5]
    assert report.conflicts == ()


async def test_the_phases_are_those_of_the_figure() -> None:
    wire = Wire(*slaves(2), clock=time.monotonic)
    site = Site({DIGIWARE: wire})
    async with asyncio.TaskGroup() as both:
        both.create_task(press_one_by_one(wire.slaves, wire))
        both.create_task(site.run(FAST, BUTTONS))
    phases = [status.phase for status in site.told]
    assert [phase for phase, after in pairwise([*phases, None]) if phase is not after] == [
        Phase.STARTED,
        Phase.SEARCHING,
        Phase.CONFLICTS,
        Phase.SOLVING,
        Phase.READING,
    ]


async def test_the_gateways_com_led_blinks_is_steady_and_blinks_again() -> None:
    wire = Wire(*slaves(2), clock=time.monotonic)
    site, seen = Site({DIGIWARE: wire}), list[tuple[Phase, ComLed]]()
    wire.before = lambda unit, pdu: seen.append((site.board.status.phase, site.board.com.led))
    async with asyncio.TaskGroup() as both:
        both.create_task(press_one_by_one(wire.slaves, wire))
        both.create_task(site.run(FAST, BUTTONS))
    assert {led for phase, led in seen if phase is Phase.CONFLICTS} == {ComLed.STEADY}
    assert {led for phase, led in seen if phase is Phase.READING} == {ComLed.BLINKING}
    assert (Phase.SEARCHING, ComLed.BLINKING) in seen


async def test_a_short_press_does_nothing() -> None:
    wire = Wire(*slaves(2), clock=time.monotonic)

    async def press() -> None:
        await whenever(lambda: steady(wire) == 2)
        wire.slaves[0].press(time.monotonic(), seconds=1)

    async with asyncio.TaskGroup() as both:
        both.create_task(press())
        both.create_task(Site({DIGIWARE: wire}).run(FAST, BUTTONS))
    assert [s.address for s in wire.slaves] == [5, 5]


async def test_two_presses_between_two_looks_keep_their_order() -> None:
    wire = Wire(*slaves(2), clock=time.monotonic)

    def press_both(*_: object) -> None:
        if steady(wire) == 2:
            now = time.monotonic()
            wire.slaves[1].press(now - 3)
            wire.slaves[0].press(now - 1)
            wire.before = lambda unit, pdu: None

    wire.before = press_both
    await Site({DIGIWARE: wire}).run(FAST, BUTTONS)
    assert [s.address for s in wire.slaves] == [3, 2]


async def test_presses_on_both_buses_count_in_their_order() -> None:
    wires = {
        bus: Wire(*slaves(2, 5, first), clock=time.monotonic)
        for bus, first in ((DIGIWARE, 0x10), (RS485, 0x20))
    }
    everybody = [*wires[DIGIWARE].slaves, *wires[RS485].slaves]

    async with asyncio.TaskGroup() as both:
        pressed = [everybody[index] for index in (3, 0, 2, 1)]
        both.create_task(press_one_by_one(pressed, *wires.values()))
        both.create_task(Site(wires).run(FAST, BUTTONS))
    assert [everybody[index].address for index in (3, 0, 2, 1)] == [2, 3, 4, 5]


async def test_a_press_that_nobody_asked_for_changes_nothing() -> None:
    wire = Wire(slave("digiware-i30", 40, 1), *slaves(2), clock=time.monotonic)

    def press(*_: object) -> None:
        if steady(wire) == 2:
            wire.slaves[0].press(time.monotonic())
            wire.before = lambda unit, pdu: None

    wire.before = press
    _, report = await Site({DIGIWARE: wire}).run(FAST, BUTTONS)
    assert [s.address for s in wire.slaves] == [40, 5, 5]
    assert [hint.kind for hint in report.hints] == [HintKind.UNFINISHED]


async def test_nobody_presses_and_the_rest_counts_all_the_same() -> None:
    wire = Wire(slave("digiware-i30", 9, 1), *slaves(2))
    topology, report = await Site({DIGIWARE: wire}).run(FAST, BUTTONS)
    assert addresses(topology) == [9]
    assert [conflict.address for conflict in report.conflicts] == [5]
    assert {s.led for s in wire.slaves} == {ComLed.TRAFFIC}


async def test_all_com_leds_blink_from_the_begin_on_and_show_traffic_at_the_end() -> None:
    wire, seen = Wire(slave("digiware-i30", 9, 1)), set[ComLed]()
    wire.before = lambda unit, pdu: seen.add(wire.slaves[0].led) if unit else None
    await Site({DIGIWARE: wire}).run()
    assert seen == {ComLed.BLINKING}
    assert [wire.orders[0].kind, wire.orders[-1].kind] == [OrderKind.BEGIN, OrderKind.END]
    assert wire.slaves[0].led is ComLed.TRAFFIC


async def test_cancelling_ends_the_search_at_the_slaves_too() -> None:
    wire = Wire(*slaves(2))
    running = asyncio.create_task(Site({DIGIWARE: wire}).search(Wishes(FAST, BUTTONS)).run())
    await whenever(lambda: steady(wire) == 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert {s.led for s in wire.slaves} == {ComLed.TRAFFIC}


async def test_a_slave_that_does_not_obey_stays_in_conflict() -> None:
    wire = Wire(*slaves(3))
    stubborn = wire.slaves[1]

    def hold(*_: object) -> None:
        stubborn.address = 5

    wire.before = hold
    topology, report = await Site({DIGIWARE: wire}).run(FAST, AUTOMATIC)
    assert len(set(addresses(topology))) == len(topology.devices)
    assert stubborn.address == 5
    assert [move.slave.net_id for move in report.moves] == [0x101, 0x103]
