"""A technician's day: unknown meters on both buses, found and given addresses of their own."""

import signal
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from running.commissioning import Commissioning, commissioning
from running.gateway import ROOT
from running.waiting import eventually

pytestmark = pytest.mark.timed

QUICK = {"digiware": {"baudrate": 115200}, "rs485": {"baudrate": 115200}}
ABOUT_A_MINUTE = 75.0
IDENTIFY = 20049  # of the gateway's own registers
IN_STEP = 0.25  # seconds by which LEDs may be apart on a busy machine; they flash once a second


def slave(bus: str, address: int, model: str, net_id: int = 0, **more: object) -> dict[str, Any]:
    return {
        "bus": bus,
        "address": address,
        "model": model,
        "net_id": net_id,
        "serial": f"2601{address:04}{net_id % 1000:03}",
        **more,
    }


MIXED = {
    "buses": QUICK,
    "slaves": [
        slave("rs485", 10, "digiware-i35", 0x35),
        slave("rs485", 11, "diris-b30", 0xB30),
        slave("rs485", 12, "diris-a40"),
        slave("rs485", 13, "diris-a20"),
        slave("rs485", 14, "countis-e43"),
        slave("digiware", 3, "digiware-u30", 0x30),
    ],
}
FAST = {3: "digiware-u30", 10: "digiware-i35", 11: "diris-b30", 12: "diris-a40"}
COMPLETELY = FAST | {13: "diris-a20", 14: "countis-e43"}
FACTORY = {
    "buses": QUICK,
    "slaves": [
        *(slave("digiware", 5, "digiware-i30", 0x100 + k) for k in range(3)),
        slave("digiware", 40, "digiware-i35", 0x200),
    ],
}
FIRST, SECOND, THIRD = "0x00000100", "0x00000101", "0x00000102"
BOTH = {
    "buses": QUICK,
    "slaves": [
        slave("digiware", 1, "digiware-u30", 0x1),
        slave("digiware", 5, "digiware-i30", 0x2),
        slave("digiware", 7, "digiware-i30", 0x3),
        slave("digiware", 40, "digiware-i35", 0x4),
        slave("rs485", 5, "diris-b30", 0x5),
        slave("rs485", 7, "diris-b30", 0x6),
        slave("rs485", 7, "diris-b30", 0x7),
    ],
}


@pytest.mark.manual(43, 44, 45, 59)
def test_fast_finds_three_of_a_mixed_bus_and_complete_five(tmp_path: Path) -> None:
    with commissioning(tmp_path, MIXED) as site:
        done = site.cli("detect")
        assert done.returncode == 0, done.stderr
        assert "(fast)" in done.stdout
        assert "COUNTIS" in done.stdout
        assert "use COMPLETE" in done.stdout
        assert site.devices() == FAST
        report = site.search(mode="complete")
        assert site.devices() == COMPLETELY
        assert (report["refusals"], report["hints"]) == ([], [])
        done = site.cli("detect", "--drop-silent")
        assert "FAST does not look for (diris-a20 at 13, countis-e43 at 14)" in done.stdout
        assert site.devices() == COMPLETELY


@pytest.mark.manual(29, 41, 46)
def test_the_button_uses_the_stored_mode_and_finds_what_an_order_finds(tmp_path: Path) -> None:
    stored = {"detection": {"mode": "complete"}}
    with commissioning(tmp_path, MIXED, settings=stored) as site:
        assert site.gateway.order("button.addr", seconds=1.5) == {"started": False}
        assert site.status()["phase"] == "idle"
        assert site.gateway.order("button.addr", seconds=3) == {"started": True}
        assert site.until("done")["mode"] == "complete"
        assert site.devices() == COMPLETELY  # as the test above by an order


