"""The topology in force: checked and written before anybody hears of it."""

from pathlib import Path

import pytest

from digigate.errors import SettingsError
from digigate.settings import KeptTopology, Topology, TopologyFile
from digigate.settings.topology import BusName, Device, RemoteGateway

ONE = Topology(devices=(Device(address=4, bus=BusName.DIGIWARE, model="digiware-i35"),))


def _refuse(_: Topology, topology: Topology) -> None:
    if len(topology.devices) > 1:
        raise SettingsError("too many")


@pytest.fixture
def file(tmp_path: Path) -> TopologyFile:
    return TopologyFile(tmp_path / "topology.yaml")


def test_a_replacement_is_written_and_told(file: TopologyFile) -> None:
    kept, heard = KeptTopology(Topology(), _refuse, file.save), list[Topology]()
    with kept.watch(heard.append):
        kept.replace(ONE)
        kept.replace(ONE)
    assert (kept.current, file.load(), heard) == (ONE, ONE, [ONE])


def test_a_refused_one_changes_nothing(file: TopologyFile) -> None:
    kept, heard = KeptTopology(ONE, _refuse, file.save), list[Topology]()
    device = Device(address=5, bus=BusName.RS485, model="countis-e24")
    with kept.watch(heard.append), pytest.raises(SettingsError, match="too many"):
        kept.replace(Topology(devices=(*ONE.devices, device)))
    assert (kept.current, heard, file.path.exists()) == (ONE, [], False)


def test_devices_behind_a_gateway_are_on_no_bus_of_this_box() -> None:
    gateway = RemoteGateway(key="annex", model="m-70", host="192.168.0.5")
    far = Device(address=40, bus=BusName.RS485, model="diris-b30", gateway="annex", remote=4)
    topology = Topology(gateways=(gateway,), devices=(*ONE.devices, far))
    assert topology.on(BusName.RS485) == ()
    assert topology.behind("annex") == (far,)
    assert topology.gateway("annex") == gateway


@pytest.mark.parametrize(
    ("gateways", "said"),
    [((), "not listed"), (("annex", "annex"), "listed twice")],
)
def test_gateways_are_known_and_once(gateways: tuple[str, ...], said: str) -> None:
    listed = tuple(RemoteGateway(key=key, model="m-70", host="10.0.0.1") for key in gateways)
    far = Device(address=40, bus=BusName.RS485, model="diris-b30", gateway="annex")
    with pytest.raises(ValueError, match=said):
        Topology(gateways=listed, devices=(far,))
