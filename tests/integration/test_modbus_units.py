"""Unit ids over both buses: each address is one device, on the bus where it hangs."""

from collections.abc import Iterator

import pytest
import yaml

from digigate.errors import Refused
from running import Gateway, eventually, free_demo

pytestmark = pytest.mark.peer("mbpoll")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("demo") / "state") as gateway:
        eventually(
            lambda: set(gateway.order("status")["slaves"].values()) == {"online"},
            what="every slave online",
        )
        yield gateway


def _serial(gateway: Gateway, unit: int) -> str:
    """The serial number in the device's own block 50000."""
    year_week, site_line, order = gateway.mbpoll(unit, 50008, 3)
    return f"{year_week:04X}{site_line:04X}{order:03d}"


@pytest.mark.manual(172)
def test_each_address_is_one_device_and_its_requests_reach_its_bus(demo: Gateway) -> None:
    devices = yaml.safe_load((demo.state / "topology.yaml").read_text())["devices"]
    addresses = {device["address"] for device in devices}
    assert {device["bus"] for device in devices} == {"digiware", "rs485"}
    assert len(addresses) == len(devices)
    told = {device["address"]: device["serial"] for device in devices}
    assert {address: _serial(demo, address) for address in addresses} == told
    free = next(a for a in range(2, 248) if a not in addresses)
    taken = {
        bus: next(d["address"] for d in devices if d["bus"] == bus) for bus in ("digiware", "rs485")
    }
    for bus, other in (("digiware", "rs485"), ("rs485", "digiware")):
        with pytest.raises(Refused, match=str(taken[other])):
            demo.order("topology.add", address=taken[other], model="diris-b30", bus=bus)
    assert demo.mbpoll(free, 50000, 1) == []


def test_the_topology_can_be_read_from_registers_alone(demo: Gateway) -> None:
    devices = yaml.safe_load((demo.state / "topology.yaml").read_text())["devices"]
    count = demo.mbpoll(255, 20001, 1)[0]
    assert count == len(devices)
    entries = [demo.mbpoll(255, 21300 + 48 * n, 4) for n in range(count)]
    buses = {"digiware": 1, "rs485": 2}
    assert entries == [[d["address"], buses[d["bus"]], 0, len(d.get("loads", ()))] for d in devices]
    states = [demo.mbpoll(255, 23000 + 24 * n, 2) for n in range(count)]
    assert states == [[d["address"], 1] for d in devices]
    loads = [demo.mbpoll(255, 24000 + 25 * n, 2) for n in range(demo.mbpoll(255, 20002, 1)[0])]
    assert loads == [[d["address"], load["number"]] for d in devices for load in d.get("loads", ())]


def test_the_gateway_blinks_by_register(demo: Gateway) -> None:
    """The ON lamp, for ten seconds (§6.3)."""
    assert demo.mbpoll(255, 20016, 1)[0] in (1, 2)
    eventually(lambda: demo.mbpoll(255, 20016, 1) == [1], what="a steady lamp")
    demo.mbpoll_write(255, 57864, 1)
    assert demo.mbpoll(255, 20016, 1) == [2]
    eventually(lambda: demo.mbpoll(255, 20016, 1) == [1], what="a steady lamp again")
