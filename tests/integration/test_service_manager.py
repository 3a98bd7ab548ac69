"""What a service manager sees: ready, reloading, heartbeat, stopping."""

import os
import signal
import socket
from pathlib import Path

import pytest

from running import eventually, start_run

FREE = "modbus_tcp: {port: 0}\nweb: {https_port: 0, http_port: null}\nsnmp: {port: 0}\n"


def test_systemd_is_told_of_every_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(FREE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        with start_run(tmp_path / "state", settings) as gateway:
            told = list(iter(lambda: systemd.recv(100), b"READY=1"))
            assert set(told) == {b"WATCHDOG=1"}
            gateway.stop()
        told = list(iter(lambda: systemd.recv(100), b"STOPPING=1"))
        assert set(told) <= {b"WATCHDOG=1"}


def test_a_reload_takes_new_settings_and_refuses_wrong_ones(tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(FREE + "gateway: {site: Before}\n")
    with start_run(tmp_path / "state", settings) as gateway:
        assert gateway.get("/api/v1/gateway")["site"] == "Before"
        settings.write_text(FREE + "gateway: {site: After}\n")
        os.kill(gateway.process.pid, signal.SIGHUP)
        eventually(lambda: gateway.get("/api/v1/gateway")["site"] == "After", what="the new site")
        settings.write_text(FREE + "gateway: {sight: Wrong}\n")
        os.kill(gateway.process.pid, signal.SIGHUP)
        eventually(lambda: "sight" in gateway.log.read_text(), what="the refusal in the log")
        assert gateway.get("/api/v1/gateway")["site"] == "After"
