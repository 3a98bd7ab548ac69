"""What a search over wires in memory finds, and what it says of the rest."""

import pytest

from digigate.bus.detection import Cause, HintKind, Phase, Standing, Trouble
from digigate.errors import LineDown
from digigate.settings.topology import Device, Load, Topology
from fieldbus.wire import Wire, WireSlave
from unit.detection.site import (
    COMPLETE,
    DIGIWARE,
    FAST,
    RS485,
    Site,
    addresses,
    slave,
    slaves,
)


def mixed() -> Site:
    return Site(
        {
            DIGIWARE: Wire(slave("digiware-u30", 3, 0x30), slave("digiware-i35", 4, 0x35)),
            RS485: Wire(
                slave("digiware-i30", 10, 0x31),
                slave("diris-b30", 11, 0xB3),
                slave("countis-e24", 12),
                slave("diris-a10", 13),
            ),
        }
    )


async def test_fast_finds_modules_and_diris_b_and_says_that_others_answered() -> None:
    topology, report = await mixed().run(FAST)
    assert addresses(topology) == [3, 4, 10, 11]
    refused = {(refusal.slave.address, refusal.cause) for refusal in report.refusals}
    assert refused == {(12, Cause.MODE), (13, Cause.MODE)}
    assert [hint.kind for hint in report.hints] == [HintKind.USE_COMPLETE]


async def test_complete_finds_countis_and_other_diris_a_too() -> None:
    topology, report = await mixed().run(COMPLETE)
    assert addresses(topology) == [3, 4, 10, 11, 12, 13]
    assert (report.refusals, report.hints) == ((), ())


async def test_what_belongs_on_rs485_is_not_taken_from_the_digiware_bus() -> None:
    topology, report = await Site({DIGIWARE: Wire(slave("countis-e24", 12))}).run(COMPLETE)
    assert topology.devices == ()
    assert [refusal.cause for refusal in report.refusals] == [Cause.WRONG_BUS]


async def test_a_found_slave_is_entered_with_serial_net_id_and_loads() -> None:
    wire = Wire(slave("diris-b30", 11, 0xB3, "24171010031"))
    topology, report = await Site({RS485: wire}).run()
    (device,) = topology.devices
    assert (device.model, device.serial, device.net_id) == ("diris-b30", "24171010031", 0xB3)
    assert [load.number for load in device.loads] == [1, 2, 3, 4]
    assert report.devices[0].standing is Standing.NEW


async def test_fast_asks_99_addresses_and_complete_all() -> None:
    for mode, last in ((FAST, 99), (COMPLETE, 247)):
        wire = Wire()
        await Site({RS485: wire}, private=False).run(mode)
        assert [unit for unit, _ in wire.asked] == list(range(1, last + 1))


async def test_only_what_was_heard_is_asked_twice() -> None:
    wire = Wire()
    wire.noise = {9}
    await Site({RS485: wire}, private=False).run()
    units = [unit for unit, _ in wire.asked]
    assert {unit for unit in units if units.count(unit) == 2} == {9}


async def test_a_known_address_beyond_the_range_is_asked_too() -> None:
    known = Device(address=120, bus=RS485, model="diris-b30")
    topology, _ = await Site(
        {RS485: Wire(slave("diris-b30", 120))}, former=Topology(devices=(known,)), private=False
    ).run(keep=False)
    assert addresses(topology) == [120]


async def test_a_plain_line_names_its_conflicts_and_writes_nothing() -> None:
    wire = Wire(*(slave("digiware-i30", 5) for _ in range(2)), slave("digiware-i30", 6))
    topology, report = await Site({DIGIWARE: wire}, private=False).run()
    (conflict,) = report.conflicts
    assert (conflict.address, conflict.trouble, conflict.slaves) == (5, Trouble.SHARED, ())
    assert "digigate detect assign digiware 5" in conflict.advice
    assert addresses(topology) == [6]
    assert {pdu[0] for _, pdu in wire.asked} == {3}


async def test_a_plain_line_names_an_address_that_the_other_bus_uses() -> None:
    wires = {DIGIWARE: Wire(slave("digiware-i30", 5)), RS485: Wire(slave("diris-b30", 5))}
    topology, report = await Site(wires, private=False).run()
    assert [(c.bus, c.trouble) for c in report.conflicts] == [(RS485, Trouble.TAKEN)]
    assert [(d.bus, d.address) for d in topology.devices] == [(DIGIWARE, 5)]
    assert [refusal.cause for refusal in report.refusals] == [Cause.CONFLICT]


