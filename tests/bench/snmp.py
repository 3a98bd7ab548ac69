"""The SNMP agent beside Debian's snmpd, with the same values and the same packets."""

import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.figures import CannotRun, Figure, Found
from bench.options import Effort
from bench.processes import cpu_nanoseconds, memory_mb
from bench.programs import Programs, python, start
from bench.snmp_agent import PASSWORD
from bench.snmp_manager import Manager, discovery
from bench.snmp_peer import snmpd
from bench.snmp_values import CIRCUITS, COLUMNS, TABLE, Circuits
from digigate.services.snmp.ber import Oid, pack
from digigate.services.snmp.forest import Forest
from digigate.services.snmp.pdu import GET, GET_BULK, GET_NEXT
from snmp.asking import pdu

BENCH = "SNMP, 11,520 values"
COMMUNITY, USER = "publicV2", "reader"
NAMES: tuple[Oid, ...] = tuple((*TABLE, 10000 + n, 4, 1) for n in range(0, 60, 3))
OURS, THEIRS = "digigate", "net-snmp"
SLICES, SLICE = 12, 100
"""Slices of a round, and requests of a slice."""
REBUILD_MS, BLOCK_MS = 100.0, 3.0


@dataclass(frozen=True, slots=True)
class Packet:
    """One request that is sent again and again; `per` = what of an answer counts as one."""

    name: str
    inner: bytes
    secure: bool
    per: int
    limit: float | None


BULK = pdu(GET_BULK, [(*TABLE, 10000)], 0, 50)
PACKETS = (
    Packet("v2c GET", pdu(GET, NAMES[:1]), secure=False, per=1, limit=1.0),
    Packet("v2c GET of 20, each", pdu(GET, NAMES), secure=False, per=20, limit=None),
    Packet("v2c GETNEXT", pdu(GET_NEXT, NAMES[:1]), secure=False, per=1, limit=1.0),
    Packet("v2c GETBULK of 50, each", BULK, secure=False, per=50, limit=1.0),
    Packet("v3 GET", pdu(GET, NAMES[:1]), secure=True, per=1, limit=1.5),
    Packet("v3 GETBULK of 50, each", BULK, secure=True, per=50, limit=1.1),
)
WALKS = {"v2c bulkwalk": (False, 1.0), "v3 bulkwalk": (True, None)}
Costs = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Server:
    """One of the two."""

    pid: int
    port: int


def measure(_: Programs, effort: Effort) -> Found:
    """The least cost of each packet and walk over several alternated rounds.

    Raises:
        CannotRun: net-snmp is not there, or an answer was wrong or missing.
    """
    with (
        tempfile.TemporaryDirectory(prefix="digigate-bench-") as folder,
        start(python("snmp_agent")) as agent,
        snmpd(Path(folder), COMMUNITY, USER, PASSWORD) as (pid, port),
    ):
        servers = {OURS: Server(agent.pid, int(agent.place())), THEIRS: Server(pid, port)}
        packets, walks = _packets(servers, effort), _walks(servers, effort)
        memory = {name: memory_mb(server.pid) for name, server in servers.items()}
    figures = [
        *(figure for packet in PACKETS for figure in _judged(packet.name, packets, packet.limit)),
        *(figure for name, (_, limit) in WALKS.items() for figure in _judged(name, walks, limit)),
        *(Figure(BENCH, name, "resident memory", value, "MB") for name, value in memory.items()),
        Figure(BENCH, OURS, "index after a change of rows", _rebuild() * 1e3, "ms", REBUILD_MS),
        Figure(BENCH, OURS, "longest datagram", _longest() * 1e3, "ms", BLOCK_MS),
    ]
    return Found(tuple(figures), {"snmp": {"us": packets, "walks us": walks}})


def _packets(servers: Mapping[str, Server], effort: Effort) -> Costs:
    """Microseconds of CPU per operation, of the cheapest of many short slices in turn."""
    with ExitStack() as stack:
        managers = {
            name: stack.enter_context(Manager(server.port, COMMUNITY, USER, PASSWORD))
            for name, server in servers.items()
        }
        return {packet.name: _packet(packet, servers, managers, effort) for packet in PACKETS}


