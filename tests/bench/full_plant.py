"""The whole gateway beside a full plant, with 32 Modbus clients and a page that listens."""

import http.client
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import CannotRun, Figure, Found
from bench.options import Effort
from bench.plant_targets import Target, targets
from bench.processes import cpu_seconds, memory_mb
from bench.programs import Programs, start
from digigate.catalogue import Catalogue
from digigate.settings import TopologyFile
from running import Gateway, eventually, free_demo

BENCH = "full plant, 32 clients at 10/s, one SSE client"
PLANT = Path(__file__).resolve().parents[2] / "config" / "full-plant.yaml"
CLIENTS, RATE = 32, 10
SETTLE = 3.0  # seconds of load before the cost is taken
FIRST_VALUE_WITHIN = 60.0

CPU_PERCENT = 15.0
MEMORY_MB = 85.0
START_SECONDS = 3.0


def measure(programs: Programs, effort: Effort) -> Found:
    """Cost of the daemon alone, what its clients saw, and how soon it had something to say.

    Raises:
        CannotRun: the gateway or the load did not come up.
    """
    with tempfile.TemporaryDirectory(prefix="digigate-bench-") as folder:
        catalogue, began = Catalogue.load(), time.monotonic()
        with _gateway(Path(folder) / "state") as gateway:
            ports = gateway.ports()
            topology = TopologyFile(gateway.state / "topology.yaml").load()
            asked = targets(catalogue, topology)
            first = _first_value(ports["modbus_tcp"], asked, began)
            eventually(lambda: _has_cycled(gateway), what="the first cycle of both buses")
            with _listening(ports["https"], asked[0].unit) as heard:
                load, cost = _under_load(programs, gateway, asked, effort.plant_seconds)
            figures = _judged(load, cost, first, heard)
            raw = {"load": load, **cost, "first_value_s": first, "sse": dict(heard)}
            return Found(figures, {"full plant": raw})


@contextmanager
def _gateway(state: Path) -> Iterator[Gateway]:
    try:
        with free_demo(state, plant=PLANT) as gateway:
            yield gateway
    except AssertionError as error:
        raise CannotRun(f"the demo did not come up: {error}") from error


def _under_load(
    programs: Programs, gateway: Gateway, asked: list[Target], seconds: float
) -> tuple[dict[str, Any], dict[str, float]]:
    """The load's own findings, and CPU and memory of the daemon while it lasted."""
    pid = gateway.process.pid
    given = ("--connections", CLIENTS, "--rate", RATE, "--seconds", SETTLE + seconds)
    port = gateway.ports()["modbus_tcp"]
    with start(programs.command("load", "--port", port, *given, *asked)) as load:
        time.sleep(SETTLE)
        before, since = cpu_seconds(pid), time.monotonic()
        time.sleep(seconds)
        used, lasted = cpu_seconds(pid) - before, time.monotonic() - since
        memory = memory_mb(pid)
        found = load.finish()
    return found, {"cpu_percent": 100 * used / lasted, "memory_mb": memory}


def _judged(
    load: dict[str, Any], cost: dict[str, float], first: float, heard: dict[str, int]
) -> tuple[Figure, ...]:
    refused = sum(load["exceptions"].values())
    lost = load["lost"] + load["dropped"] + load["wrong"]
    return (
        Figure(BENCH, "daemon", "CPU of one core", cost["cpu_percent"], "%", CPU_PERCENT),
        Figure(BENCH, "daemon", "resident memory", cost["memory_mb"], "MB", MEMORY_MB),
        Figure(BENCH, "daemon", "start to first value", first, "s", START_SECONDS),
        Figure(BENCH, "clients", "requests", load["sent"]),
        Figure(BENCH, "clients", "lost, dropped or wrong", lost, "", 0),
        Figure(BENCH, "clients", "exceptions", refused, "", 0),
        Figure(BENCH, "clients", "latency p50", load["latency_us"]["p50"] / 1e3, "ms"),
        Figure(BENCH, "clients", "latency p99", load["latency_us"]["p99"] / 1e3, "ms"),
        Figure(BENCH, "page", "events heard", heard["events"]),
    )


def _first_value(port: int, asked: list[Target], began: float) -> float:
    """Seconds from the start of the process until a slave's registers were served.

    Raises:
        CannotRun: that took longer than a minute.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        while time.monotonic() - began < FIRST_VALUE_WITHIN:
            for target in asked:
                client.sendall(target.request())
                answer = client.recv(300)
                if len(answer) > 9:
                    return time.monotonic() - began
            time.sleep(0.02)
    raise CannotRun(f"no value within {FIRST_VALUE_WITHIN:.0f} s")


def _has_cycled(gateway: Gateway) -> bool:
    """Whether every slave has been read once: before that, clients rightly wait for the line."""
    buses = gateway.get("/api/v1/buses")["buses"]
    return all(bus["cycle_p50"] is not None for bus in buses)


@contextmanager
def _listening(port: int, device: int) -> Iterator[dict[str, int]]:
    """Count what a page with all loads and one device hears while the block runs."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    page = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
    page.request(
        "GET",
        f"/api/v1/stream?loads&device={device}&load=1",
        headers={"Accept": "text/event-stream"},
    )
    stream = page.getresponse()
    if stream.status != 200:
        raise CannotRun(f"the stream answers {stream.status}")
    heard = {"events": 0, "bytes": 0}
    thread = threading.Thread(target=_count, args=(stream, heard), daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        if page.sock is not None:
            page.sock.close()
        thread.join(timeout=15)


def _count(stream: http.client.HTTPResponse, heard: dict[str, int]) -> None:
    try:
        while line := stream.readline():
            heard["bytes"] += len(line)
            heard["events"] += line.startswith(b"data:")
    except (OSError, ValueError):  # closed under us: the bench is over
        return
