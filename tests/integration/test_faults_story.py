"""Bad input and missing things: one clear line each, and the rest runs."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from running import eventually, free_demo, start_run
from running.gateway import ROOT, STOP_WITHIN

pytestmark = pytest.mark.timed

FREE = "modbus_tcp: {port: 0}\nweb: {https_port: 0, http_port: null}\nsnmp: {port: 0}\n"


def digigate(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "digigate.cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("modbus_tpc: {port: 502}\n", "modbus_tpc"),
        ("gateway: {model: M-60}\n", "M-50"),
        ("modbus_tcp: {port: ninety}\n", "modbus_tcp.port"),
        ("buses: [1\n", "line"),
    ],
    ids=["misspelt section", "unknown model", "not a number", "broken YAML"],
)
def test_a_wrong_settings_file_is_refused_in_one_line(
    tmp_path: Path, command: str, text: str, expected: str
) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(text)
    state = ("--state", str(tmp_path / "state")) if command == "run" else ()
    done = digigate(command, "--settings", str(settings), *state)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(settings) in done.stderr
    assert expected in done.stderr


@pytest.mark.parametrize("speed", ["0", "-2", "fast", "nan", "1e9"])
def test_an_impossible_speed_is_refused_before_anything_starts(tmp_path: Path, speed: str) -> None:
    done = digigate("demo", "--state", str(tmp_path / "state"), f"--speed={speed}")
    assert done.returncode == 2
    assert "--speed" in done.stderr
    assert not (tmp_path / "state").exists()


def test_a_missing_settings_file_says_where_to_begin(tmp_path: Path) -> None:
    done = digigate("run", "--settings", str(tmp_path / "none.yaml"), "--state", str(tmp_path))
    assert done.returncode == 1
    assert "settings.example.yaml" in done.stderr


def test_a_missing_serial_device_is_said_and_the_rest_runs(tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(FREE + "buses: {digiware: {port: /dev/ttyNONE7}}\n")
    with start_run(tmp_path / "state", settings) as gateway:
        buses = {bus["name"]: bus for bus in gateway.get("/api/v1/buses")["buses"]}
        assert buses["digiware"]["state"] == "down"
        assert "/dev/ttyNONE7" in buses["digiware"]["reason"]
        assert buses["rs485"]["state"] == "unwired"
        conditions = gateway.get("/api/v1/conditions")["conditions"]
        down = [c["subject"] for c in conditions if c["name"] == "line.down"]
        assert down == ["digiware"]
        assert gateway.mbpoll(255, 50000, 4) == [0x53, 0x4F, 0x43, 0x4F]


def test_a_busy_port_is_said_and_the_service_comes_when_it_is_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        settings = tmp_path / "settings.yaml"
        settings.write_text(
            f"modbus_tcp: {{host: 127.0.0.1, port: {port}}}\n"
            "web: {https_port: 0, http_port: null}\nsnmp: {port: 0}\n"
        )
        with start_run(tmp_path / "state", settings) as gateway:
            services = {s["name"]: s for s in gateway.get("/api/v1/services")["services"]}
            assert services["modbus_tcp"]["state"] == "failed"
            assert str(port) in services["modbus_tcp"]["reason"]
            busy.close()
            eventually(lambda: gateway.ports().get("modbus_tcp") == port, what="the port taken")
            assert gateway.mbpoll(255, 50000, 4) == [0x53, 0x4F, 0x43, 0x4F]


def test_a_second_daemon_on_one_state_directory_is_refused(tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(FREE)
    with start_run(tmp_path / "state", settings):
        done = digigate("run", "--settings", str(settings), "--state", str(tmp_path / "state"))
        assert done.returncode == 1
        assert "in use" in done.stderr


def test_sigterm_ends_everything_cleanly_within_ten_seconds(tmp_path: Path) -> None:
    with free_demo(tmp_path / "state") as gateway:
        began = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - began < min(10, STOP_WITHIN)
        assert not (tmp_path / "state" / "control.sock").exists()
        assert "Traceback" not in gateway.log.read_text()


def test_an_m50_has_no_measurement_pages(tmp_path: Path) -> None:
    for model, expected in (("M-50", 404), ("M-70", 200)):
        settings = tmp_path / f"{model}.yaml"
        settings.write_text(f"gateway: {{model: {model}}}\n{FREE}")
        with start_run(tmp_path / f"state-{model}", settings) as gateway:
            assert gateway.status_of("/api/v1/loads") == expected
            assert gateway.status_of("/api/v1/buses") == 200


def test_the_clock_of_a_demo_steps_with_its_plant_and_is_kept(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with free_demo(state) as gateway:
        before = gateway.order("clock")["offset"]
        gateway.order("clock.step", seconds=86400)
        assert gateway.order("clock")["offset"] - before == pytest.approx(86400, abs=1)
        eventually(
            lambda: gateway.plant("status")["time"][:13] == gateway.order("clock")["time"][:13],
            what="the plant at the same hour",
        )
        gateway.stop()
    with free_demo(state) as gateway:
        assert gateway.order("clock")["offset"] == pytest.approx(86400, abs=5)
