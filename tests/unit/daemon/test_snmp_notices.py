"""What of the gateway's life is told, and whom the settings want told."""

import asyncio
from typing import Any

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.daemon import snmp_notices
from digigate.daemon.snmp_notices import NoticeRooms, SnmpNotices, targets
from digigate.errors import SettingsError
from digigate.services.snmp import ber
from digigate.services.snmp.ber import Oid
from digigate.services.snmp.notifications import kinds
from digigate.services.snmp.sender import SenderService
from digigate.services.snmp.telling.channel import Target
from digigate.services.snmp.telling.pdus import COLD_START, LINK_DOWN, LINK_UP, WARM_START
from digigate.services.snmp.telling.posting import Posting
from digigate.services.snmp.tree import Notification
from digigate.settings.kept import KeptTopology
from digigate.settings.sections import Settings, Snmp, SnmpTraps, TrapMode
from digigate.settings.topology import BusName, Device, Topology

METER = Device(address=5, bus=BusName.DIGIWARE, model="digiware-i35")
HOSTS = SnmpTraps(mode=TrapMode.HOSTS, host_1="192.0.2.1")


class Ears:
    """A line that only listens."""

    def __init__(self) -> None:
        self.told: list[Notification] = []

    def put(self, posting: Posting) -> None:
        self.told.append(posting.told)


class Engine:
    id = bytes.fromhex("800011cb0500000001")
    boots = time = 1


class Life:
    """The rooms of a gateway with one meter."""

    def __init__(self, traps: SnmpTraps = HOSTS, **snmp: Any) -> None:
        self.settings = Settings(snmp=Snmp(traps=traps, **snmp))
        self.conditions = Conditions(Clock())
        self.plan = KeptTopology(
            Topology(devices=(METER,)), lambda before, after: None, lambda topology: None
        )
        self.ears = Ears()
        self.notices = SnmpNotices(
            NoticeRooms(
                conditions=self.conditions,
                plan=self.plan,
                instance=lambda oid: ber.integer(oid[-1]) if oid[-2] != 4 else None,
                admits=lambda host, port: True,
                settings=lambda: self.settings,
                uptime=lambda: 1,
                engine=Engine,
                reveal=lambda reference: "sesame-open",
                monotonic=lambda: 0.0,
            )
        )
        self.notices.sender.lines = (self.ears,)  # type: ignore[assignment]

    async def told(self) -> list[Oid]:
        """The OIDs of what has been told since."""
        await asyncio.sleep(0)
        told, self.ears.told = self.ears.told, []
        return [each.oid for each in told]

    def service(self, allowed: bool = True) -> Any:
        return self.notices._service((self.settings.snmp, allowed))


def oid(name: str) -> Oid:
    return kinds()[name].oid


async def test_a_device_that_falls_silent_and_comes_back_is_told_with_its_columns() -> None:
    life = Life()
    with life.notices.watching():
        life.conditions.set("slave.timeout", "5", "does not answer")
        await asyncio.sleep(0)
        (told,) = life.ears.told
        names = [each for each in kinds()["deviceCommLost"].objects if each.oid[-1] != 4]
        assert [at for at, _ in told.varbinds] == [(*each.oid, 5) for each in names]
        assert await life.told() == [oid("deviceCommLost")]
        life.conditions.clear("slave.timeout", "5")
        assert await life.told() == [oid("deviceCommRestored")]
        life.conditions.set("service.failed", "5", "whatever")
        assert await life.told() == []


async def test_a_device_that_was_removed_does_not_come_back() -> None:
    life = Life()
    with life.notices.watching():
        life.conditions.set("slave.timeout", "5", "does not answer")
        await life.told()
        life.plan.replace(Topology())
        life.conditions.clear("slave.timeout", "5")
        assert await life.told() == [oid("topologyChanged")]


async def test_interfaces_are_told_of_with_their_row() -> None:
    life = Life()
    life.notices.linked(2, up=False)
    life.notices.linked(2, up=True)
    entry = (1, 3, 6, 1, 2, 1, 2, 2, 1)
    assert [at for at, _ in life.ears.told[0].varbinds][:3] == [(*entry, n, 2) for n in (1, 7, 8)]
    assert await life.told() == [LINK_DOWN, LINK_UP]


@pytest.mark.parametrize(("warm", "first"), [(False, COLD_START), (True, WARM_START)])
def test_the_first_that_is_told_is_the_start_and_it_is_told_once(warm: bool, first: Oid) -> None:
    life = Life()
    life.notices.begin(warm=warm)
    service = life.service()
    assert isinstance(service, SenderService)
    assert service._first == (Notification(first),)
    assert life.service()._first == ()


def test_a_start_that_nobody_wanted_told_is_not_told_later() -> None:
    life = Life(SnmpTraps())
    life.notices.begin(warm=False)
    assert life.service().reason == ""
    life.settings = Settings(snmp=Snmp(traps=HOSTS))
    assert life.service()._first == ()
    assert life.service(allowed=False).reason == "forbidden by policy.snmp"


def test_v3_wants_the_password_that_it_signs_with() -> None:
    v3 = {"mode": "hosts", "host_1": "192.0.2.1", "version": "v3"}
    life = Life(SnmpTraps.model_validate(v3))
    life.notices.begin(warm=False)
    with pytest.raises(SettingsError, match="v3_read_password is not set"):
        life.service()
    life.settings = Settings(
        snmp=Snmp(traps=SnmpTraps.model_validate(v3), v3_read_password="vault:settings.x-00000000")
    )
    assert life.service()._first == (Notification(COLD_START),)


def test_targets_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    networks = ("192.0.2.255", "198.51.100.255")
    monkeypatch.setattr(snmp_notices, "broadcast_addresses", lambda: networks)
    assert targets(HOSTS) == (Target("192.0.2.1", 162),)
    both = SnmpTraps(mode=TrapMode.HOSTS, host_1="a", host_2="b", port_2=10162)
    assert targets(both) == (Target("a", 162), Target("b", 10162))
    twice = SnmpTraps(mode=TrapMode.HOSTS, host_1="a", host_2="a")
    assert targets(twice) == (Target("a", 162),)
    network = SnmpTraps(mode=TrapMode.BROADCAST, host_1="a", port_1=1162)
    assert targets(network) == tuple(Target(each, 1162, broadcast=True) for each in networks)