def _packet(
    packet: Packet, servers: Mapping[str, Server], managers: Mapping[str, Manager], effort: Effort
) -> dict[str, float]:
    requests = {
        name: manager.message(packet.inner, secure=packet.secure)
        for name, manager in managers.items()
    }
    costs: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(SLICES * effort.rounds):
        for name, server in servers.items():
            before = cpu_nanoseconds(server.pid)
            for _ in range(SLICE):
                _check(managers[name].ask(requests[name]), name, packet.name)
            used = cpu_nanoseconds(server.pid) - before
            costs[name].append(used / 1e3 / SLICE / packet.per)
    return {name: min(found) for name, found in costs.items()}


def _walks(servers: Mapping[str, Server], effort: Effort) -> Costs:
    """Microseconds of CPU of one walk by net-snmp's tool; both must show the same."""
    costs: Costs = {}
    for name, (secure, _) in WALKS.items():
        rounds: dict[str, list[float]] = {each: [] for each in servers}
        for _ in range(4 * effort.rounds + 1):
            seen = {each: _walk(server, secure, rounds[each]) for each, server in servers.items()}
            if seen[OURS] != seen[THEIRS] or len(seen[OURS]) != COLUMNS * len(CIRCUITS):
                raise CannotRun(f"{name}: the two agents show different trees")
        costs[name] = {each: min(found[1:]) for each, found in rounds.items()}
    return costs


def _walk(server: Server, secure: bool, costs: list[float]) -> list[str]:
    who = ["-v2c", "-c", COMMUNITY]
    if secure:
        who = ["-v3", "-l", "authPriv", "-u", USER, "-a", "SHA", "-A", PASSWORD, "-x", "AES"]
        who += ["-X", PASSWORD]
    where = [f"127.0.0.1:{server.port}", ".".join(map(str, TABLE))]
    command = ["snmpbulkwalk", "-m", "", "-On", "-Cr50", *who, *where]
    before = cpu_nanoseconds(server.pid)
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    costs.append((cpu_nanoseconds(server.pid) - before) / 1e3)
    return done.stdout.splitlines()


def _judged(name: str, costs: Costs, limit: float | None) -> list[Figure]:
    ours, theirs = costs[name][OURS], costs[name][THEIRS]
    return [
        *(Figure(BENCH, each, name, cost, "us") for each, cost in costs[name].items()),
        Figure(BENCH, f"{OURS} / {THEIRS}", name, ours / theirs, "x", limit),
    ]


def _check(answer: bytes, server: str, what: str) -> None:
    if len(answer) < 40:
        raise CannotRun(f"{server} did not answer {what}")


def _rebuild() -> float:
    """Seconds of the first answer after all rows of eight such tables have changed."""
    circuits = [Circuits() for _ in range(1)]
    forest = Forest(circuits)
    name = pack(NAMES[0])
    forest.get(name)
    for table in circuits:
        table.circuits = tuple(table.circuits)[:-1]
    began = time.perf_counter()
    forest.get(name)
    return time.perf_counter() - began


def _longest() -> float:
    """Seconds of the dearest kind of datagram, each at its best: noise only adds."""
    with (
        start(python("snmp_agent", "timed")) as agent,
        ExitStack() as stack,
    ):
        port = int(agent.place())
        honest, forger = (
            stack.enter_context(Manager(port, COMMUNITY, USER, password))
            for password in (PASSWORD, "a wrong one")
        )
        most = pdu(GET_BULK, [(1, 3)], 0, 2**31 - 1)
        kinds = (
            honest.message(most, secure=False),
            honest.message(most, secure=True),
            honest.message(pdu(GET, [(1, 3)] * 128), secure=False),
            forger.message(most, secure=True),
            discovery(),
            honest.message(most, secure=True)[:-9],
        )
        for kind in kinds * 30:
            honest.send(kind)
            honest.receive()
        return float(max(agent.finish()["best"].values()))
