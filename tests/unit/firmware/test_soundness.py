"""System alarm 5: the product is damaged (§13)."""

from pathlib import Path

import pytest

from digigate.clock import Clock
from digigate.conditions import Conditions
from digigate.daemon.demo import PLATE
from digigate.firmware.soundness import Soundness, damages, host_macs
from digigate.identity import Identity
from digigate.panel import SYSTEM_ALARMS

GOOD = ("00:1a:2b:3c:4d:5e",)


def network(folder: Path, **interfaces: tuple[str, str]) -> Path:
    for name, (kind, address) in interfaces.items():
        (folder / name).mkdir()
        (folder / name / "type").write_text(f"{kind}\n")
        (folder / name / "address").write_text(f"{address}\n")
    return folder


def judged(identity: Identity, macs: tuple[str, ...] = GOOD) -> set[str]:
    conditions = Conditions(Clock())
    Soundness(conditions).judge(identity, macs)
    return {f"{c.name}@{c.subject}" for c in conditions.active() if SYSTEM_ALARMS[c.name] == 5}


def test_a_plate_of_factory_zeros_or_of_the_demo_is_sound() -> None:
    assert judged(Identity()) == judged(PLATE.identity()) == set()


@pytest.mark.manual(296)
def test_an_invalid_net_id_is_alarm_5() -> None:
    assert judged(Identity(net_id=0xFFFFFFFF)) == {"product.damaged@net_id"}


@pytest.mark.manual(296)
@pytest.mark.parametrize("serial", ["99999999999", "26000000001", "26540000001"])
def test_an_invalid_serial_is_alarm_5(serial: str) -> None:
    assert judged(Identity(serial=serial)) == {"product.damaged@serial"}


@pytest.mark.manual(296)
@pytest.mark.parametrize("mac", ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", ""])
def test_no_valid_mac_is_alarm_5(mac: str, tmp_path: Path) -> None:
    macs = host_macs(network(tmp_path, eth0=("1", mac), lo=("772", "00:00:00:00:00:00")))
    assert judged(Identity(), macs) == {"product.damaged@mac"}


def test_one_valid_mac_is_enough_and_none_is_no_damage(tmp_path: Path) -> None:
    both = network(tmp_path, eth0=("1", "00:00:00:00:00:00"), eth1=("1", GOOD[0].upper()))
    assert judged(Identity(), host_macs(both)) == set()
    assert damages(Identity(), ())["mac"] == ""


def test_what_is_well_again_ends() -> None:
    conditions = Conditions(Clock())
    soundness = Soundness(conditions)
    soundness.judge(Identity(net_id=0xFFFFFFFF), GOOD)
    soundness.judge(Identity(net_id=5), GOOD)
    assert conditions.active() == ()