async def test_a_plain_slave_hidden_behind_a_private_one_is_suspected() -> None:
    wire = Wire(slave("digiware-i30", 5, 0x11), slave("digiware-i30", 5))
    _, report = await Site({DIGIWARE: wire}).run()
    (conflict,) = report.conflicts
    assert [sighting.net_id for sighting in conflict.slaves] == [0x11]
    assert "digigate detect assign" in conflict.advice


async def test_strangers_are_named_and_left_out() -> None:
    foreign = slave("digiware-i30", 4)
    foreign.magic = "ELSE"
    wire = Wire(foreign, WireSlave(None, 6, obeys=False))
    topology, report = await Site({DIGIWARE: wire}, private=False).run()
    assert topology.devices == ()
    refused = [(refusal.slave.address, refusal.cause) for refusal in report.refusals]
    assert refused == [(4, Cause.STRANGER), (6, Cause.STRANGER)]


async def test_a_silent_line_and_a_noisy_one_are_said() -> None:
    noisy = Wire()
    noisy.noise = set(range(3, 40))
    _, report = await Site({DIGIWARE: Wire(), RS485: noisy}, private=False).run()
    assert [(hint.kind, hint.bus) for hint in report.hints] == [
        (HintKind.SILENT_LINE, DIGIWARE),
        (HintKind.NOISE, RS485),
    ]
    assert report.conflicts == ()


async def test_a_line_that_goes_down_fails_only_its_bus() -> None:
    known = Device(address=5, bus=RS485, model="diris-b30")
    lost, good = Wire(), Wire(slave("digiware-i30", 3, 1))

    def pull(unit: int, pdu: bytes) -> None:
        if unit == 20:
            lost.down = "the cable was pulled"

    lost.before = pull
    site = Site({DIGIWARE: good, RS485: lost}, former=Topology(devices=(known,)))
    topology, report = await site.run(keep=False)
    assert addresses(topology) == [5, 3]
    assert report.devices[0].standing is Standing.UNSEARCHED
    assert [(hint.kind, hint.bus) for hint in report.hints] == [(HintKind.UNFINISHED, RS485)]


async def test_a_search_fails_where_every_line_is_down() -> None:
    wire = Wire()
    wire.down = "no such device"
    with pytest.raises(LineDown, match="no such device"):
        await Site({RS485: wire}).run()


async def test_what_is_beyond_32_devices_is_refused_with_its_reason() -> None:
    wire = Wire(*(slave("digiware-u30", address, address) for address in range(2, 36)))
    topology, report = await Site({DIGIWARE: wire}).run()
    assert len(topology.devices) == 32
    assert [refusal.cause for refusal in report.refusals] == [Cause.CAPACITY] * 2
    assert "32 devices" in report.refusals[0].reason


async def test_what_is_beyond_192_loads_is_refused_with_its_reason() -> None:
    six = tuple(Load(number=number) for number in range(1, 7))
    full = Topology(
        devices=tuple(
            Device(address=200 + k, bus=RS485, model="digiware-i60", loads=(*six,))
            for k in range(31)
        )
    )
    wire = Wire(slave("digiware-i60", 2, 2), slave("digiware-u30", 3, 3))
    topology, report = await Site({DIGIWARE: wire}, former=full).run()
    assert len(topology.devices) == 32
    assert [refusal.cause for refusal in report.refusals] == [Cause.CAPACITY]
    assert sum(len(device.loads) for device in topology.devices) == 192


@pytest.mark.parametrize("baudrate", [38400, 57600, 115200])
@pytest.mark.manual(36)
async def test_rs485_carries_32_devices_from_38400_bd_on(baudrate: int) -> None:
    wire = Wire(*(slave("diris-b30", address, address) for address in range(2, 34)))
    topology, report = await Site({RS485: wire}, baudrate=baudrate).run()
    assert (len(topology.devices), report.refusals) == (32, ())


@pytest.mark.manual(35)
async def test_rs485_carries_ten_devices_at_9600_bd() -> None:
    wire = Wire(*(slave("diris-b30", address, address) for address in range(2, 14)))
    topology, report = await Site({RS485: wire}, baudrate=9600).run()
    assert len(topology.devices) == 10
    assert "10 devices at 9600 Bd" in report.refusals[0].reason


async def test_a_status_is_plain_json() -> None:
    site = Site({DIGIWARE: Wire(*slaves(2))})
    _, report = await site.run()
    site.board.end(Phase.DONE, report=report)
    told = site.board.status.jsonable()
    assert (told["phase"], told["figure"], told["running"]) == ("done", 6, False)
    assert told["report"]["devices"][0]["slave"]["bus"] == "digiware"
