"""The main story: `digigate demo`, read from outside by programs written by others."""

import subprocess
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from running import Gateway, eventually, free_demo

SOCO = [0x53, 0x4F, 0x43, 0x4F]
I1 = "current.i1"
RESOLUTION = {"W": 5.1, "var": 5.1, "VA": 5.1}  # COUNTIS and DIRIS A count in tens


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("demo") / "state") as gateway:
        eventually(lambda: _all_online(gateway), what="every slave online")
        yield gateway


@pytest.fixture
def frozen(demo: Gateway) -> Iterator[None]:
    """The plant's values stand still, so that two looks see the same."""
    demo.plant("clock", freeze=True)
    yield
    demo.plant("clock", freeze=False)


def _is_true(gateway: Gateway, address: int, load: int) -> bool:
    """Whether every instantaneous value of the page is the simulator's, within its resolution."""
    truth = gateway.plant("truth", address=address, load=load)
    readings = gateway.get(f"/api/v1/devices/{address}/readings?load={load}")["readings"]
    pairs = [
        (reading["value"], truth[reading["quantity"]], reading["unit"])
        for reading in readings
        if reading["statistic"] == "instant"
        and reading["quality"] == "live"
        and isinstance(truth.get(reading["quantity"]), int | float)
    ]
    return len(pairs) > 5 and all(_same(*pair) for pair in pairs)


def _same(shown: float, true: float, unit: str) -> bool:
    """Older tables carry the type of a power factor in its sign, so factors count by magnitude."""
    if not unit:
        shown, true = abs(shown), abs(true)
    return abs(shown - true) <= RESOLUTION.get(unit, 0.011)


def _devices(gateway: Gateway) -> list[dict[str, Any]]:
    devices: list[dict[str, Any]] = gateway.get("/api/v1/devices")["devices"]
    return devices


def _all_online(gateway: Gateway) -> bool:
    return all(device["state"] == "online" for device in _devices(gateway))


def _reading(gateway: Gateway, address: int, quantity: str, load: int) -> dict[str, Any]:
    readings = gateway.get(f"/api/v1/devices/{address}/readings?load={load}")["readings"]
    found: dict[str, Any] = next(
        r for r in readings if r["quantity"] == quantity and r["statistic"] == "instant"
    )
    return found


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(14, 32)
def test_mbpoll_reads_the_identification_of_every_slave(demo: Gateway) -> None:
    addresses = [device["address"] for device in _devices(demo)]
    assert len(addresses) >= 11
    assert {a: demo.mbpoll(a, 50000, 4) for a in addresses} == dict.fromkeys(addresses, SOCO)


@pytest.mark.peer("mbpoll")
def test_page_modbus_and_the_simulators_truth_agree(demo: Gateway, frozen: None) -> None:
    expected = round(demo.plant("truth", address=4, load=1)[I1] * 1000)

    def both() -> bool:
        high, low = demo.mbpoll(4, 18458, 2)
        shown = _reading(demo, 4, I1, 1)
        return (high << 16 | low, round(shown["value"] * 1000)) == (expected, expected)

    assert eventually(both, what="the same I1 everywhere")


@pytest.mark.manual(8)
def test_every_family_on_both_buses_shows_its_true_values(demo: Gateway, frozen: None) -> None:
    devices = _devices(demo)
    assert {"digiware", "rs485"} == {device["bus"] for device in devices}
    assert {"countis-e", "diris-a", "diris-b", "digiware-i", "digiware-u"} <= {
        device["model"]["family"] for device in devices
    }
    for device in devices:
        for load in [load["number"] for load in device["loads"]] or [0]:
            eventually(
                partial(_is_true, demo, device["address"], load),
                what=f"the truth of load {load} at {device['address']}",
            )


@pytest.mark.peer("mbpoll")
def test_the_gateway_itself_answers_at_units_0_255_and_its_own(demo: Gateway) -> None:
    for unit in (0, 1, 255):
        assert demo.mbpoll(unit, 50000, 4) == SOCO, unit


@pytest.mark.peer("mbpoll")
def test_a_slave_switched_off_goes_stale_and_leaves_the_rest_alone(demo: Gateway) -> None:
    others = [d["address"] for d in _devices(demo) if d["address"] != 5]
    demo.plant("slave.off", address=5)
    try:
        eventually(lambda: _reading(demo, 5, I1, 1)["quality"] == "stale", what="stale readings")
        assert demo.mbpoll(5, 18458, 2) == []
        conditions = demo.get("/api/v1/conditions")["conditions"]
        assert any(c["name"] == "slave.timeout" and c["subject"] == "5" for c in conditions)
        states = {d["address"]: d["state"] for d in _devices(demo)}
        assert {states[address] for address in others} == {"online"}
    finally:
        demo.plant("slave.on", address=5)
    eventually(lambda: _reading(demo, 5, I1, 1)["quality"] == "live", 90, "live again")


def test_the_gateway_recovers_from_a_killed_simulator(demo: Gateway) -> None:
    (pid,) = _children(demo.process.pid)
    subprocess.run(["kill", "-9", str(pid)], check=True)
    eventually(lambda: _children(demo.process.pid) not in ([], [pid]), what="a new simulator")
    eventually(lambda: _all_online(demo), 120, "every slave online again")


def _children(parent: int) -> list[int]:
    done = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in done.stdout.split()]
