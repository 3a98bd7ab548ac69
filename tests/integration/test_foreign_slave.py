"""South of us a slave that is not ours: libmodbus serves the register dump of a DIRIS B-30."""

import csv
import os
import selectors
import subprocess
import threading
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from running import eventually, start_run

HERE = Path(__file__).resolve().parent
DUMP = HERE.parent / "captures" / "diris-b30.csv"
ADDRESS = 17

pytestmark = [pytest.mark.peer("cc"), pytest.mark.peer("mbpoll"), pytest.mark.timed]


class Wire:
    """Two serial devices with a wire between them."""

    def __init__(self) -> None:
        self._ends = [os.openpty() for _ in range(2)]
        for end in self._ends:
            tty.setraw(end[1])
        self.devices = [os.ttyname(slave) for _, slave in self._ends]
        self._stop, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._carry)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._wake, b".")
        self._thread.join()
        for descriptor in (*self._ends[0], *self._ends[1], self._stop, self._wake):
            os.close(descriptor)

    def _carry(self) -> None:
        (a, _), (b, _) = self._ends
        with selectors.DefaultSelector() as selector:
            for source, sink in ((a, b), (b, a), (self._stop, None)):
                selector.register(source, selectors.EVENT_READ, sink)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        return
                    os.write(key.data, os.read(key.fd, 4096))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    binary = tmp_path / "rtu_slave"
    source = HERE / "c" / "rtu_slave.c"
    subprocess.run(
        ["cc", "-O1", "-Wall", "-I/usr/include/modbus", "-o", binary, source, "-lmodbus"],
        check=True,
    )
    return binary


@pytest.fixture
def slave(program: Path) -> Iterator[str]:
    with Wire() as wire:
        arguments = [wire.devices[0], "38400", str(ADDRESS), str(DUMP)]
        process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield wire.devices[1]
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def test_a_foreign_b30_is_identified_read_and_served(slave: str, tmp_path: Path) -> None:
    words = _dump()
    settings = tmp_path / "settings.yaml"
    settings.write_text(
        "modbus_tcp: {port: 0}\nweb: {https_port: 0, http_port: null}\nsnmp: {port: 0}\n"
        f"buses: {{rs485: {{port: {slave}, baudrate: 38400}}}}\n"
    )
    topology = tmp_path / "topology.yaml"
    topology.write_text(
        f"devices:\n- {{address: {ADDRESS}, bus: rs485, model: diris-b30, name: Foreign,"
        " loads: [{number: 1, name: Feeder}]}\n"
    )
    with start_run(tmp_path / "state", settings, "--topology", str(topology)) as gateway:
        eventually(
            lambda: gateway.get(f"/api/v1/devices/{ADDRESS}")["state"] == "online", what="online"
        )
        assert gateway.mbpoll(ADDRESS, 50000, 66) == [words[50000 + n] for n in range(66)]
        assert gateway.mbpoll(ADDRESS, 18432, 92) == [words[18432 + n] for n in range(92)]
        readings = gateway.get(f"/api/v1/devices/{ADDRESS}/readings?load=1")["readings"]
        current = next(
            r for r in readings if (r["quantity"], r["statistic"]) == ("current.i1", "instant")
        )
        assert current["value"] == pytest.approx((words[18458] << 16 | words[18459]) / 1000)


def _dump() -> dict[int, int]:
    with DUMP.open(encoding="utf-8") as file:
        rows = csv.reader(line for line in file if not line.startswith("#"))
        return {int(address): int(word) for address, word in rows}
