"""`digigate-sim` as a user starts it, read and ordered from outside."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient

from running.simulator import SIM, ctl, simulator
from running.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "config" / "demo-plant.yaml"


def mbpoll(path: str, unit: int, address: int, count: int) -> list[int]:
    command = ["mbpoll", "-m", "rtu", "-b", "38400", "-P", "none", "-a", str(unit), "-0"]
    command += ["-r", str(address), "-c", str(count), "-1", "-q", "-o", "5", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    lines = (line for line in done.stdout.splitlines() if line.startswith("["))
    return [int(line.split("\t")[1].split()[0]) for line in lines]


@pytest.mark.peer("mbpoll")
def test_mbpoll_reads_what_the_plant_knows(tmp_path: Path) -> None:
    control = tmp_path / "plant.sock"
    with simulator(str(DEMO), "--pty", str(tmp_path), "--control", str(control)) as (_, told):
        assert told["buses"] == {bus: str(tmp_path / f"{bus}.tty") for bus in ("digiware", "rs485")}
        assert control.stat().st_mode & 0o777 == 0o600
        for unit, bus in ((3, "digiware"), (4, "digiware"), (20, "rs485"), (24, "rs485")):
            assert mbpoll(told["buses"][bus], unit, 50000, 4) == [0x53, 0x4F, 0x43, 0x4F]
        ctl(control, "clock", "freeze=true")
        truth = ctl(control, "truth", "4", "1")
        high, low = mbpoll(told["buses"]["digiware"], 4, 18458, 2)
        assert (high << 16 | low) == round(truth["current.i1"] * 1000)
        ctl(control, "slave", "off", "4")
        assert mbpoll(told["buses"]["digiware"], 4, 50000, 4) == []
        assert not ctl(control, "status")["slaves"]["4"]["on"]
        ctl(control, "slave", "on", "4")
        assert mbpoll(told["buses"]["digiware"], 4, 50000, 4)


def test_a_fast_plant_over_tcp_runs_ahead(tmp_path: Path) -> None:
    control = tmp_path / "plant.sock"
    arguments = ("--listen", "127.0.0.1", "--speed", "1000", "--control", str(control))
    with simulator(str(DEMO), *arguments) as (_, told):
        host, port = told["buses"]["rs485"].removeprefix("socket://").split(":")
        with ModbusTcpClient(host, port=int(port), framer=FramerType.RTU, timeout=20) as client:

            def kwh_tenths() -> int:
                words = client.read_holding_registers(19840, count=66, device_id=20).registers
                return int(words[3] << 16 | words[4]) * 10000 + int(words[5])

            first = kwh_tenths()
            later = eventually(lambda: (now := kwh_tenths()) > first and now, what="more energy")
        assert later > first


def test_sigterm_ends_it_and_nothing_is_left(tmp_path: Path) -> None:
    control = tmp_path / "plant.sock"
    with simulator(str(DEMO), "--pty", str(tmp_path), "--control", str(control)) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert list(tmp_path.iterdir()) == []


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    link = tmp_path / "rs485.tty"
    starter = (
        "import subprocess, sys, time;"
        f"p = subprocess.Popen({[*SIM, str(DEMO), '--pty', str(tmp_path)]!r},"
        " stdout=subprocess.PIPE);"
        "print(p.stdout.readline() and p.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert link.is_symlink()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    eventually(lambda: not link.is_symlink(), what=f"the end of {child}")


def test_a_second_start_takes_over_the_links_of_a_killed_one(tmp_path: Path) -> None:
    with simulator(str(DEMO), "--pty", str(tmp_path)) as (process, _):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert (tmp_path / "rs485.tty").is_symlink()
    with simulator(str(DEMO), "--pty", str(tmp_path)) as (_, told):
        assert Path(told["buses"]["rs485"]).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.yaml"], "none.yaml: No such file"),
        ([str(DEMO), "--speed", "0"], "speed must be above 0"),
        ([str(DEMO), "--listen", "nowhere.invalid"], "cannot listen on nowhere.invalid:0"),
        ([str(DEMO), "--pty", "/proc/none"], "/proc/none"),
        (["ctl", "/nowhere/plant.sock", "status"], "no simulator answers"),
        (["ctl"], "digigate-sim ctl SOCK"),
    ],
)
def test_a_mistake_is_said_in_one_line(arguments: list[str], said: str) -> None:
    done = subprocess.run(
        [*SIM, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
