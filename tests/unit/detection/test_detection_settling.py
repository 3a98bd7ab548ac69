"""What becomes of the devices that were known before a search."""

import pytest

from digigate.bus.detection import HintKind, Standing
from digigate.settings.topology import Device, Load, RemoteGateway, Topology
from fieldbus.wire import Wire
from unit.detection.site import DIGIWARE, RS485, Site, addresses, slave, slaves

KNOWN = Device(
    address=5, bus=DIGIWARE, model="digiware-i30", name="Office", serial="24171020118", net_id=0x77,
    loads=(Load(number=1, name="Sockets", usage="general"),),
)  # fmt: skip
FORMER = Topology(devices=(KNOWN,))


async def test_a_known_device_keeps_its_names_wherever_it_sits_now() -> None:
    wire = Wire(slave("digiware-i30", 8, 0x77, "24171020118"))
    topology, report = await Site({RS485: wire}, former=FORMER).run()
    assert topology.devices == (KNOWN.model_copy(update={"address": 8, "bus": RS485}),)
    assert report.devices[0].standing is Standing.MOVED


async def test_a_device_without_net_id_is_known_by_its_serial_number() -> None:
    known = Device(address=5, bus=RS485, model="countis-e24", serial="24171020118", name="Lift")
    wire = Wire(slave("countis-e24", 9, serial="24171020118"))
    topology, _ = await Site({RS485: wire}, former=Topology(devices=(known,))).run()
    assert [(d.address, d.name) for d in topology.devices] == [(9, "Lift")]


async def test_another_device_of_the_model_takes_over_the_names_of_its_seat() -> None:
    wire = Wire(slave("digiware-i30", 5, 0x99, "25010000001"))
    topology, report = await Site({DIGIWARE: wire}, former=FORMER).run()
    (device,) = topology.devices
    assert (device.name, device.loads, device.serial) == ("Office", KNOWN.loads, "25010000001")
    assert report.devices[0].standing is Standing.REPLACED


async def test_a_known_device_stays_at_an_address_that_a_newcomer_shares() -> None:
    wire = Wire(slave("digiware-i30", 5, 0x11), slave("digiware-i30", 5, 0x77, "24171020118"))
    topology, _ = await Site({DIGIWARE: wire}, former=FORMER).run()
    assert topology.devices[0] == KNOWN
    assert [s.address for s in wire.slaves] == [2, 5]


@pytest.mark.parametrize("keep", [True, False])
async def test_a_silent_device_stays_or_goes_as_ordered(keep: bool) -> None:
    wire = Wire(slave("digiware-i30", 8, 0x11))
    topology, report = await Site({DIGIWARE: wire}, former=FORMER).run(keep=keep)
    assert addresses(topology) == ([5, 8] if keep else [8])
    silent = [hint for hint in report.hints if hint.kind is HintKind.SILENT_DEVICE]
    assert [hint.address for hint in silent] == ([5] if keep else [])
    assert all("38400 Bd 8N1" in hint.text for hint in silent)


async def test_a_newcomer_never_gets_the_address_of_a_silent_device() -> None:
    known = KNOWN.model_copy(update={"address": 2})
    wire = Wire(*slaves(2))
    await Site({DIGIWARE: wire}, former=Topology(devices=(known,))).run()
    assert [s.address for s in wire.slaves] == [3, 4]


async def test_a_silent_device_leaves_where_another_has_its_address() -> None:
    wires = {DIGIWARE: Wire(), RS485: Wire(slave("diris-b30", 5, 0xB3))}
    topology, report = await Site(wires, former=FORMER).run()
    assert [device.model for device in topology.devices] == ["diris-b30"]
    assert HintKind.DROPPED in [hint.kind for hint in report.hints]


async def test_a_contested_device_stays_as_it_was() -> None:
    wire = Wire(slave("digiware-i30", 5), slave("digiware-i30", 5))
    topology, report = await Site({DIGIWARE: wire}, former=FORMER, private=False).run(keep=False)
    assert topology == FORMER
    assert report.devices[0].standing is Standing.CONTESTED


async def test_devices_of_remote_gateways_stay_and_their_addresses_are_taken() -> None:
    remote = Device(address=2, bus=DIGIWARE, model="digiware-i30", gateway="north")
    gateway = RemoteGateway(key="north", model="diris-m50", host="10.0.0.9")
    former = Topology(gateways=(gateway,), devices=(remote,))
    wire = Wire(slave("digiware-i30", 2, 7))
    topology, _ = await Site({DIGIWARE: wire}, former=former).run(keep=False)
    assert topology.devices[0] == remote
    assert addresses(topology) == [2, 3]


async def test_fast_keeps_a_known_countis_and_says_that_it_does_not_look_for_it() -> None:
    known = Device(address=12, bus=RS485, model="countis-e24")
    wire = Wire(slave("countis-e24", 12))
    topology, report = await Site({RS485: wire}, former=Topology(devices=(known,))).run(keep=False)
    assert topology.devices == (known,)
    (hint,) = report.hints
    assert (hint.kind, "countis-e24 at 12" in hint.text) == (HintKind.USE_COMPLETE, True)