@pytest.mark.manual(27, 48, 49, 50, 53, 55, 56)
def test_buttons_give_addresses_in_the_order_of_presses(tmp_path: Path) -> None:
    with commissioning(tmp_path, FACTORY) as site:
        site.gateway.own_passwords()
        site.gateway.order("button.addr", seconds=2)
        eventually(lambda: _all_blinking(site), what="all COM LEDs in step")
        status = site.until("conflicts")
        (conflict,) = status["conflicts"]
        assert [s["net_id"] for s in conflict["slaves"]] == [0x100, 0x101, 0x102]
        assert _conflicts(site) == ["digiware:5"]
        assert (site.lamp("com"), site.lamp("alarm")) == ("steady", "blinking")
        assert site.steady() == {FIRST, SECOND, THIRD}
        assert not site.ctl("press", SECOND, "1")["counts"]
        for pressed, left in ((SECOND, 2), (THIRD, 1), ("5", 0)):  # the last is alone at 5
            site.ctl("press", pressed)
            eventually(partial(_waits_for, site, left), what=f"{left} steady LEDs left")
        report = site.until("done")["report"]
        addresses = {d["slave"]["net_id"]: d["slave"]["address"] for d in report["devices"]}
        assert addresses == {0x101: 2, 0x102: 3, 0x100: 4, 0x200: 40}
        assert report["conflicts"] == []
        eventually(lambda: _all_online(site), what="values of everybody")
        eventually(lambda: site.lamp("com") == "blinking", what="traffic")
        eventually(lambda: site.lamp("alarm") == "off", what="no alarm")


def _waits_for(site: Commissioning, slaves: int) -> bool:
    return len(site.steady()) == slaves


def _conflicts(site: Commissioning) -> list[str]:
    """Whom the conditions name."""
    conditions = site.gateway.get("/api/v1/conditions")["conditions"]
    return [c["subject"] for c in conditions if c["name"] == "address.conflict"]


def _all_blinking(site: Commissioning) -> bool:
    """Whether gateway and slaves blink, from the same moment on."""
    lamp = site.gateway.order("panel")["lamps"]["com"]
    leds = list(site.leds().values())
    if {led["light"] for led in leds} != {"blinking"} or lamp["light"] != "blinking":
        return False
    return all(abs(led["origin"] - lamp["origin"]) < IN_STEP for led in leds)


def _all_online(site: Commissioning) -> bool:
    return {d["state"] for d in site.gateway.get("/api/v1/devices")["devices"]} == {"online"}


@pytest.mark.manual(9, 42, 51, 52)
def test_addresses_are_unique_over_both_buses_without_a_press(tmp_path: Path) -> None:
    with commissioning(tmp_path, BOTH) as site:
        done = site.cli("detect", "--resolve", "automatic")
        assert done.returncode == 0, done.stderr
        report = site.status()["report"]
        addresses = {d["slave"]["net_id"]: d["slave"]["address"] for d in report["devices"]}
        assert len(set(addresses.values())) == 7
        assert 1 not in addresses.values()  # the gateway's own
        assert (addresses[2], addresses[3], addresses[4]) == (5, 7, 40)
        assert {move["slave"]["net_id"] for move in report["moves"]} == {1, 5, 6, 7}
        eventually(lambda: _all_online(site), what="everybody at its address")


@pytest.mark.manual(38, 57)
def test_a_slave_of_another_speed_stays_dark_and_is_named(tmp_path: Path) -> None:
    plant: dict[str, Any] = {
        "buses": QUICK,
        "slaves": [
            slave("digiware", 3, "digiware-i30", 3),
            slave("digiware", 4, "digiware-i30", 4),
        ],
    }
    with commissioning(tmp_path, plant) as site:
        site.search()
        assert sorted(site.devices()) == [3, 4]
    other = {**plant["slaves"][1], "baudrate": 38400}
    plant = {**plant, "slaves": [plant["slaves"][0], other]}
    with commissioning(tmp_path, plant) as site:
        site.gateway.order("detect.start")
        site.until("searching")
        eventually(lambda: site.leds()["3"]["light"] == "blinking", what="the other one blinks")
        assert site.leds()["4"]["light"] == "dark"
        report = site.until("done")["report"]
        silent = [hint for hint in report["hints"] if hint["kind"] == "silent-device"]
        assert [hint["address"] for hint in silent] == [4]
        assert "speed" in silent[0]["text"]
        standings = {d["slave"]["address"]: d["standing"] for d in report["devices"]}
        assert standings == {3: "known", 4: "silent"}


