"""Settings, topology and catalogue must agree."""

import pytest

from digigate.catalogue import (
    Catalogue,
    Certainty,
    Detection,
    LoadPlan,
    Model,
    Probe,
)
from digigate.errors import SettingsError
from digigate.settings import Settings, Topology, check, check_change, problems
from digigate.settings.topology import BusName, Device, Load


def model(key: str, loads: int) -> Model:
    return Model(
        key=key,
        name=key.upper(),
        family="diris",
        certainty=Certainty.OFFICIAL,
        detection=Detection.FAST,
        probe=Probe(400, "", "", 0),
        loads=LoadPlan(loads, 2048),
        identification_words=66,
        blocks=(),
        points=(),
        composites=(),
    )


CATALOGUE = Catalogue({}, {"diris-b30": model("diris-b30", 4), "countis-e24": model("e24", 1)})


def device(address: int, key: str, *loads: int) -> Device:
    circuits = tuple(Load(number=number) for number in loads)
    return Device(address=address, bus=BusName.RS485, model=key, loads=circuits)


def test_a_good_plant_passes() -> None:
    topology = Topology(devices=(device(5, "diris-b30", 1, 4), device(6, "countis-e24", 1)))
    check(Settings(), topology, CATALOGUE)


def test_each_disagreement_is_a_line_with_its_field() -> None:
    topology = Topology(
        devices=(device(5, "diris-b30", 5), device(1, "countis-e24"), device(6, "diris-b3"))
    )
    with pytest.raises(SettingsError) as caught:
        check(Settings(), topology, CATALOGUE)
    assert str(caught.value).splitlines() == [
        "devices[0].loads[0].number: DIRIS-B30 has 4 loads; there is no load 5",
        (
            "devices[1].address: 1 is the gateway's own address; give one of them another"
            " (settings: gateway.address)"
        ),
        (
            "devices[2].model: unknown model 'diris-b3'; did you mean diris-b30?"
            " `digigate catalogue list` tells all"
        ),
    ]


@pytest.mark.parametrize(
    ("devices", "problem"),
    [
        ((device(4, "a"), device(4, "b")), "address 4 is used twice"),
        (tuple(device(n, "a") for n in range(2, 35)), "33 devices; at most 32"),
        (
            tuple(device(n, "a", *range(1, 13)) for n in range(2, 19)),
            "204 loads; at most 192",
        ),
    ],
)
def test_a_topology_stays_within_the_box(devices: tuple[Device, ...], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Topology(devices=devices)


def test_a_load_is_listed_once() -> None:
    with pytest.raises(ValueError, match="load 2 is listed twice"):
        device(4, "a", 1, 2, 2)


def test_a_topology_finds_its_devices() -> None:
    first, second = device(4, "a"), device(5, "b")
    topology = Topology(devices=(first, second))
    assert topology.device(5) is second
    assert topology.device(9) is None
    assert topology.on(BusName.RS485) == (first, second)
    assert topology.on(BusName.DIGIWARE) == ()


def rs485(count: int, speed: int = 9600, role: str = "master") -> tuple[Settings, Topology]:
    """Settings of the RS485 port and a topology with `count` devices on it."""
    settings = Settings.model_validate({"buses": {"rs485": {"baudrate": speed, "role": role}}})
    return settings, Topology(devices=tuple(device(n, "diris-b30", 1) for n in range(2, 2 + count)))


@pytest.mark.parametrize(
    ("count", "speed"),
    [(10, 9600), (10, 1200), (32, 38400), (32, 57600), (32, 115200)],
)
def test_rs485_carries_10_devices_when_slow_and_32_when_fast(count: int, speed: int) -> None:
    settings, topology = rs485(count, speed)
    check(settings, topology, CATALOGUE)


@pytest.mark.parametrize("speed", [1200, 9600, 19200])
def test_the_11th_device_on_slow_rs485_is_refused_with_the_reason(speed: int) -> None:
    settings, topology = rs485(11, speed)
    with pytest.raises(SettingsError) as caught:
        check(settings, topology, CATALOGUE)
    assert str(caught.value) == (
        f"devices: 11 devices on RS485 at {speed} Bd; at most 10 are possible below 38400 Bd,"
        " where up to 32 are (§15.2): remove some, or set buses.rs485.baudrate higher"
    )


def test_an_output_has_no_devices() -> None:
    settings, topology = rs485(1, 38400, "slave")
    with pytest.raises(SettingsError, match=r"1 device on RS485, but .* role is slave.*remove"):
        check(settings, topology, CATALOGUE)
    check(settings, Topology(), CATALOGUE)


def test_a_change_may_leave_or_lessen_what_was_wrong() -> None:
    settings, crowded = rs485(13)
    before = problems(settings, crowded, CATALOGUE)
    for count in (13, 12, 9):
        check_change(before, problems(settings, rs485(count)[1], CATALOGUE))


def test_a_change_may_not_make_it_worse_or_wrong_elsewhere() -> None:
    settings, crowded = rs485(13)
    before = problems(settings, crowded, CATALOGUE)
    with pytest.raises(SettingsError, match="14 devices on RS485 at 9600 Bd"):
        check_change(before, problems(settings, rs485(14)[1], CATALOGUE))
    strange = Topology(devices=(*crowded.devices[1:], device(40, "diris-b3")))
    with pytest.raises(SettingsError, match=r"^device 40: unknown model 'diris-b3'"):
        check_change(before, problems(settings, strange, CATALOGUE))
