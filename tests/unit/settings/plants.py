"""Small topologies for the tests of this room."""

from digigate.settings.topology import BusName, Device, Load, RemoteGateway, Topology

ANNEX = RemoteGateway(key="annex", model="diris-m70", host="192.168.0.5")


def load(number: int, name: str = "", usage: str = "", type_: str = "") -> Load:
    """One load."""
    return Load(number=number, name=name, usage=usage, type=type_)


def meter(
    address: int, *loads: int, model: str = "diris-b30", bus: BusName = BusName.RS485
) -> Device:
    """One device with these loads."""
    return Device(address=address, bus=bus, model=model, loads=tuple(map(load, loads)))


def module(address: int, *loads: int, model: str = "digiware-i35") -> Device:
    """One module on the Digiware bus."""
    return meter(address, *loads, model=model, bus=BusName.DIGIWARE)


PLANT = Topology(devices=(module(3, model="digiware-u30"), module(6, 1), meter(20, 1, 2, 3, 4)))


def addresses(topology: Topology) -> list[int]:
    """In the order of the list."""
    return [device.address for device in topology.devices]
