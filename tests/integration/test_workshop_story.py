"""A technician's bench on a running demo: faults, captures, scans, settings, clocks."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from digigate.cli import main
from digigate.errors import Refused
from digigate.services.control import follow
from running import Gateway, eventually, free_demo
from running.api import ApiUser
from running.gateway import PASSWORD, ROOT

pytestmark = pytest.mark.timed

WORKSHOP, OFFICE, PANEL = 4, 5, 20  # an I-30, another, a B-30 of the demo plant
INOM = 13826


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with free_demo(tmp_path_factory.mktemp("bench") / "state") as gateway:
        eventually(lambda: _online(gateway), what="every slave online")
        yield gateway


@pytest.fixture
def faults(demo: Gateway) -> Iterator[Gateway]:
    yield demo
    demo.plant("fault.clear")
    eventually(lambda: _online(demo), what="every slave online again")


def _online(gateway: Gateway) -> bool:
    devices: list[dict[str, Any]] = gateway.get("/api/v1/devices")["devices"]
    return all(device["state"] == "online" for device in devices)


def digigate(gateway: Gateway, *arguments: str, code: int = 0) -> str:
    """What the command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "digigate.cli", *arguments, "--state", str(gateway.state)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stderr
    return done.stdout or done.stderr


def replayed(file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What a replay prints; it needs no gateway."""
    assert main(["replay", str(file), "--json"]) == 0
    return capsys.readouterr().out


def seen(gateway: Gateway, kind: str, **wanted: object) -> dict[str, Any]:
    """The first frame of this fault that passes."""
    with closing(follow(gateway.state / "control.sock", "trace.watch", wanted)) as events:
        next(events)
        for event in events:
            assert isinstance(event, dict)
            if event.get("fault") == kind:
                return event
    raise AssertionError(f"no {kind} was seen")


@pytest.mark.parametrize(
    ("kind", "arguments", "fault"),
    [
        ("crc", {}, "garbled"),
        ("truncated", {}, "garbled"),
        ("duplicate", {}, "garbled"),
        ("exception", {"code": 4}, "exception"),
        ("silent", {}, "timeout"),
    ],
)
def test_a_fault_is_seen_by_its_class(
    faults: Gateway, kind: str, arguments: dict[str, object], fault: str
) -> None:
    faults.plant("fault.set", on=str(WORKSHOP), kind=kind, **arguments)
    event = seen(faults, fault, unit=WORKSHOP, errors_only=True)
    assert (event["line"], event["fault"]) == ("digiware", fault)
    assert event["text"]


def test_frames_carry_values_by_name(demo: Gateway) -> None:
    def instant_block() -> str | None:
        lines = digigate(demo, "sniff", "--unit", str(WORKSHOP), "--values", "--count", "24")
        return lines if "read registers 18432..18523 (92)" in lines else None

    lines = eventually(instant_block, what="a read of the instant block among 24 frames")
    assert "current.i1@instant/load1 = " in lines


def test_a_capture_replays_the_same_each_time(
    faults: Gateway, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults.plant("fault.set", on=str(WORKSHOP), kind="crc", share=0.5)
    file = tmp_path / "line.cap"

    def captured() -> bool:
        """A slave that stammers is backed off between its turns, so not every capture hears it."""
        digigate(faults, "sniff", "--bus", "digiware", "--count", "60", "--write", str(file))
        return "garbled" in file.read_text()

    eventually(captured, what="a garbled frame in a capture")
    replays = [replayed(file, capsys) for _ in range(2)]
    assert replays[0] == replays[1]
    verdicts = [json.loads(line) for line in replays[0].splitlines()]
    assert len(verdicts) == 60
    assert "garbled" in {verdict["fault"] for verdict in verdicts}
    assert [v for v in verdicts if v["now"] and v["now"] != v["kind"]] == []


def test_wireshark_is_served_too(demo: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "line.pcap"
    digigate(demo, "sniff", "--count", "10", "--write", str(file))
    assert file.read_bytes()[:4] == b"\xa1\xb2\xc3\xd4"


def test_a_scan_finds_who_is_there_and_polling_goes_on_afterwards(demo: Gateway) -> None:
    lines = digigate(demo, "scan", "--bus", "digiware", "--to", "9").splitlines()
    assert [line.split()[1] for line in lines[:-1]] == ["3", "4", "5", "6", "7", "8"]
    assert "model digiware-i30, serial 24171020117" in lines[1]
    assert lines[-1] == "6 of 9 addresses answer"
    eventually(lambda: _online(demo), what="every slave online")


def test_two_slaves_on_one_address_are_found_by_a_scan(faults: Gateway) -> None:
    faults.plant("fault.set", on=str(OFFICE), kind="duplicate")
    lines = digigate(faults, "scan", "--bus", "digiware", "--from", "5", "--to", "5")
    assert "garbled" in lines
    assert "two slaves on this address" in lines


def test_a_scan_of_speeds_tells_where_somebody_answers(demo: Gateway) -> None:
    wanted = {"bus": "digiware", "units": [WORKSHOP], "speeds": [19200, 38400, 57600]}
    with closing(follow(demo.state / "control.sock", "scan.speeds", wanted)) as events:
        next(events)
        heard: list[Any] = list(events)
    assert [(each["baudrate"], each["units"]) for each in heard] == [
        (19200, []),
        (38400, [WORKSHOP]),
        (57600, []),
    ]
    eventually(lambda: _online(demo), what="the line serves again")


def test_one_value_is_read_by_quantity_and_by_register(demo: Gateway) -> None:
    assert "current.i1@instant/load1 = " in digigate(demo, "read", "4", "current.i1")
    by_number = digigate(demo, "read", "4", "50050", "--count", "8", "--type", "string_norm")
    assert "I-30" in by_number
    refused = digigate(demo, "read", "4", "60000", code=1)
    assert "the slave refuses: illegal data address (0x02)" in refused


@pytest.mark.manual(304)
@pytest.mark.peer("mbpoll")
def test_a_slave_is_configured_through_the_gateway(demo: Gateway) -> None:
    """By task, by name, and by a client's write to its unit id: the slave has it each time."""
    told = digigate(
        demo, "configure", "set", str(OFFICE), "load-current/2", "25", "load-name/2", "Éclairage"
    )
    assert "load-current/2: 16 -> 25" in told
    assert "saved in the slave" in told
    assert demo.mbpoll(OFFICE, INOM + 32, 1) == [25]

    told = digigate(demo, "write", str(OFFICE), "load-settings.inom", "32", "--load", "2")
    assert "before  25 A" in told
    assert "after   32 A" in told

    port = str(demo.ports()["modbus_tcp"])
    target = ["mbpoll", "-m", "tcp", "-p", port, "-a", str(OFFICE), "-0", "-r", str(INOM + 32)]
    subprocess.run([*target, "-1", "-q", "127.0.0.1", "40"], check=True, timeout=60)
    shown = demo.order("configure.show", address=OFFICE, tasks=["load-current/2", "load-name/2"])
    values = {each["key"]: each["value"] for each in shown["settings"]}
    assert values == {"load-current/2": "40", "load-name/2": "Éclairage"}


@pytest.mark.manual(125)
def test_periods_of_load_curves_and_trends_have_their_limits(demo: Gateway) -> None:
    for task in ("load-curve-period", "average-period"):
        for wrong in ("0", "61"):
            with pytest.raises(Refused, match=f"{task} is '{wrong}': write 1 to 60 min"):
                demo.order("configure.set", address=PANEL, settings={task: wrong})
        assert demo.order("configure.set", address=PANEL, settings={task: "1"})["done"]
        shown = demo.order("configure.show", address=PANEL, tasks=[task])
        assert shown["settings"][0]["value"] == "1"
    assert "load-curve-period        1 min" in digigate(demo, "configure", "show", str(PANEL))


def test_load_curves_and_trends_are_switched_on(demo: Gateway) -> None:
    answer = demo.order(
        "configure.set",
        address=PANEL,
        settings={"load-curve/1": "1:P+", "trend/2": "current.i1:1", "load-curve/3": "off"},
    )
    assert answer["done"]
    assert answer["saved"]
    assert [step["after"] for step in answer["steps"]] == ["1:P+", "current.i1:1", "off"]


@pytest.mark.manual(64)
def test_an_advanced_user_resets_counters_and_configures_nothing(demo: Gateway) -> None:
    """From the default password on; the counter is the simulated meter's own."""
    energy = {"address": PANEL, "what": "energy.partial_ea_pos", "load": 2}
    before = demo.order("slave.read", **energy)["values"][0]["value"]
    assert before > 0
    advanced, reset = ApiUser(demo), {"address": PANEL, "load": 2, "agreed": True}
    wish = reset | {"counters": ["partial-energies"]}
    assert advanced.orders("counters.reset", **wish)[0] == 403
    assert advanced.log_in("advanced", "Avancé")[0] == 200
    assert advanced.orders("counters.reset", **wish)[0] == 403  # the password comes first
    assert advanced.change_password("Avancé", PASSWORD) == 200
    status, answer = advanced.orders("counters.reset", **wish)
    assert (status, answer["result"]["done"]) == (200, True)
    assert demo.order("slave.read", **energy)["values"][0]["value"] < before
    for command, arguments in (
        ("settings.set", {"path": "web.port", "value": "1"}),
        ("configure.set", {"address": PANEL, "settings": {"average-period": "5"}}),
        ("topology", {}),
    ):
        assert advanced.orders(command, **arguments)[0] == 403, command


def test_counters_are_reset_at_the_command_line(demo: Gateway) -> None:
    assert "partial-energies  1, 2, 3, 4" in digigate(demo, "reset", str(PANEL))
    refused = digigate(demo, "reset", str(PANEL), "operating-hours", code=1)
    assert "say yes to do it (--yes)" in refused
    assert "done" in digigate(demo, "reset", str(PANEL), "operating-hours", "--yes")
    (hours,) = demo.order("slave.read", address=PANEL, what="hours@partial")["values"]
    assert hours["value"] < 3600


def test_a_refusal_is_told_by_its_name_with_what_was_done(faults: Gateway) -> None:
    faults.plant("fault.set", on=str(OFFICE), kind="exception", code=4)
    with pytest.raises(Refused, match=r"server device failure \(0x04\)"):
        faults.order("slave.write", address=OFFICE, what="load-settings.inom", value="20")
    answer = faults.order("configure.set", address=OFFICE, settings={"load-current/1": "20"})
    assert not answer["done"]
    assert "server device failure (0x04)" in answer["steps"][0]["fault"]


def test_a_wrong_clock_is_set_right(faults: Gateway) -> None:
    eventually(lambda: faults.order("clocks")[str(PANEL)]["set"], what="the clock set at start")
    faults.plant("fault.set", on=str(PANEL), kind="clock", seconds=7200)
    faults.order("clocks.set")

    def right() -> Any:
        clock = faults.order("clocks")[str(PANEL)]
        return clock if clock["before"] and clock["before"] > 7000 and not clock["due"] else None

    clock = eventually(right, what="the clock is right")
    assert abs(clock["after"]) < 2
    conditions = faults.get("/api/v1/conditions")["conditions"]
    assert [each for each in conditions if each["name"] == "slave.clock"] == []


def test_a_step_of_the_gateways_clock_reaches_the_slaves(demo: Gateway) -> None:
    demo.order("clock.zone", zone="Asia/Tokyo")  # their local time is another one now
    eventually(lambda: demo.mbpoll(WORKSHOP, 57603, 1) == _hour(demo), what="local hour set")
    demo.order("clock.zone", zone="UTC")


def _hour(gateway: Gateway) -> list[int]:
    time: dict[str, Any] = gateway.get("/api/v1/gateway")
    return [(int(time["time"][11:13]) + time["utc_offset"] // 3600) % 24]


def test_all_slaves_of_a_bus_are_told_the_same_at_once(demo: Gateway) -> None:
    demo.order("settings.set", path="time.slaves", value=False)  # or they are set right again
    try:
        told = digigate(demo, "broadcast", "digiware", "57600", "1", "2", "2031", "3", "4", "5")
        assert "told to 3, 4, 5, 6, 7, 8; nobody answers" in told
        for address in (WORKSHOP, OFFICE):
            assert "clock.year = 2031" in digigate(demo, "read", str(address), "clock.year")
        refused = digigate(demo, "broadcast", "rs485", "57344", "9", code=1)
        assert "to each by itself" in refused or "detection gives the addresses" in refused
    finally:
        demo.order("settings.set", path="time.slaves", value=True)
