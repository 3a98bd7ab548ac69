"""Devices that act: read and written by mbpoll over a pty, ordered by `digigate-sim ctl`."""

import subprocess
from pathlib import Path

import pytest

from running.simulator import ctl, simulator

PLANT = """
service_days: 2
buses: {rs485: {baudrate: 115200, turnaround: 0.002, jitter: 0.001}}
slaves:
  - {bus: rs485, address: 7, model: digiware-io10, loads: [{number: 1}, {number: 2}]}
  - bus: rs485
    address: 8
    model: diris-b30
    loads: [{number: 1, type: 3P+N-4CT, nominal: 40, usage: it}]
  - {bus: rs485, address: 9, model: countis-e44, loads: [{number: 1, type: 3P+N-3CT}]}
"""


def mbpoll(path: str, unit: int, register: int, *values: int, count: int = 1) -> list[int]:
    """Words read; with values, what mbpoll says of having written them comes as an empty list."""
    command = ["mbpoll", "-m", "rtu", "-b", "115200", "-P", "none", "-a", str(unit), "-0", "-1"]
    command += ["-r", str(register), "-o", "5", "-q"]
    if not values:
        command += ["-c", str(count)]
    done = subprocess.run(
        [*command, path, *map(str, values)], capture_output=True, text=True, check=False, timeout=60
    )
    assert not values or "Written" in done.stdout, done.stdout + done.stderr
    lines = (line for line in done.stdout.splitlines() if line.startswith("["))
    return [int(line.split("\t")[1].split()[0]) for line in lines]


@pytest.mark.peer("mbpoll")
def test_inputs_outputs_and_logs_over_the_wire(tmp_path: Path) -> None:
    file, control = tmp_path / "plant.yaml", tmp_path / "plant.sock"
    file.write_text(PLANT)
    with simulator(str(file), "--pty", str(tmp_path), "--control", str(control)) as (_, told):
        path = told["buses"]["rs485"]
        assert ctl(control, "io", "7", "on", "input=3")["inputs"] == [3]
        assert mbpoll(path, 7, 11250) == [4]
        mbpoll(path, 7, 11285, 2)
        assert ctl(control, "status")["slaves"]["7"]["outputs"] == [2]
        ctl(control, "clock", "freeze=true")
        mbpoll(path, 8, 34912, 65535, 0, 0)
        header = mbpoll(path, 8, 34928, count=8)
        data = mbpoll(path, 8, 34936, count=96)
        assert header[1:6] == [24, 4, 0, 0, 600]
        truth = ctl(control, "truth", "8", "1")
        assert data[3] * header[6] / header[7] == pytest.approx(
            truth["demand.active.import"], abs=header[6]
        )
        ctl(control, "fault", "set", "8", "cache-lost")
        mbpoll(path, 8, 34912, 65535, 0, 0)
        assert mbpoll(path, 8, 34929) == [0]
        mbpoll(path, 9, 61440, 0xFFFE)
        assert mbpoll(path, 9, 61456, count=2) == [29, 4]


@pytest.mark.peer("mbpoll")
def test_caches_fill_as_time_flies(tmp_path: Path) -> None:
    file, control = tmp_path / "plant.yaml", tmp_path / "plant.sock"
    file.write_text(PLANT.replace("service_days: 2", "service_days: 0"))
    arguments = (str(file), "--pty", str(tmp_path), "--control", str(control))
    with simulator(*arguments, "--speed", "10") as (_, told):
        path = told["buses"]["rs485"]
        mbpoll(path, 8, 34912, 65535, 0, 0)
        assert mbpoll(path, 8, 34929) == [0]
        ctl(control, "clock", "step_seconds=7200")
        mbpoll(path, 8, 34912, 65535, 0, 0)
        assert mbpoll(path, 8, 34929)[0] in (11, 12)