def test_a_silent_line_is_heard_at_the_other_speeds_if_asked(tmp_path: Path) -> None:
    lost = slave("rs485", 4, "diris-b30", 4, baudrate=38400)
    with commissioning(tmp_path, {"buses": {"rs485": QUICK["rs485"]}, "slaves": [lost]}) as site:
        done = site.cli("detect", "--speeds")
        assert "rs485: nothing was heard at 115200 Bd 8N1" in done.stdout
        assert "rs485: at 38400 Bd somebody answers at 4" in done.stdout


def test_ctrl_c_stops_the_search_and_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with commissioning(tmp_path, FACTORY) as site, site.begin("detect") as program:
        site.until("conflicts")
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=30)
        assert (program.returncode, "as it was" in errors) == (130, True)
        assert site.status()["phase"] == "stopped"
        assert site.devices() == {}

        def lights() -> set[str]:
            return {str(led["light"]) for led in site.leds().values()}

        eventually(lambda: lights() <= {"traffic", "dark"}, what="LEDs as before")


def test_conflicts_of_a_plain_line_are_solved_one_slave_at_a_time(tmp_path: Path) -> None:
    plant = {
        "buses": {"rs485": QUICK["rs485"]},
        "slaves": [slave("rs485", 5, "diris-b30", 1), slave("rs485", 5, "diris-b30", 2)],
    }
    with commissioning(tmp_path, plant, addressing="plain") as site:
        done = site.cli("detect")
        assert done.returncode == 3
        assert "several slaves at address 5 on rs485" in done.stdout
        assert _conflicts(site) == ["rs485:5"]
        refused = site.cli("detect", "assign", "rs485", "5", "6")
        assert (refused.returncode, "one of them connected" in refused.stderr) == (1, True)
        site.ctl("slave", "off", "0x00000002")
        assert site.cli("detect", "assign", "rs485", "5", "6").returncode == 0
        site.ctl("slave", "on", "0x00000002")
        assert _conflicts(site) == []
        assert site.cli("detect").returncode == 0
        assert sorted(site.devices()) == [5, 6]


def _write(site: Commissioning, register: int, word: int) -> None:
    """A write by Modbus TCP to the gateway itself."""
    port = str(site.gateway.ports()["modbus_tcp"])
    target = ["mbpoll", "-m", "tcp", "-p", port, "-a", "255", "-0", "-r", str(register)]
    subprocess.run([*target, "-1", "-q", "127.0.0.1", str(word)], check=True, timeout=30)


@pytest.mark.peer("mbpoll")
@pytest.mark.manual(21, 25, 26)
def test_the_lamps_of_a_running_gateway(tmp_path: Path) -> None:
    plant = {"buses": QUICK, "slaves": [slave("digiware", 3, "digiware-i30", 3)]}
    with commissioning(tmp_path, plant) as site:
        site.search()
        eventually(lambda: site.lamp("com") == "blinking", what="traffic")
        eventually(lambda: site.lamp("on") == "steady", what="ON steady")
        assert site.lamp("alarm") == "blinking"  # the factory's passwords are still there
        site.gateway.own_passwords()
        assert site.cli("identify").returncode == 0
        assert site.lamp("on") == "blinking"
        eventually(lambda: site.lamp("on") == "steady", what="ON steady again")
        _write(site, IDENTIFY, 255)
        assert site.lamp("on") == "blinking"
        assert "ALARM      off" in site.cli("panel").stdout
        site.ctl("slave", "off", "3")
        eventually(lambda: site.lamp("com") == "off", what="no traffic")
        eventually(lambda: site.lamp("alarm") == "blinking", what="a system alarm")


@pytest.mark.manual(54)
def test_a_full_plant_at_its_own_pace_is_searched_within_two_minutes(tmp_path: Path) -> None:
    plant = yaml.safe_load((ROOT / "config" / "full-plant.yaml").read_text())
    plant["slaves"][1]["address"] = plant["slaves"][0]["address"]
    with commissioning(tmp_path, plant, paced=True) as site:
        began = time.monotonic()
        site.gateway.order("detect.start")
        (conflict,) = site.until("conflicts")["conflicts"]
        assert time.monotonic() - began < ABOUT_A_MINUTE
        assert len(conflict["slaves"]) == 2
        for pressed in conflict["slaves"]:
            site.ctl("press", f"0x{pressed['net_id']:08X}")
        report = site.until("done")["report"]
        assert report["seconds"] <= 120
        assert len({entry["slave"]["address"] for entry in report["devices"]}) == 32
