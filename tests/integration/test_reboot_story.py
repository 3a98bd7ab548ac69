"""`digigate reboot`: everything starts anew, and what was kept is kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from running import Gateway, eventually, free_demo, start_run

pytestmark = pytest.mark.peer("mbpoll")


def _uptime(gateway: Gateway) -> int:
    high, low = gateway.mbpoll(255, 20006, 2)
    return high << 16 | low


def test_a_reboot_starts_everything_anew_in_the_same_process(tmp_path: Path) -> None:
    with free_demo(tmp_path / "state") as gateway:
        eventually(lambda: _uptime(gateway) >= 2, what="an uptime")
        ports, pid = (gateway.state / "ports.json").read_bytes(), gateway.process.pid
        topology = (gateway.state / "topology.yaml").read_bytes()
        order = [sys.executable, "-m", "digigate.cli", "reboot", "--state", str(gateway.state)]
        with gateway.rebooting():
            done = subprocess.run(order, capture_output=True, text=True, check=True, timeout=60)
        assert "rebooting" in done.stdout
        assert (gateway.state / "ports.json").read_bytes() != ports
        assert gateway.process.poll() is None
        assert gateway.process.pid == pid
        assert eventually(lambda: gateway.mbpoll(255, 50000, 4)) == [0x53, 0x4F, 0x43, 0x4F]
        assert (gateway.state / "topology.yaml").read_bytes() == topology
        assert gateway.stop() == 0


def test_settings_are_read_anew(tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    text = "modbus_tcp: {port: 0}\nweb: {https_port: 0, http_port: null}\nsnmp: {port: 0}\n"
    text += "gateway: {address: %d}\n"
    settings.write_text(text % 7)
    with start_run(tmp_path / "state", settings) as gateway:
        assert gateway.mbpoll(255, 29440, 1) == [7]
        settings.write_text(text % 8)
        with gateway.rebooting():
            gateway.order("gateway.reboot")
        assert eventually(lambda: gateway.mbpoll(255, 29440, 1)) == [8]
